import Foundation
import Glibc
import LocalStack
import Testing

/// Figures change while the services run.
@Suite(.serialized) struct ReloadTests {
    private static let measure = """
        instruments:
          - id: house-measure
            version: "1"
            title: a measure of the house
            purpose: outcome
            direction: higher_is_better
            decimals: 0
            total: {minimum: 0, maximum: 40}
            total_entry: true
            licence: {wording: site_owned, holder: the site, notice: none}
        """

    private func askToReload(_ system: SystemStack, until words: String) throws -> Bool {
        for service in [StackService.ingestion, .scoring] {
            let process = try #require(system.stack.process(service)?.processID)
            kill(process, SIGHUP)
            let log = system.folder.appendingPathComponent("log/\(service.executable).log")
            let isSaid = try system.eventually {
                try String(contentsOf: log, encoding: .utf8).contains(words)
            }
            guard isSaid else { return false }
        }
        return true
    }

    @Test func aFaultyFileLeavesTheLastGoodCatalogueAndAGoodOneTakesItsPlace() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attune-figures-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let system = try SystemStack("reload", catalogue: folder)
        let token = try system.token(site: "north", role: "clinician")
        let (episode, participant) = (UUID().uuidString.lowercased(), UUID().uuidString.lowercased())
        #expect(
            try system.call(
                .post, .ingestion, "/v1/episodes", token: token,
                body: """
                    {"episodeId": "\(episode)", "site": "north", "service": "adult", "openedOn": "2026-01-05",
                     "clinician": "c-1", "participants": [{"participantId": "\(participant)", "role": "self", "ageBand": "adult"}]}
                    """
            ).status == 201)
        func rate(_ instrument: String, _ version: String, _ answers: String) throws -> Int {
            try system.call(
                .post, .ingestion, "/v1/episodes/\(episode)/ratings", token: token,
                body: """
                    {"ratingId": "\(UUID().uuidString.lowercased())", "participantId": "\(participant)",
                     "instrument": "\(instrument)", "version": "\(version)", "session": 1, "day": "2026-02-01", \(answers)}
                    """
            ).status
        }
        #expect(try rate("house-measure", "1", #""total": 20"#) == 422)

        let file = folder.appendingPathComponent("house.yaml")
        try Self.measure.replacing("direction:", with: "directoin:").write(to: file, atomically: true, encoding: .utf8)
        #expect(try askToReload(system, until: "the last good one stays"))
        #expect(try rate("phq-9", "2001", #""items": [1, 1, 1, 1, 1, 1, 1, 1, 0]"#) == 201)
        #expect(try rate("house-measure", "1", #""total": 20"#) == 422)

        try Self.measure.write(to: file, atomically: true, encoding: .utf8)
        #expect(try askToReload(system, until: "added: house-measure"))
        #expect(try rate("house-measure", "1", #""total": 20"#) == 201)
        #expect(try system.eventually {
            try system.count("select count(*) from published.trajectory where episode_id = '\(episode)'") == 2
        })
    }
}

extension String {
    fileprivate func replacing(_ part: String, with other: String) -> String { replacingOccurrences(of: part, with: other) }
}
