import Domain
import Foundation
import Persistence
import Testing

@testable import EvidenceBundle
@testable import attune

/// The quick reading of a line never differs from the strict one.
@Suite struct LedgerLineScanTests {
    private static func event(_ number: Int) -> LedgerEvent {
        var random = SplitMix64(seed: UInt64(number))
        let lanes = Lane.all
        return LedgerEvent(
            position: Int64(random.next() >> 8), lane: lanes[number % lanes.count], id: EventID(rawValue: UUID()),
            stream: EpisodeID(rawValue: UUID()), version: Int64(number + 1), site: SiteID(unchecked: "north-\(number)"),
            type: "attune.rating.recorded.v1",
            recordedAt: Timestamp(microseconds: 1_700_000_000_000_000 + Int64(random.next() % 100_000_000_000_000)),
            traceparent: number.isMultiple(of: 2) ? nil : "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            payload: (0..<number).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }

    private static func scan(_ line: [UInt8]) -> LedgerEvent? {
        line.withUnsafeBufferPointer { LedgerLineScan($0)?.event }
    }

    @Test func everyLineAsWrittenIsReadAtOnceAndTheSame() throws {
        for number in 0..<100 {
            let event = Self.event(number)
            #expect(Self.scan(LedgerLine.encode(event)) == event)
        }
    }

    @Test func whateverIsChangedIsLeftToTheStrictReadingOrReadTheSame() throws {
        let line = LedgerLine.encode(Self.event(7))
        var accepted = 0
        for index in line.indices {
            for byte in [UInt8](" \"\\{}019aZ=+,:-.\u{7F}".utf8) + [0, 0xC3] where byte != line[index] {
                var changed = line
                changed[index] = byte
                guard let event = Self.scan(changed) else { continue }
                accepted += 1
                #expect(try LedgerLine.decode(changed) == event, "byte \(index) as \(byte)")
            }
            var cut = line
            cut.remove(at: index)
            if let event = Self.scan(cut) { #expect(try LedgerLine.decode(cut) == event) }
        }
        // Other digits are another event, and no fault.
        #expect(accepted > 50)
    }

    @Test func anotherOrderOfMembersIsReadStrictly() throws {
        let event = Self.event(3)
        let text = String(decoding: LedgerLine.encode(event), as: UTF8.self)
        let position = "\"position\":\(event.position),"
        let moved = "{" + text.dropFirst(1 + position.utf8.count).dropLast() + "," + position.dropLast() + "}"
        #expect(Self.scan(Array(moved.utf8)) == nil)
        let read = try Array(moved.utf8).withUnsafeBufferPointer { try LedgerLine.decode($0) }
        #expect(read == event)
    }
}
