import Catalogue
import Contracts
import Crypto
import Domain
import Foundation
import Persistence
import ServiceKit
import Testing

@testable import attune

/// Ledger and bundle give the same past.
@Suite struct ReplaySourceTests {
    private static func all(_ source: any EventSource) throws -> [EpisodeRecord] {
        var records: [EpisodeRecord] = []
        try source.forEachEpisode { _, _ in } _: { records.append($0) }
        return records
    }

    @Test func aLedgerAndItsBundleHoldTheSameEpisodes() throws {
        let bench = try ModelBench()
        let courses = (0..<7).map { number in ModelBench.episode((1...(number + 1)).map { ($0, 200 + 10 * $0) }) }
        try bench.append(courses)
        try bench.append(courses, lane: .episodeBackfill)
        let connection = try bench.database.connect(role: "attune_operator")
        var ledger = LedgerSource(connection: connection)
        let whole = try Self.all(ledger)
        #expect(whole.count == 14 && whole.map(\.stream) == whole.map(\.stream).sorted())
        #expect(whole.allSatisfy { $0.events.map(\.version) == Array(1...Int64($0.events.count)) })
        // A page ends within a stream, and at the end of one.
        for pageSize in [1, 2, 3, 5] {
            ledger.pageSize = pageSize
            #expect(try Self.all(ledger).map(\.events) == whole.map(\.events))
        }
        let folder = try RecordedEpisode.bundle(whole, in: bench.files)
        let bundle = try BundleSource(folder: folder)
        #expect(try Self.all(bundle).map(\.events) == whole.map(\.events))
        #expect(try bundle.newest() == ledger.newest())
        for record in whole {
            #expect(try bundle.episode(record.stream).events == record.events)
            #expect(try ledger.episode(record.stream).events == record.events)
        }
        #expect(try bundle.episode(EpisodeID(rawValue: UUID())).events.isEmpty)
    }

    @Test func aDamagedBundleNamesTheLine() throws {
        let files = try TestFolder()
        let episode = try RecordedEpisode(ModelBench.episode([(1, 200)]), catalogue: try Catalogue.load())
        let folder = try RecordedEpisode.bundle([episode.record], in: files)
        let path = URL(fileURLWithPath: folder + "/events.ndjson")
        let text = try String(contentsOf: path, encoding: .utf8).replacing("\"version\":2", with: "\"version\":two")
        try Data(text.utf8).write(to: path)
        let error = #expect(throws: UnreadableBundle.self) { try BundleSource(folder: folder) }
        #expect(error?.place == "events.ndjson line 2")
        #expect(throws: UnreadableBundle.self) { try BundleSource(folder: folder + "/none") }
    }
}
