import ClientText
import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import Testing

@testable import Intake
@testable import attune_ingestion

/// Clients' own words on their way into the ledger.
@Suite struct CommentTests {
    private static let words = "I slept badly and missed the bus."

    private func fixture() throws -> (IngestionFixture, MasterKeys) {
        let masters = try MasterKeys(text: MasterKeys.line(named: "test"))
        return (try IngestionFixture(options: CommandWriter.Options(masters: masters)), masters)
    }

    private func rating(of participant: ParticipantID, id: RatingID = RatingID(rawValue: UUID()), _ words: String?) -> DraftContent {
        var draft = RatingDraft.sample(id, of: participant)
        draft.comment = words
        return .rating(draft)
    }

    @Test func `A comment is sealed in the ledger under the client's key and can be read with it`() async throws {
        let (fixture, masters) = try fixture()
        let (episode, participant) = try await fixture.openEpisode()
        let outcome = try await fixture.send(rating(of: participant, Self.words), in: episode)
        let receipt = try #require(outcome.receipt)
        let event = try #require(try await fixture.events(of: episode).last)
        #expect(event.id == receipt.event)
        #expect(Data(event.payload).range(of: Data("bus".utf8)) == nil)
        let decoded = try EpisodeEventCodec.decode(event.payload, type: .ratingRecorded)
        guard case .ratingRecorded(let rating) = decoded.event else { throw Unexpected(outcome: outcome) }
        #expect(decoded.actor == "anna")
        let connection = try fixture.database.connect(role: "attune_ingestion")
        let read = try ClientKeyStore.comment(of: rating, in: event.id, masters: masters, on: connection)
        #expect(read == Self.words)
        #expect(throws: ClientTextError.damaged) {
            try ClientKeyStore.comment(of: rating, in: EventID(rawValue: UUID()), masters: masters, on: connection)
        }
    }

    @Test func `The same rating again is the same although it would be sealed otherwise, and other words are a conflict`() async throws {
        let (fixture, _) = try fixture()
        let (episode, participant) = try await fixture.openEpisode()
        let id = RatingID(rawValue: UUID())
        let first = try await fixture.send(rating(of: participant, id: id, Self.words), in: episode)
        let again = try await fixture.send(rating(of: participant, id: id, Self.words), in: episode)
        guard case .recorded(let receipt) = first else { throw Unexpected(outcome: first) }
        #expect(again == .repeated(receipt))
        for other in ["I slept badly and missed the bus!", nil] {
            #expect(try await fixture.send(rating(of: participant, id: id, other), in: episode) == .refused(.idReused))
        }
        #expect(try await fixture.number("select count(*) from ledger.client_key") == 1)
        #expect(try await fixture.eventCount() == 2)
    }

    @Test func `A client has one key in every lane and batch, another client has another`() async throws {
        let (fixture, _) = try fixture()
        let (episode, participant) = try await fixture.openEpisode()
        let (otherEpisode, other) = try await fixture.openEpisode()
        func submission(_ content: DraftContent, _ episode: EpisodeID) throws -> Submission {
            try CommandDraft(episode: episode, site: IngestionFixture.site, content: content, expectedVersion: nil)
                .submission(at: IngestionFixture.site, actor: "anna", trace: .root())
        }
        let batch = try [
            submission(rating(of: participant, "one"), episode), submission(rating(of: participant, "two"), episode),
            submission(rating(of: other, "three"), otherEpisode),
        ]
        let backfill = try [submission(rating(of: participant, "four"), episode)]
        async let live = fixture.intake.live.submit(batch)
        async let late = fixture.intake.backfill.submit(backfill)
        let outcomes = await live + late
        #expect(outcomes.allSatisfy { $0.receipt != nil })
        #expect(try await fixture.number("select count(*) from ledger.client_key") == 2)
    }

    @Test func `Without a key of the installation a rating with a comment is refused, and others are taken`() async throws {
        let fixture = try IngestionFixture()
        let (episode, participant) = try await fixture.openEpisode()
        #expect(try await fixture.send(rating(of: participant, Self.words), in: episode) == .refused(.commentsNotSetUp))
        #expect(try await fixture.eventCount() == 1)
        #expect(try await fixture.send(rating(of: participant, nil), in: episode).receipt != nil)
        let problem = Problem(.commentsNotSetUp, of: .ratingRecorded(.init(
            id: RatingID(rawValue: UUID()), participant: participant, instrument: IngestionFixture.ors, session: 1,
            day: IngestionFixture.today, answers: .total(1))))
        #expect(problem.status == .notImplemented)
        #expect(problem.detail?.contains("ATTUNE_CONTENT_KEY_FILE") == true)
    }

    @Test func `A refused rating makes no key`() async throws {
        let (fixture, _) = try fixture()
        let (episode, _) = try await fixture.openEpisode()
        let stranger = ParticipantID(rawValue: UUID())
        #expect(try await fixture.send(rating(of: stranger, Self.words), in: episode).rule == .unknownParticipant(stranger))
        #expect(try await fixture.number("select count(*) from ledger.client_key") == 0)
    }

    @Test func `Of an erased client no words are taken, and no repetition can be told`() async throws {
        let (fixture, _) = try fixture()
        let (episode, participant) = try await fixture.openEpisode()
        let id = RatingID(rawValue: UUID())
        #expect(try await fixture.send(rating(of: participant, id: id, Self.words), in: episode).receipt != nil)
        try fixture.database.connect().run(
            """
            update ledger.client_key set wrapped_key = null, wrapped_by = null, destroyed_at = now(), destroyed_by = 'op-1',
                reason = 'test'
            """)
        #expect(try await fixture.send(rating(of: participant, id: id, Self.words), in: episode) == .refused(.clientErased))
        #expect(try await fixture.send(rating(of: participant, "new words"), in: episode) == .refused(.clientErased))
        #expect(try await fixture.send(rating(of: participant, nil), in: episode).receipt != nil)
    }

    @Test func `Under a new master key old comments are read, and only new clients need it`() async throws {
        let (old, new) = (MasterKeys.line(named: "2025"), MasterKeys.line(named: "2026"))
        let fixture = try IngestionFixture(options: CommandWriter.Options(masters: try MasterKeys(text: old)))
        let (episode, participant) = try await fixture.openEpisode()
        #expect(try await fixture.send(rating(of: participant, Self.words), in: episode).receipt != nil)

        let masters = try MasterKeys(text: "\(old)\n\(new)\n")
        let next = try IngestionFixture(options: CommandWriter.Options(masters: masters), on: fixture.database)
        #expect(try await next.send(rating(of: participant, "Better."), in: episode).receipt != nil)
        let (other, newcomer) = try await next.openEpisode()
        #expect(try await next.send(rating(of: newcomer, "First words."), in: other).receipt != nil)

        let connection = try fixture.database.connect(role: "attune_ingestion")
        func read(_ episode: EpisodeID, with masters: MasterKeys) async throws -> [String?] {
            try await next.events(of: episode).dropFirst().map { event in
                let decoded = try EpisodeEventCodec.decode(event.payload, type: .ratingRecorded).event
                guard case .ratingRecorded(let rating) = decoded else { return nil }
                return try ClientKeyStore.comment(of: rating, in: event.id, masters: masters, on: connection)
            }
        }
        #expect(try await read(episode, with: masters) == [Self.words, "Better."])
        #expect(try await read(other, with: masters) == ["First words."])
        // Whose key is old needs the old line still; whose is new does not.
        let newAlone = try MasterKeys(text: new)
        #expect(try await read(other, with: newAlone) == ["First words."])
        await #expect(throws: ClientTextError.noMasterKey("2025")) { try await read(episode, with: newAlone) }
    }

    @Test func `A key wrapped by a master key that is gone is named, and no second one is made`() async throws {
        let (fixture, _) = try fixture()
        let (episode, participant) = try await fixture.openEpisode()
        #expect(try await fixture.send(rating(of: participant, Self.words), in: episode).receipt != nil)
        try fixture.database.connect().run("update ledger.client_key set wrapped_by = 'lost'")
        let outcome = try await fixture.send(rating(of: participant, Self.words), in: episode)
        #expect(outcome == .refused(.commentKeyUnreadable(.noMasterKey("lost"))))
    }

    @Test func `Over HTTP a comment has 1 to 4000 characters`() async throws {
        try await IngestionServer.run { server in
            let (episode, participant) = try await server.fixture.openEpisode()
            func send(_ comment: String) async throws -> WireClient.Answer {
                try await server.post(
                    "/v1/episodes/\(episode)/ratings", ratingBody(participant, extra: #", "comment": "\#(comment)""#))
            }
            #expect(try await send("").status == 422)
            #expect(try await send(String(repeating: "a", count: 4001)).status == 422)
            // The server of the tests has no content key.
            let answer = try await send(String(repeating: "a", count: 4000))
            #expect(answer.status == 501)
            #expect(answer.json["type"] as? String == "urn:attune:problem:comments-not-set-up")
        }
    }
}
