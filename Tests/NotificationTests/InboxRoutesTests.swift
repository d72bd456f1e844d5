import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import attune_notification

/// Messages over HTTP: everybody sees their own.
@Suite struct InboxRoutesTests {
    private let database: TestDatabase
    private let admin: Connection

    init() throws {
        database = try TestDatabase.make()
        admin = try database.connect()
        // "All sites" are those that have episodes.
        for site in ["north", "south"] {
            try admin.run(
                """
                insert into ledger.episode (episode_id, site, service, clinician, opened_on, participants)
                values (gen_random_uuid(), $1, 'outpatient', 'c-01', '2026-03-02', '{}')
                """, [.text(site)])
        }
    }

    /// - Returns: the message's id.
    private func keep(
        for subject: String, site: String = "north", minute: Int, isOverdue: Bool = false
    ) throws -> DeliveryID {
        let id = DeliveryID(rawValue: UUID())
        try admin.run(
            """
            insert into notification.inbox (delivery_id, subject, site, alert_id, urgency, is_overdue, due_at, created_at)
            values ($1, $2, $3, gen_random_uuid(), 2, $4, '2026-03-02T10:00:00Z',
                    '2026-03-02T09:00:00Z'::timestamptz + $5 * interval '1 minute')
            """, [.id(id), .text(subject), .text(site), .bool(isOverdue), .int32(Int32(minute))])
        return id
    }

    @Test func `A caller sees their own messages of their sites, newest first, and pages on`() async throws {
        let (first, second, south) = (
            try keep(for: "u-1", minute: 1), try keep(for: "u-1", minute: 2, isOverdue: true),
            try keep(for: "u-1", site: "south", minute: 3)
        )
        let other = try keep(for: "u-2", minute: 4)
        try await InboxServer.run(database) { server in
            #expect(try await server.listed(as: "u-1") == ["\(second)", "\(first)"])
            #expect(try await server.listed(as: "u-1", sites: .all) == ["\(south)", "\(second)", "\(first)"])
            #expect(try await server.listed(as: "u-2") == ["\(other)"])
            #expect(try await server.listed(as: "u-3").isEmpty)
            #expect(try await server.listed("?limit=1", as: "u-1") == ["\(second)"])
            #expect(try await server.listed("?before=2026-03-02T09:02:00Z", as: "u-1") == ["\(first)"])
            let document = try await server.send(as: "u-2").document
            guard case .array(let messages)? = document?["messages"] else { throw Missing() }
            #expect(messages.first?["urgency"] == "high")
            #expect(messages.first?["dueAt"] == "2026-03-02T10:00:00.000000Z")
            #expect(messages.first?["readAt"] == .null)
            for wrong in ["?unread=maybe", "?before=yesterday", "?limit=0", "?limit=501"] {
                #expect(try await server.send(.get, wrong, as: "u-1").status == 400)
            }
            #expect(try await server.send(as: "u-1", roles: [.client]).status == 403)
        }
    }

    @Test func `Only its owner marks a message as read, and the first time stands`() async throws {
        let (read, unread) = (try keep(for: "u-1", minute: 1), try keep(for: "u-1", minute: 2))
        let south = try keep(for: "u-1", site: "south", minute: 3)
        try await InboxServer.run(database) { server in
            #expect(try await server.send(.post, "/\(read)/read", as: "u-2").status == 404)
            #expect(try await server.send(.post, "/\(south)/read", as: "u-1").status == 404)
            #expect(try await server.send(.post, "/\(DeliveryID(rawValue: UUID()))/read", as: "u-1").status == 404)
            let first = try await server.send(.post, "/\(read)/read", as: "u-1")
            #expect(first.status == 200)
            let readAt = try #require(first.document?["readAt"])
            #expect(readAt != .null)
            #expect(try await server.send(.post, "/\(read)/read", as: "u-1").document?["readAt"] == readAt)
            #expect(try await server.listed("?unread=true", as: "u-1") == ["\(unread)"])
            #expect(try await server.listed("?unread=false", as: "u-1") == ["\(unread)", "\(read)"])
        }
        let marked = try admin.run("select delivery_id from notification.inbox where read_at is not null")
        #expect(try marked.map { try $0.id(0) as DeliveryID } == [read])
    }
}
