import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import TestSupport
import Testing

/// `attune erase` and `attune hold` as an operator calls them.
@Suite struct EraseCommandTests {
    private let database: TestDatabase
    private let admin: Connection
    private let client = ParticipantID(rawValue: UUID())
    private let episodes = (0..<2).map { _ in EpisodeID(rawValue: UUID()) }

    init() throws {
        database = try TestDatabase.make()
        admin = try database.connect()
        for episode in episodes {
            try admin.run(
                """
                insert into ledger.episode (episode_id, site, service, clinician, opened_on, participants)
                values ($1, 'north', 'adult', 'c-1', '2026-01-05', array[$2::uuid])
                """, [.id(episode), .id(client)])
        }
    }

    private func makeKey() throws {
        try admin.run(
            """
            insert into ledger.client_key (participant_id, key_id, wrapped_by, wrapped_key)
            values ($1, gen_random_uuid(), 'master', '\\x01')
            """, [.id(client)])
    }

    private func attune(_ arguments: String...) async throws -> Program.Ending {
        try await Program.attune(
            arguments, environment: ["ATTUNE_DATABASE_URL": database.url, "ATTUNE_DATABASE_ROLE": "attune_operator"])
    }

    private func isErased() throws -> Bool {
        try !admin.run(
            "select from ledger.client_key where participant_id = $1 and wrapped_key is null and destroyed_by = 'op-1'",
            [.id(client)]
        ).isEmpty
    }

    /// What the ledger tells of the client's data, by episode.
    private func events() throws -> [ClientEvent] {
        try episodes.flatMap { episode in
            try Ledger.events(stream: episode, category: .access, on: admin).map { event in
                let type = try #require(EventType(rawValue: event.type))
                return try ClientEventCodec.decode(event.payload, type: type).event
            }
        }
    }

    @Test func `Without --apply nothing is destroyed`() async throws {
        try makeKey()
        let said = try await attune("erase", "\(client)")
        #expect(said.status == 0, "\(said.errors)")
        #expect(said.output.contains("2 episodes, 0 ratings with words"))
        #expect(said.output.contains("in use"))
        #expect(try await attune("erase", "\(client)", "--apply").status == 64)
        #expect(try await attune("erase", "nobody").status == 64)
        #expect(try !isErased())
    }

    @Test func `The key is destroyed once, and the history of each episode says so`() async throws {
        try makeKey()
        let done = try await attune("erase", "\(client)", "--apply", "--by", "op-1", "--reason", "asked for by letter")
        #expect(done.status == 0, "\(done.errors)")
        #expect(try isErased())
        let key = try admin.run("select key_id from ledger.client_key").only().id(0, as: ClientKeyID.self)
        let erased = ClientEvent.erased(client, key: key, reason: "asked for by letter")
        #expect(try events() == [erased, erased])
        let again = try await attune("erase", "\(client)", "--apply", "--by", "op-2", "--reason", "again")
        #expect(again.status == 0)
        #expect(again.output.contains("erased before"))
        #expect(try events().count == 2)
        #expect(throws: DatabaseError.self) {
            try admin.run("update ledger.client_key set wrapped_key = '\\x01', wrapped_by = 'm', destroyed_at = null")
        }
        #expect(throws: DatabaseError.self) { try admin.run("delete from ledger.client_key") }
    }

    @Test func `A client who never wrote is erased as well, and gets no key any more`() async throws {
        let done = try await attune("erase", "\(client)", "--apply", "--by", "op-1", "--reason", "r")
        #expect(done.status == 0, "\(done.errors)")
        #expect(try isErased())
        #expect(try events() == Array(repeating: .erased(client, key: nil, reason: "r"), count: 2))
    }

    @Test func `A client of no episode is refused`() async throws {
        let ending = try await attune("erase", "\(UUID())", "--apply", "--by", "op-1", "--reason", "r")
        #expect(ending.status == 1)
        #expect(ending.errors.contains("takes part in no episode"))
    }

    @Test func `A hold refuses with its reason, keeps the request, and lifted lets it through`() async throws {
        try makeKey()
        #expect(try await attune("hold", "place", "\(client)", "--by", "lawyer", "--reason", "case 17").status == 0)
        #expect(try await attune("hold", "place", "\(client)", "--by", "lawyer", "--reason", "case 18").status == 1)
        for _ in 0..<2 {
            let refused = try await attune("erase", "\(client)", "--apply", "--by", "op-1", "--reason", "letter")
            #expect(refused.status == 1)
            #expect(refused.errors.contains("case 17"))
        }
        #expect(throws: DatabaseError.self) {
            try admin.run("update ledger.client_key set wrapped_key = null, wrapped_by = null, destroyed_at = now()")
        }
        #expect(try !isErased())
        let list = try JSON.parse(Array(try await attune("hold", "list", "--json").output.utf8))
        guard case .array(let holds)? = list["holds"], case .array(let waiting)? = list["waiting_requests"] else {
            Issue.record("no list")
            return
        }
        #expect(holds.map { $0["reason"] } == ["case 17"])
        #expect(waiting.map { $0["reason"] } == ["letter"], "asked twice, kept once")

        let lifted = try await attune("hold", "lift", "\(client)", "--by", "lawyer", "--reason", "case closed")
        #expect(lifted.status == 0, "\(lifted.errors)")
        #expect(lifted.output.contains("op-1 has asked for erasure"))
        #expect(try await attune("hold", "lift", "\(client)", "--by", "lawyer", "--reason", "again").status == 1)
        #expect(try await attune("erase", "\(client)", "--apply", "--by", "op-1", "--reason", "letter").status == 0)
        #expect(try isErased())
        #expect(try admin.run("select from ledger.erasure_request where state = 'waiting'").isEmpty)
        let told = try events()
        #expect(told.count == 8)
        #expect(told[0...3].map(\.type) == [.holdPlaced, .erasureRefused, .holdLifted, .clientErased])
        let text = try await attune("hold", "list")
        #expect(text.output == "no hold is in force\nno request for erasure waits\n")
    }

    @Test func `After a restore the list is applied again`() async throws {
        try makeKey()
        #expect(try await attune("erase", "\(client)", "--apply", "--by", "op-1", "--reason", "letter").status == 0)
        let list = try await attune("erase", "list")
        #expect(list.lines.count == 1)
        let files = try TestFolder()
        let file = try files.write(list.output, to: "erasures.ndjson")
        // As the backup had it: the key is there.
        try admin.script(
            """
            alter table ledger.client_key disable trigger client_key_guard;
            update ledger.client_key set wrapped_key = '\\x01', wrapped_by = 'm', destroyed_at = null, destroyed_by = null;
            alter table ledger.client_key enable always trigger client_key_guard
            """)
        let said = try await attune("erase", "again", file)
        #expect(said.output.contains("1 of them not erased"))
        let done = try await attune("erase", "again", file, "--apply", "--by", "op-1")
        #expect(done.status == 0, "\(done.errors)")
        #expect(try isErased())
        #expect(try await attune("erase", "again", files.path("missing"), "--apply", "--by", "op-1").status == 2)
    }

    @Test func `An operator never sees a key, and may write no other events`() async throws {
        let connection = try database.connect(role: "attune_operator")
        #expect(throws: DatabaseError.self) { try connection.run("select wrapped_key from ledger.client_key") }
        #expect(throws: DatabaseError.self) {
            try connection.transaction {
                try Ledger.append(
                    [NewEvent(id: EventID(rawValue: UUID()), stream: episodes[0], site: SiteID("north")!, type: "t", traceparent: nil, payload: [])],
                    to: .episode, on: $0)
            }
        }
    }
}
