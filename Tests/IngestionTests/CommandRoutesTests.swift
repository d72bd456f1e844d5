import Contracts
import Domain
import Foundation
import ServiceKit
import Testing

@testable import Intake
@testable import attune_ingestion

@Suite struct CommandRoutesTests {
    @Test func anEpisodeIsOpenedFilledAndClosedOverHTTP() async throws {
        try await IngestionServer.run { server in
            let (episode, participant, session, rating) = (UUID(), UUID(), UUID(), UUID())
            let opened = try await server.post(
                "/v1/episodes",
                """
                {"episodeId": "\(episode)", "site": "north", "service": "adult", "openedOn": "2026-03-01", \
                "clinician": "c-1", "participants": [{"participantId": "\(participant)", "role": "self", "ageBand": "adult"}]}
                """)
            #expect(opened.status == 201)
            #expect(opened.headers["etag"] == "\"1\"")
            #expect(opened.json["version"] as? Int == 1)
            #expect((opened.json["eventId"] as? String)?.count == 36)
            let path = "/v1/episodes/\(episode)"
            let steps: [(path: String, body: String)] = [
                (path + "/participants", #"{"participantId": "\#(UUID())", "role": "caretaker", "ageBand": "adult", "group": "north-east"}"#),
                (path + "/sessions", #"{"sessionId": "\#(session)", "held": {"number": 1, "day": "2026-03-02"}}"#),
                (
                    path + "/sessions",
                    #"{"sessionId": "\#(UUID())", "missed": {"day": "2026-03-05", "reason": "not_attended"}}"#
                ),
                (path + "/ratings", ratingBody(ParticipantID(rawValue: participant), id: rating)),
                (
                    path + "/discussions",
                    #"{"discussionId": "\#(UUID())", "ratingId": "\#(rating)", "day": "2026-03-08", "by": "c-1"}"#
                ),
                (
                    path + "/consents",
                    #"{"consentId": "\#(UUID())", "participantId": "\#(participant)", "jointView": true, "day": "2026-03-08"}"#
                ),
                (
                    path + "/declines",
                    """
                    {"declineId": "\(UUID())", "participantId": "\(participant)", "instrument": "srs", "version": "2002", \
                    "session": 1, "day": "2026-03-08"}
                    """
                ),
                (
                    path + "/preferences",
                    """
                    {"preferencesId": "\(UUID())", "participantId": "\(participant)", "instrument": "c-nip", \
                    "version": "1.1", "session": 1, "day": "2026-03-08", \
                    "items": [3, 3, 3, 3, 3, null, 0, 0, 0, 0, -1, -1, -1, 0, 0, 0, 0, 0]}
                    """
                ),
                (
                    path + "/preference-reviews",
                    """
                    {"preferenceReviewId": "\(UUID())", "participantId": "\(participant)", "scale": "directiveness", \
                    "asked": "strong_first", "agreed": "try_out", "accommodated": "partly", "day": "2026-03-08", "by": "c-1"}
                    """
                ),
                (path + "/reviews", #"{"reviewId": "\#(UUID())", "kind": "joint", "day": "2026-03-08", "by": "c-1"}"#),
                (
                    "/v1/ratings/\(rating)/corrections",
                    """
                    {"correctionId": "\(UUID())", "episodeId": "\(episode)", "instrument": "ors", "version": "2000", \
                    "session": 1, "day": "2026-03-08", "total": 21.5, "reason": "entry_error"}
                    """
                ),
                (
                    "/v1/ratings/\(rating)/withdrawal",
                    #"{"episodeId": "\#(episode)", "reason": "client_request"}"#
                ),
                (
                    path + "/transfer",
                    #"{"transferId": "\#(UUID())", "clinician": "c-2", "reason": "clinician_left"}"#
                ),
                (path + "/closure", #"{"day": "2026-03-09", "reason": "agreed_end"}"#),
            ]
            for (index, step) in steps.enumerated() {
                let answer = try await server.post(step.path, step.body)
                #expect(answer.status == 201, "\(step.path): \(answer.body)")
                #expect(answer.json["version"] as? Int == index + 2)
                let again = try await server.post(step.path, step.body)
                #expect(again.status == 200, "\(step.path): \(again.body)")
                #expect(again.body == answer.body)
            }
            let view = try await server.get(path)
            #expect(view.status == 200)
            #expect(view.headers["etag"] == "\"15\"")
            #expect(view.json["clinician"] as? String == "c-2")
            #expect(view.json["closedOn"] as? String == "2026-03-09")
            #expect((view.json["participants"] as? [String])?.count == 2)
        }
    }

    @Test func theTraceOfARequestGoesIntoTheLedgerAndItsStateDoesNot() async throws {
        try await IngestionServer.run { server in
            let (episode, participant) = try await server.fixture.openEpisode()
            let sent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            let path = "/v1/episodes/\(episode)/ratings"
            let rated = try await server.post(
                path, ratingBody(participant), headers: ["traceparent": sent, "tracestate": "vendor=sentinel"])
            #expect(rated.status == 201)
            #expect(rated.headers["attune-trace-id"] == "4bf92f3577b34da6a3ce929d0e0e4736")
            let untraced = try await server.post(path, ratingBody(participant), headers: ["traceparent": "sentinel"])
            let events = try await server.fixture.events(of: episode)
            let traces = try events.map { try #require($0.traceparent.flatMap { TraceContext(traceparent: $0) }) }
            // A span of its own in the caller's trace, and traces made here for the others.
            #expect(traces.map(\.traceIDText).dropFirst(1).first == "4bf92f3577b34da6a3ce929d0e0e4736")
            #expect(traces[1].description != sent)
            #expect(Set(traces.map(\.traceID)).count == 3)
            #expect(traces[2].traceIDText == untraced.headers["attune-trace-id"])
        }
    }

    @Test func aRatingMayBeNamedByTheSendersOwnKey() async throws {
        try await IngestionServer.run { server in
            let (episode, participant) = try await server.fixture.openEpisode()
            let body = """
                {"source": {"system": "ehr", "id": "17"}, "participantId": "\(participant)", "instrument": "ors", \
                "version": "2000", "session": 1, "day": "2026-03-08", "total": 20}
                """
            let first = try await server.post("/v1/episodes/\(episode)/ratings", body)
            let second = try await server.post("/v1/episodes/\(episode)/ratings", body)
            #expect(first.status == 201)
            #expect(second.status == 200)
            #expect(first.json["ratingId"] as? String == second.json["ratingId"] as? String)
        }
    }

    @Test func theSameRatingIDWithOtherContentIsAConflict() async throws {
        try await IngestionServer.run { server in
            let (episode, participant) = try await server.fixture.openEpisode()
            let id = UUID()
            let path = "/v1/episodes/\(episode)/ratings"
            #expect(try await server.post(path, ratingBody(participant, id: id)).status == 201)
            let other = try await server.post(path, ratingBody(participant, id: id, scores: #""total": 3"#))
            #expect(other.status == 409)
            #expect(other.json["type"] as? String == "urn:attune:problem:id-reused")
            #expect(try await server.fixture.eventCount() == 2)
        }
    }

    @Test func aVersionThatHasPassedIsAFailedPreconditionThatNamesTheActualOne() async throws {
        try await IngestionServer.run { server in
            let (episode, participant) = try await server.fixture.openEpisode()
            let path = "/v1/episodes/\(episode)/ratings"
            let good = try await server.post(path, ratingBody(participant), headers: ["If-Match": "\"1\""])
            #expect(good.status == 201)
            let stale = try await server.post(path, ratingBody(participant), headers: ["If-Match": "\"1\""])
            #expect(stale.status == 412)
            #expect(stale.problem == "version-conflict")
            #expect(stale.headers["etag"] == "\"2\"")
            let wrong = try await server.post(path, ratingBody(participant), headers: ["If-Match": "2"])
            #expect(wrong.status == 400)
            #expect(try await server.fixture.eventCount() == 2)
        }
    }

    @Test func anotherSitesEpisodeLooksLikeNone() async throws {
        try await IngestionServer.run { server in
            let (episode, participant) = try await server.fixture.openEpisode(site: SiteID("south")!)
            let both = try await server.token(sites: ["north", "east"])
            for token in [server.token, both] {
                let foreign = try await server.post(
                    "/v1/episodes/\(episode)/ratings", ratingBody(participant), token: token)
                let unknown = try await server.post(
                    "/v1/episodes/\(UUID())/ratings", ratingBody(participant), token: token)
                #expect(foreign.status == 404 && unknown.status == 404)
                #expect(foreign.problem == "unknown-episode" && unknown.problem == "unknown-episode")
                #expect(foreign.json["detail"] as? String == unknown.json["detail"] as? String)
                #expect(try await server.get("/v1/episodes/\(episode)", token: token).status == 404)
            }
            let named = try await server.post(
                "/v1/episodes/\(episode)/ratings", ratingBody(participant, extra: #", "site": "south""#))
            #expect(named.status == 403)
            #expect(try await server.fixture.eventCount() == 1)
        }
    }

    @Test func whoSpeaksForSeveralSitesNeedNotNameTheOneOfAnEpisode() async throws {
        try await IngestionServer.run { server in
            let (episode, participant) = try await server.fixture.openEpisode()
            let token = try await server.token(sites: ["north", "south"], roles: [.integration])
            let answer = try await server.post("/v1/episodes/\(episode)/ratings", ratingBody(participant), token: token)
            #expect(answer.status == 201)
        }
    }

    @Test(arguments: [Role.client, .auditor, .operator, .networkAdmin])
    func otherRolesMayNotRecord(role: Role) async throws {
        try await IngestionServer.run { server in
            let token = try await server.token(sites: ["north"], roles: [role])
            #expect(try await server.post("/v1/episodes", "{}", token: token).status == 403)
            #expect(try await server.get("/v1/episodes/\(UUID())", token: token).status == 403)
        }
    }

    @Test func whileTheDatabaseIsAwayTheAnswerIs503UntilItIsBack() async throws {
        try await IngestionServer.run { server in
            let (episode, participant) = try await server.fixture.openEpisode()
            let path = "/v1/episodes/\(episode)/ratings"
            let body = ratingBody(participant)
            try await server.fixture.setReachable(false)
            let away = try await server.post(path, body)
            #expect(away.status == 503)
            #expect(away.headers["retry-after"] == "1")
            let batch = try await server.postBatch([#"{"episodeId": "\#(episode)", \#(body.dropFirst())"#])
            #expect(batch.status == 503)
            #expect(batch.headers["retry-after"] == "1")
            let read = try await server.get("/v1/episodes/\(episode)")
            #expect(read.status == 503)
            try await server.fixture.setReachable(true)
            #expect(try await server.post(path, body).status == 201)
            #expect(try await server.fixture.eventCount() == 2)
        }
    }
}
