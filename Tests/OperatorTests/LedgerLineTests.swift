import Domain
import Foundation
import Persistence
import Testing

@testable import EvidenceBundle
@testable import attune

@Suite struct LedgerLineTests {
    private static let event = LedgerEvent(
        position: 4_294_967_297, lane: .episodeBackfill, id: EventID.fixed(1), stream: EpisodeID.fixed(2), version: 3,
        site: SiteID(unchecked: "north"), type: "attune.rating.recorded.v1",
        recordedAt: Timestamp(microseconds: 1_767_225_600_000_001), traceparent: nil, payload: [0, 1, 254, 255])

    @Test func aLineReadsBackAsTheEventThatItCarries() throws {
        #expect(try LedgerLine.decode(LedgerLine.encode(Self.event)) == Self.event)
    }

    @Test(arguments: [
        ("\"category\":1", "\"category\":5"), ("\"version\":3", "\"version\":0"), ("AAH+/w==", "not base64"),
        ("\"site\":", "\"place\":"), ("}", ""),
    ])
    func aLineThatIsNoneIsRefused(_ whole: String, _ broken: String) {
        let line = String(decoding: LedgerLine.encode(Self.event), as: UTF8.self)
        let wrong = line.replacingOccurrences(of: whole, with: broken)
        #expect(wrong != line)
        #expect(throws: (any Error).self) { try LedgerLine.decode(Array(wrong.utf8)) }
    }
}

extension Identity {
    fileprivate static func fixed(_ byte: UInt8) -> Self {
        guard let id = Self("00000000-0000-7000-8000-0000000000\(byte < 16 ? "0" : "")\(String(byte, radix: 16))") else {
            fatalError("not an id")
        }
        return id
    }
}
