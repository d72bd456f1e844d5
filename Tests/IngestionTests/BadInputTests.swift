import Domain
import Foundation
import Testing

@testable import Intake
@testable import attune_ingestion

/// For everything a sender can get wrong: a refusal that names it, and nothing stored.
@Suite struct BadInputTests {
    struct Case: Sendable, CustomStringConvertible {
        let name: String
        var scores = #""items": [5.1, 5, 5, 5.2]"#
        var instrument = "ors"
        var version = "2000"
        var day = "2026-03-08"
        var extra = ""
        let pointer: String
        var description: String { name }
    }

    static let cases = [
        Case(name: "item above its range", scores: #""items": [5, 10.1, 5, 5]"#, pointer: "/items/1"),
        Case(name: "item below its range", scores: #""items": [5, 5, 5, -0.1]"#, pointer: "/items/3"),
        Case(name: "item finer than the scale", scores: #""items": [5.25, 5, 5, 5]"#, pointer: "/items/0"),
        Case(name: "item as text", scores: #""items": ["5", 5, 5, 5]"#, pointer: "/items/0"),
        Case(name: "too few items", scores: #""items": [5, 5, 5]"#, pointer: "/items"),
        Case(name: "too many items", scores: #""items": [5, 5, 5, 5, 5]"#, pointer: "/items"),
        Case(name: "unanswered item", scores: #""items": [5, null, 5, 5]"#, pointer: "/items"),
        Case(name: "partial items with a total", scores: #""items": [5, null, 5, 5], "total": 15"#, pointer: "/total"),
        Case(name: "total that is not the sum", scores: #""items": [5, 5, 5, 5], "total": 19"#, pointer: "/total"),
        Case(name: "total above its range", scores: #""total": 40.1"#, pointer: "/total"),
        Case(
            name: "0 standing for missing", scores: #""items": [null, null, null, null], "total": 0"#, pointer: "/total"
        ),
        Case(name: "skipped, yet scored", scores: #""skipped": true, "total": 20"#, pointer: "/skipped"),
        Case(name: "skipped, so no rating", scores: #""skipped": true"#, pointer: "/skipped"),
        Case(name: "no answers", scores: #""items": null"#, pointer: "/items"),
        Case(
            name: "total where items are needed", scores: #""total": 12"#, instrument: "phq-9", version: "2001",
            pointer: "/total"),
        Case(name: "unknown instrument", instrument: "mood", pointer: "/instrument"),
        Case(name: "preferences are no rating", instrument: "c-nip", version: "1.1", pointer: "/instrument"),
        Case(name: "unknown version", version: "1999", pointer: "/version"),
        Case(name: "day in the future", day: "2026-03-12", pointer: "/day"),
        Case(name: "day before the opening", day: "2026-02-28", pointer: "/day"),
        Case(name: "day that does not exist", day: "2026-02-30", pointer: "/day"),
        Case(name: "field that nobody knows", extra: #", "note": "x""#, pointer: "/note"),
        Case(name: "session in the address twice", extra: #", "episodeId": "x""#, pointer: "/episodeId"),
    ]

    /// All on one server: a database for each would be most of the test's time.
    @Test func aRatingThatCannotBeIsRefusedWithItsFieldAndNotStored() async throws {
        try await IngestionServer.run { server in
            let (episode, participant) = try await server.fixture.openEpisode()
            for wrong in Self.cases {
                let answer = try await server.post(
                    "/v1/episodes/\(episode)/ratings",
                    ratingBody(
                        participant, scores: wrong.scores, day: wrong.day, instrument: wrong.instrument,
                        version: wrong.version, extra: wrong.extra))
                #expect(answer.status == 422, "\(wrong): \(answer.body)")
                #expect(answer.headers["content-type"] == "application/problem+json", "\(wrong)")
                #expect(answer.pointers == [wrong.pointer], "\(wrong): \(answer.body)")
                #expect(try await server.fixture.eventCount() == 1, "\(wrong)")
            }
        }
    }

    private static let talks: [(address: String, members: String, pointers: Set<String>)] = [
        ("discussions", #""discussionId": "ID", "ratingId": "x", "day": "2026-03-08", "by": """#, ["/ratingId", "/by"]),
        ("discussions", #""discussionId": "ID", "ratingId": "ID", "day": "2026-03-08", "by": "c", "words": "x""#, ["/words"]),
        ("consents", #""consentId": "ID", "participantId": "ID", "jointView": "yes", "day": "2026-03-08""#, ["/jointView"]),
        ("consents", #""consentId": "ID", "participantId": "ID", "jointView": true, "day": "2026-03-08""#, ["/participantId"]),
        ("reviews", #""reviewId": "ID", "kind": "held", "day": "today", "by": "c""#, ["/kind", "/day"]),
        ("reviews", #""reviewId": "ID", "kind": "joint", "day": "2026-03-12", "by": "c""#, ["/day"]),
    ]

    @Test func aTalkThatCannotBeIsRefusedWithItsFields() async throws {
        try await IngestionServer.run { server in
            let (episode, _) = try await server.fixture.openEpisode()
            for (address, members, pointers) in Self.talks {
                let body = "{" + members.replacingOccurrences(of: "ID", with: UUID().uuidString) + "}"
                let answer = try await server.post("/v1/episodes/\(episode)/\(address)", body)
                #expect(answer.status == 422, "\(body): \(answer.body)")
                #expect(Set(answer.pointers) == pointers, "\(body): \(answer.body)")
                #expect(try await server.fixture.eventCount() == 1, "\(body)")
            }
        }
    }

    @Test func aTalkAboutARatingThatIsNotThereIsRefused() async throws {
        try await IngestionServer.run { server in
            let (episode, _) = try await server.fixture.openEpisode()
            let body = #"{"discussionId": "\#(UUID())", "ratingId": "\#(UUID())", "day": "2026-03-08", "by": "c-1"}"#
            let answer = try await server.post("/v1/episodes/\(episode)/discussions", body)
            #expect(answer.status == 404)
            #expect(answer.problem == "unknown-rating")
        }
    }

    @Test func todayAnywhereOnEarthIsNotTheFuture() async throws {
        try await IngestionServer.run { server in
            let (episode, participant) = try await server.fixture.openEpisode()
            // Noon in UTC on the 10th: the 11th on the Line Islands, the 12th nowhere.
            let answer = try await server.post(
                "/v1/episodes/\(episode)/ratings", ratingBody(participant, day: "2026-03-11"))
            #expect(answer.status == 201)
        }
    }

    @Test func everyFaultOfABodyIsNamedAtOnce() async throws {
        try await IngestionServer.run { server in
            let answer = try await server.post(
                "/v1/episodes",
                #"{"episodeId": "x", "site": "north", "openedOn": "1.3.2026", "clinician": "", "participants": []}"#)
            #expect(answer.status == 422)
            #expect(Set(answer.pointers) == ["/episodeId", "/service", "/openedOn", "/clinician", "/participants"])
        }
    }

    private static let noCommands: [(body: String, status: Int)] = [
        (#"{"ratingId": "#, 400), ("not json", 400), ("", 400), ("[1]", 422), ("{\"a\":1}{\"a\":1}", 400),
        (#"{"day": 1, "day": 2}"#, 400), (#"{"session": 1e3}"#, 400),
    ]

    @Test func aBodyThatIsNoCommandIsRefused() async throws {
        try await IngestionServer.run { server in
            let (episode, _) = try await server.fixture.openEpisode()
            for (body, status) in Self.noCommands {
                #expect(try await server.post("/v1/episodes/\(episode)/ratings", body).status == status, "\(body)")
                #expect(try await server.fixture.eventCount() == 1, "\(body)")
            }
        }
    }

    @Test func aBodyThatIsNotUTF8IsRefused() async throws {
        try await IngestionServer.run { server in
            let (episode, participant) = try await server.fixture.openEpisode()
            var body = Array(ratingBody(participant, instrument: "XX").utf8)
            let place = try #require(body.firstIndex(of: UInt8(ascii: "X")))
            body[place] = 0xC3
            body[place + 1] = 0x28
            let answer = try await server.client.send(
                "POST", "/v1/episodes/\(episode)/ratings",
                headers: ["Authorization": "Bearer \(server.token)", "Content-Type": "application/json"], body: body)
            #expect(answer.status == 400)
            #expect(answer.problem == "malformed-json")
            #expect(try await server.fixture.eventCount() == 1)
        }
    }

    @Test(arguments: ["/v1/episodes", "/v1/ratings/batch"], [true, false])
    func aBodyOf50MegabytesIsRefusedWithoutBeingKept(path: String, saysItsLength: Bool) async throws {
        try await IngestionServer.run { server in
            var headers = [
                "Authorization": "Bearer \(server.token)",
                "Content-Type": path.hasSuffix("batch") ? "application/x-ndjson" : "application/json",
            ]
            let size = 50 << 20
            var bytes: [UInt8]
            if saysItsLength {
                headers["Content-Length"] = "\(size)"
                bytes = WireClient.head("POST", path, headers)
            } else {
                headers["Transfer-Encoding"] = "chunked"
                bytes = WireClient.head("POST", path, headers) + Array("\(String(size, radix: 16))\r\n".utf8)
            }
            bytes += [UInt8](repeating: 0x20, count: size)
            let answer = try await server.client.exchange(bytes)
            #expect(answer.status == 413)
            #expect(try await server.fixture.eventCount() == 0)
        }
    }

    @Test(arguments: [false, true])
    func aBodyCutOffInTheMiddleIsRefusedAsAWhole(isBatch: Bool) async throws {
        try await IngestionServer.run { server in
            let (episode, participant) = try await server.fixture.openEpisode()
            let rating = ratingBody(participant)
            let line = #"{"episodeId": "\#(episode)", \#(rating.dropFirst())"# + "\n"
            // The batch is cut behind its first whole line.
            let body = isBatch ? line + line.prefix(40) : String(rating.prefix(60))
            let head = WireClient.head(
                "POST", isBatch ? "/v1/ratings/batch" : "/v1/episodes/\(episode)/ratings",
                [
                    "Authorization": "Bearer \(server.token)", "Content-Length": "\(body.utf8.count + 500)",
                    "Content-Type": isBatch ? "application/x-ndjson" : "application/json",
                ])
            let answer = try await server.client.exchange(head + Array(body.utf8), thenEnds: true)
            #expect(answer.status == 400)
            #expect(answer.problem == "truncated-body")
            #expect(try await server.fixture.eventCount() == 1)
        }
    }

    @Test func aClosedOrUnknownEpisodeTakesNoRating() async throws {
        try await IngestionServer.run { server in
            let (episode, participant) = try await server.fixture.openEpisode()
            let path = "/v1/episodes/\(episode)"
            #expect(
                try await server.post(path + "/closure", #"{"day": "2026-03-08", "reason": "other"}"#).status == 201)
            let closed = try await server.post(path + "/ratings", ratingBody(participant))
            #expect(closed.status == 409)
            #expect(closed.problem == "episode-closed")
            let unknown = try await server.post("/v1/episodes/\(UUID())/ratings", ratingBody(participant))
            #expect(unknown.status == 404)
            #expect(unknown.problem == "unknown-episode")
            #expect(try await server.fixture.eventCount() == 2)
        }
    }

    private static func preferences(
        of participant: ParticipantID, on instrument: String = "c-nip", _ version: String = "1.1", first: String = "3",
        rest: Int = 17
    ) -> String {
        """
        {"preferencesId": "\(UUID())", "participantId": "\(participant)", "instrument": "\(instrument)", \
        "version": "\(version)", "session": 1, "day": "2026-03-08", \
        "items": [\(([first] + Array(repeating: "0", count: rest)).joined(separator: ", "))]}
        """
    }

    @Test func aSessionOrParticipantThatCannotBeIsRefused() async throws {
        try await IngestionServer.run { server in
            let (episode, participant) = try await server.fixture.openEpisode()
            let path = "/v1/episodes/\(episode)"
            let bodies: [(path: String, body: String, status: Int, pointer: String?)] = [
                (
                    "/sessions", #"{"sessionId": "\#(UUID())", "held": {"number": 0, "day": "2026-03-02"}}"#, 422,
                    "/held/number"
                ),
                (
                    "/sessions", #"{"sessionId": "\#(UUID())", "held": {"number": 1, "day": "2026-03-20"}}"#, 422,
                    "/held/day"
                ),
                ("/sessions", #"{"sessionId": "\#(UUID())"}"#, 422, "/held"),
                (
                    "/sessions",
                    #"{"sessionId": "\#(UUID())", "missed": {"day": "2026-03-20", "reason": "not_attended"}}"#,
                    422, "/missed/day"
                ),
                ("/ratings", ratingBody(ParticipantID(rawValue: UUID())), 422, "/participantId"),
                ("/closure", #"{"day": "2026-03-08", "reason": "bored"}"#, 422, "/reason"),
                (
                    "/declines",
                    """
                    {"declineId": "\(UUID())", "participantId": "\(participant)", "instrument": "none", "version": "1", \
                    "session": 1, "day": "2026-03-08"}
                    """, 422, "/instrument"
                ),
                (
                    "/declines",
                    """
                    {"declineId": "\(UUID())", "participantId": "\(UUID())", "instrument": "ors", "version": "2000", \
                    "session": 1, "day": "2026-03-08"}
                    """, 422, "/participantId"
                ),
                ("/preferences", Self.preferences(of: participant, on: "ors", "2000"), 422, "/instrument"),
                ("/preferences", Self.preferences(of: participant, first: "4"), 422, "/items/0"),
                ("/preferences", Self.preferences(of: participant, rest: 16), 422, "/items"),
                (
                    "/participants",
                    #"{"participantId": "\#(UUID())", "role": "self", "ageBand": "adult", "group": "Two Words"}"#, 422,
                    "/group"
                ),
                (
                    "/participants",
                    #"{"participantId": "\#(participant)", "role": "self", "ageBand": "adult"}"#, 409, nil
                ),
            ]
            for wrong in bodies {
                let answer = try await server.post(path + wrong.path, wrong.body)
                #expect(answer.status == wrong.status, "\(answer.body)")
                #expect(answer.pointers == (wrong.pointer.map { [$0] } ?? []), "\(answer.body)")
            }
            #expect(try await server.fixture.eventCount() == 1)
        }
    }
}
