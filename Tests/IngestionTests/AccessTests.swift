import Domain
import Foundation
import ServiceKit
import TestSupport
import Testing

@testable import Intake
@testable import attune_ingestion

/// Every address with every role, with tokens that are none, and from another site.
@Suite struct AccessTests {
    private static let endpoints = Endpoint.all(of: "attune-ingestion")

    /// A good command for each address.
    private static func bodies(_ episode: EpisodeID, _ participant: ParticipantID, _ rating: UUID) -> [String: String] {
        let day = #""day": "2026-03-08""#
        let asked = #""participantId": "\#(participant)", "instrument": "ors", "version": "2000", "session": 1, \#(day)"#
        let ofEpisode = [
            "participants": #"{"participantId": "\#(UUID())", "role": "caretaker", "ageBand": "adult"}"#,
            "sessions": #"{"sessionId": "\#(UUID())", "held": {"number": 2, \#(day)}}"#,
            "ratings": ratingBody(participant),
            "discussions": #"{"discussionId": "\#(UUID())", "ratingId": "\#(rating)", \#(day), "by": "c-1"}"#,
            "consents": #"{"consentId": "\#(UUID())", "participantId": "\#(participant)", "jointView": true, \#(day)}"#,
            "reviews": #"{"reviewId": "\#(UUID())", "kind": "joint", \#(day), "by": "c-1"}"#,
            "declines": #"{"declineId": "\#(UUID())", \#(asked)}"#,
            "preferences": """
                {"preferencesId": "\(UUID())", "participantId": "\(participant)", "instrument": "c-nip", "version": "1.1", \
                "session": 1, \(day), "items": [\(Array(repeating: "1", count: 18).joined(separator: ", "))]}
                """,
            "preference-reviews": """
                {"preferenceReviewId": "\(UUID())", "participantId": "\(participant)", "scale": "time", \
                "asked": "not_strong", "agreed": "follow", "accommodated": "yes", \(day), "by": "c-1"}
                """,
            "transfer": #"{"transferId": "\#(UUID())", "clinician": "c-9", "reason": "other"}"#,
            "closure": #"{\#(day), "reason": "agreed_end"}"#,
        ]
        var bodies = Dictionary(uniqueKeysWithValues: ofEpisode.map { ("/v1/episodes/{episode}/\($0)", $1) })
        bodies["/v1/episodes"] = """
            {"episodeId": "\(UUID())", "site": "north", "service": "adult", "openedOn": "2026-03-01", "clinician": "c-1", \
            "participants": [{"participantId": "\(UUID())", "role": "self", "ageBand": "adult"}]}
            """
        bodies["/v1/ratings/{rating}/corrections"] = """
            {"correctionId": "\(UUID())", "episodeId": "\(episode)", "instrument": "ors", "version": "2000", "session": 1, \
            \(day), "items": [5.1, 5, 5, 5.3], "reason": "entry_error"}
            """
        bodies["/v1/ratings/{rating}/withdrawal"] = #"{"episodeId": "\#(episode)", "reason": "client_request"}"#
        return bodies
    }

    @Test func `Whoever the table names is let in, and nobody else; of another site nothing is found and nothing recorded`()
        async throws
    {
        try await IngestionServer.run { (server) async throws in
            #expect(AccessTrial.differences(server.addresses, from: Self.endpoints) == [])
            let (episode, participant) = try await server.fixture.openEpisode()
            let rating = UUID()
            #expect(try await server.post("/v1/episodes/\(episode)/ratings", ratingBody(participant, id: rating)).status == 201)
            let recorded = try await server.fixture.eventCount()
            var bodies = Self.bodies(episode, participant, rating)
            let line = BatchRouteTests.line(episode.rawValue, ratingBody(participant))
            bodies["/v1/ratings/batch"] = line
            let trial = AccessTrial(
                port: server.port, issuer: server.issuer, things: ["episode": "\(episode)", "rating": "\(rating)"],
                bodies: bodies)
            let things = Self.endpoints.filter { $0.reach == .thing }
            let elsewhere = try await trial.complaintsFromElsewhere(of: things)
            #expect(elsewhere == [], "\(elsewhere)")
            // A batch answers for each line.
            let token = try await server.token(sites: ["south"], roles: [.integration])
            let answer = try await server.postBatch([line], token: token)
            #expect([403, 404].contains(answer.lines.first?["status"] as? Int), "\(answer.body)")
            #expect(try await server.fixture.eventCount() == recorded)
            let complaints = try await trial.complaints(of: Self.endpoints)
            #expect(complaints == [], "\(complaints)")
        }
    }
}
