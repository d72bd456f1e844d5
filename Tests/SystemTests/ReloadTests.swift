import Foundation
import LocalStack
import TestSupport
import Testing

/// Figures change while the services run.
@Suite(.serialized) struct ReloadTests {
    private func askToReload(_ system: SystemStack, until words: String) throws -> Bool {
        try [StackService.ingestion, .scoring].allSatisfy { try system.reload($0, until: words) }
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
        try HouseMeasure.yaml.replacing("direction:", with: "directoin:").write(to: file, atomically: true, encoding: .utf8)
        #expect(try askToReload(system, until: "the last good one stays"))
        #expect(try rate("phq-9", "2001", #""items": [1, 1, 1, 1, 1, 1, 1, 1, 0]"#) == 201)
        #expect(try rate("house-measure", "1", #""total": 20"#) == 422)

        try HouseMeasure.write(into: folder)
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
