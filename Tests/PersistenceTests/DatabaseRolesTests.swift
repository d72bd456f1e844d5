import Foundation
import Persistence
import TestSupport
import Testing

/// What each role may do in the database after all migrations, and the page that says so.
@Suite struct DatabaseRolesTests {
    private struct Grant {
        let role: String
        let object: String
        let privilege: String
        /// Empty for the whole table.
        let columns: String
    }

    private static let page = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../docs/database-roles.md").standardized

    private let database: TestDatabase
    private let owner: Connection

    init() throws {
        database = try TestDatabase.make()
        owner = try database.connect()
    }

    @Test func `The page of rights is the one that the migrations make`() throws {
        let made = try text()
        if ProcessInfo.processInfo.environment["ATTUNE_TEST_WRITE_PAGES"] != nil {
            try Data(made.utf8).write(to: Self.page)
        }
        let page = try String(contentsOf: Self.page, encoding: .utf8)
        #expect(page == made, "make the page anew: ATTUNE_TEST_WRITE_PAGES=1 make test FILTER=DatabaseRolesTests")
    }

    @Test func `Nobody changes or removes events, leaves or what others own`() throws {
        let grants = try grants()
        let writing: Set<String> = ["insert", "update", "delete", "truncate", "references", "trigger"]
        for grant in grants where ["ledger.event", "audit.leaf"].contains(grant.object) {
            #expect(["select", "insert"].contains(grant.privilege), "\(grant)")
        }
        let shaping = grants.filter { ["truncate", "references", "trigger"].contains($0.privilege) }
        // What is folded anew before it is compared.
        #expect(shaping.allSatisfy { $0.role == "attune_rebuild" && $0.object.hasPrefix("rebuild.") }, "\(shaping)")
        // A service writes its own schema; what is shared has a role of its own for it.
        let own = [
            "attune_ingestion": "ledger", "attune_scoring": "scoring", "attune_alerting": "alerting",
            "attune_notification": "notification", "attune_audit": "audit", "attune_portal": "portal",
        ]
        for grant in grants {
            guard let schema = own[grant.role], writing.contains(grant.privilege) else { continue }
            #expect(grant.object.hasPrefix(schema + "."), "\(grant)")
        }
        // Who may log in has no rights of others without taking their role.
        let inheriting = try owner.run(
            """
            select m.rolname from pg_auth_members a join pg_roles m on m.oid = a.member
            where m.rolname like 'attune\\_%' and m.rolinherit
            """)
        #expect(inheriting.isEmpty)
        let powerful = try owner.run(
            """
            select rolname from pg_roles where rolname like 'attune\\_%'
              and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
            """)
        #expect(powerful.isEmpty)
    }

    @Test func `Wherever clients' data is read for somebody, row-level security binds the reader`() throws {
        let bound = try owner.run(
            """
            select c.oid::regclass::text from pg_class c
            where c.relkind in ('r', 'p') and has_table_privilege('attune_reader', c.oid, 'select')
              and c.relnamespace::regnamespace::text in ('ledger', 'scoring', 'alerting', 'notification', 'audit', 'portal')
              and not (c.relrowsecurity and exists (
                  select from pg_policy p where p.polrelid = c.oid and not p.polpermissive
                    and 'attune_reader'::regrole = any (p.polroles)))
            """)
        #expect(bound.isEmpty)
    }

    private func grants() throws -> [Grant] {
        try owner.run(
            """
            select r.rolname, n.nspname || '.' || c.relname, lower(a.privilege_type), a.columns
            from (
                select c.oid, e.grantee, e.privilege_type, '' as columns from pg_class c cross join aclexplode(c.relacl) e
                where c.relkind in ('r', 'p', 'v', 'S')
                union all
                select t.attrelid, e.grantee, e.privilege_type, string_agg(t.attname::text, ', ' order by t.attnum)
                from pg_attribute t cross join aclexplode(t.attacl) e group by 1, 2, 3
            ) a
            join pg_class c on c.oid = a.oid join pg_namespace n on n.oid = c.relnamespace
            join pg_roles r on r.oid = a.grantee
            where r.rolname like 'attune\\_%' and n.nspname not like 'pg\\_%'
            order by 1, 2, 3, 4
            """
        ).map {
            Grant(role: try $0.text(0), object: try $0.text(1), privilege: try $0.text(2), columns: try $0.text(3))
        }
    }

    private func functions() throws -> [(role: String, name: String)] {
        try owner.run(
            """
            select r.rolname, n.nspname || '.' || p.proname
            from pg_proc p cross join aclexplode(p.proacl) e join pg_namespace n on n.oid = p.pronamespace
            join pg_roles r on r.oid = e.grantee
            where r.rolname like 'attune\\_%' and n.nspname not like 'pg\\_%' group by 1, 2 order by 1, 2
            """
        ).map { (try $0.text(0), try $0.text(1)) }
    }

    private func memberships() throws -> [(member: String, role: String)] {
        try owner.run(
            """
            select m.rolname, r.rolname from pg_auth_members a join pg_roles m on m.oid = a.member
            join pg_roles r on r.oid = a.roleid where m.rolname like 'attune\\_%' order by 1, 2
            """
        ).map { (try $0.text(0), try $0.text(1)) }
    }

    private func text() throws -> String {
        let (grants, functions, memberships) = (try grants(), try functions(), try memberships())
        let roles = Set(grants.map(\.role) + functions.map(\.role)).sorted()
        let parts = roles.map { role in
            let objects = Dictionary(grouping: grants.filter { $0.role == role }, by: \.object).sorted { $0.key < $1.key }
            let rows = objects.map { object, grants in
                let rights = grants.map { $0.columns.isEmpty ? $0.privilege : "\($0.privilege) (\($0.columns))" }
                return "| `\(object)` | \(rights.joined(separator: "; ")) |"
            }
            let taken = memberships.filter { $0.member == role }.map { "`\($0.role)`" }
            let called = functions.filter { $0.role == role }.map { "`\($0.name)`" }
            return """
                ## \(role)
                \(taken.isEmpty ? "" : "\nMay take the role \(taken.joined(separator: ", ")).\n")\
                \(called.isEmpty ? "" : "\nMay call \(called.joined(separator: ", ")).\n")\
                \(rows.isEmpty ? "" : "\n| object | may |\n|---|---|\n" + rows.joined(separator: "\n") + "\n")
                """
        }
        return """
            # Roles of the database

            Made from a database after all migrations (`ATTUNE_TEST_WRITE_PAGES=1 make test FILTER=DatabaseRolesTests`); a test holds
            this page and the migrations together, and that nobody may change events, write another service's schema, or inherit
            another's rights. No role is a superuser, makes roles or passes by row-level security.

            \(parts.joined(separator: "\n"))
            """
    }
}
