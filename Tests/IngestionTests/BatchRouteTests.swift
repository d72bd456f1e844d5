import Domain
import Foundation
import Testing

@testable import Intake
@testable import attune_ingestion

@Suite struct BatchRouteTests {
    static func line(_ episode: some CustomStringConvertible, _ rating: String) -> String {
        #"{"episodeId": "\#(episode)", \#(rating.dropFirst())"#
    }

    private static func opening(_ episode: UUID, _ participant: UUID) -> String {
        """
        {"type": "episode", "episodeId": "\(episode)", "site": "north", "service": "adult", "openedOn": "2026-03-01", \
        "clinician": "c-1", "participants": [{"participantId": "\(participant)", "role": "self", "ageBand": "adult"}]}
        """
    }

    @Test func everyLineHasItsResultAndExactlyTheGoodOnesAreStored() async throws {
        try await IngestionServer.run { server in
            let (episode, client) = (UUID(), UUID())
            let participant = ParticipantID(rawValue: client)
            let good = UUID()
            let lines = [
                Self.opening(episode, client),
                Self.line(episode, ratingBody(participant, id: good)),
                Self.line(episode, ratingBody(participant, scores: #""total": 41"#)),
                "this is not json",
                "",
                Self.line(UUID(), ratingBody(participant)),
                Self.line(episode, ratingBody(participant, id: good)),
                Self.line(episode, ratingBody(participant, id: good, scores: #""total": 7"#)),
                #"{"type": "session", "episodeId": "\#(episode)", "sessionId": "\#(UUID())", "held": {"number": 1, "day": "2026-03-02"}}"#,
                Self.line(episode, ratingBody(participant, extra: #", "expectedVersion": 1"#)),
                """
                {"type": "correction", "correctionId": "\(UUID())", "ratingId": "\(good)", "episodeId": "\(episode)", \
                "instrument": "ors", "version": "2000", "session": 1, "day": "2026-03-08", "total": 22, "reason": "entry_error"}
                """,
                #"{"type": "discussion", "episodeId": "\#(episode)", "discussionId": "\#(UUID())", "ratingId": "\#(good)", "day": "2026-03-08", "by": "c-1"}"#,
                #"{"type": "consent", "episodeId": "\#(episode)", "consentId": "\#(UUID())", "participantId": "\#(client)", "jointView": false, "day": "2026-03-08"}"#,
                #"{"type": "review", "episodeId": "\#(episode)", "reviewId": "\#(UUID())", "kind": "documented", "day": "2026-03-08", "by": "c-1"}"#,
                #"{"type": "withdrawal", "ratingId": "\#(good)", "episodeId": "\#(episode)", "reason": "entry_error"}"#,
                #"{"type": "closure", "episodeId": "\#(episode)", "day": "2026-03-09", "reason": "other"}"#,
            ]
            let answer = try await server.postBatch(lines)
            #expect(answer.status == 200)
            let results = answer.lines
            #expect(results.map { $0["line"] as? Int } == [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])
            #expect(
                results.map { $0["status"] as? Int }
                    == [201, 201, 422, 400, 404, 200, 409, 201, 412, 201, 201, 201, 201, 201, 201], "\(answer.body)")
            #expect(results[8]["version"] as? Int == 3)
            let faults = (results[2]["problem"] as? [String: Any])?["errors"] as? [[String: Any]]
            #expect(faults?.first?["line"] as? Int == 3)
            #expect(faults?.first?["pointer"] as? String == "/total")
            let types = try await server.fixture.events(of: EpisodeID(rawValue: episode)).map(\.type)
            #expect(
                types == [
                    "attune.episode.opened.v1", "attune.rating.recorded.v1", "attune.session.held.v1",
                    "attune.rating.corrected.v1", "attune.rating.discussed.v1", "attune.episode.consent-changed.v1",
                    "attune.episode.review-held.v1", "attune.rating.withdrawn.v1", "attune.episode.closed.v1",
                ])
            #expect(try await server.fixture.eventCount() == 9)
        }
    }

    @Test func aBatchOfManyChunksKeepsTheOrderOfAnEpisode() async throws {
        try await IngestionServer.run { server in
            let (episode, client) = (UUID(), UUID())
            let ratings = (0..<1200).map { _ in
                Self.line(episode, ratingBody(ParticipantID(rawValue: client)))
            }
            let answer = try await server.postBatch(
                [Self.opening(episode, client)] + ratings, query: "?lane=backfill",
                token: try await server.token(sites: ["north", "south"], roles: [.integration]))
            #expect(answer.lines.map { $0["version"] as? Int } == (1...1201).map { $0 })
            #expect(try await server.fixture.number("select count(*) from ledger.event where backfill") == 1201)
            let again = try await server.postBatch([Self.opening(episode, client)] + ratings, query: "?lane=backfill")
            #expect(again.lines.allSatisfy { $0["status"] as? Int == 200 })
            #expect(try await server.fixture.eventCount() == 1201)
        }
    }

    @Test func tooManyLinesAreRefusedAsAWhole() async throws {
        try await IngestionServer.run { server in
            let (episode, client) = (UUID(), UUID())
            let lines = [Self.opening(episode, client)] + [String](repeating: "{}", count: 10_000)
            let answer = try await server.postBatch(lines)
            #expect(answer.status == 413)
            #expect(answer.problem == "too-many-lines")
            #expect(try await server.fixture.eventCount() == 0)
        }
    }

    @Test func anUnknownLaneOrMediaTypeIsRefused() async throws {
        try await IngestionServer.run { server in
            let wrongLane = try await server.postBatch(["{}"], query: "?lane=fast")
            let wrongType = try await server.post("/v1/ratings/batch", "{}")
            #expect(wrongLane.status == 400)
            #expect(wrongType.status == 415)
        }
    }
}
