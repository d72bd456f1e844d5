import ClientText
import Contracts
import Directory
import Domain
import Foundation
import Persistence
import TestSupport
import Testing

@testable import attune

/// `attune directory` as an operator calls it, in the operator's role.
@Suite struct DirectoryCommandTests {
    private let database: TestDatabase
    private let admin: Connection
    private let files: TestFolder
    private let keyFile: String

    init() throws {
        database = try TestDatabase.make()
        admin = try database.connect()
        files = try TestFolder()
        keyFile = try files.write(MasterKeys.line(named: "one") + "\n", to: "contact.keys")
    }

    private func directory(_ arguments: String...) async throws -> Program.Ending {
        try await Program.attune(
            ["directory"] + arguments,
            environment: [
                "ATTUNE_DATABASE_URL": database.url, "ATTUNE_DATABASE_ROLE": "attune_operator",
                "ATTUNE_CONTACT_KEY_FILE": keyFile,
            ])
    }

    private func sealedBy() throws -> [String?] {
        try admin.run("select sealed_by from notification.contact order by person_id, kind").map { try $0.optionalText(0) }
    }

    @Test func `A file is planned, applied once and plans nothing again; what it leaves out gets inactive`() async throws {
        let file = try files.write(DirectoryFileTests.csv, to: "directory.csv")
        let planned = try await directory("apply", file)
        #expect(planned.status == 1, "\(planned.errors)")
        #expect(planned.output.contains("+ person c-01"))
        #expect(planned.output.contains("5 to add, 0 to change, 0 to deactivate"))
        #expect(try admin.run("select from directory.person").isEmpty)
        #expect(try await directory("apply", file, "--apply").status == 64)

        let applied = try await directory("apply", file, "--apply", "--by", "op-1")
        #expect(applied.status == 0, "\(applied.errors)")
        let json = try files.write(DirectoryFileTests.json, to: "directory.json")
        for same in [file, json] {
            let again = try await directory("apply", same)
            #expect(again.status == 0)
            #expect(again.output == "the directory is as the file says\n")
        }
        #expect(!(planned.output + applied.output).contains("clinic.example"))
        let stored = try admin.run("select encode(sealed, 'escape') from notification.contact").map { try $0.text(0) }
        #expect(stored.count == 4 && stored.allSatisfy { !$0.contains("clinic") })

        // Somebody leaves with an open alert, an address and a phone number change.
        try admin.script(
            """
            insert into alerting.alert select a.* from generate_series(1, 2) n, jsonb_populate_record(
                null::alerting.alert, jsonb_build_object(
                    'n', n, 'alert_id', gen_random_uuid(), 'episode_id', gen_random_uuid(), 'site', 'north', 'kind', 1,
                    'status', 'raised', 'rule', 'etr.80', 'rating_id', gen_random_uuid(),
                    'participant_id', gen_random_uuid(), 'instrument', 'ors', 'clinician', 'c-01',
                    'cause_event_id', gen_random_uuid(), 'raised_at', now(), 'due_at', now(), 'first_due_at', now(),
                    'escalation_level', 0, 'ladder_ended', false, 'assignments', 0, 'review_entries', 0,
                    'changed_at', now())) a
            """)
        let without = DirectoryFileTests.csv.split(separator: "\n").filter { !$0.contains("c-01") }.joined(separator: "\n")
            .replacingOccurrences(of: "two@", with: "second@")
        let next = try files.write(without, to: "next.csv")
        let refused = try await directory("apply", next, "--apply", "--by", "op-1")
        #expect(refused.status == 1)
        #expect(refused.errors.contains("1 of 5 records, more than 10 %"))
        #expect(refused.output.contains("! c-01 leaves with 2 open alerts"))
        #expect(refused.output.contains("~ person s-01: email"))
        let allowed = try await directory("apply", next, "--apply", "--by", "op-1", "--allow-removals", "1")
        #expect(allowed.status == 0, "\(allowed.errors)")
        #expect(try !admin.run("select active from directory.person where person_id = 'c-01'").only().bool(0))
        let back = try await directory("apply", file, "--apply", "--by", "op-1")
        #expect(back.output.contains("+ person c-01: active again"))
        let trail = try admin.run("select added, changed, deactivated from directory.application order by application_id")
        #expect(try trail.map { [try $0.int32(0), try $0.int32(1), try $0.int32(2)] } == [[5, 0, 0], [0, 1, 1], [1, 1, 0]])

        // The ledger tells who, by id and nothing else.
        let events = try Ledger.page(of: .access, after: 0, limit: 10, on: admin).map { event in
            #expect(event.site.text == "north")
            return try AccessEventCodec.decode(event.payload, type: .directoryChanged)
        }
        let changes = events.compactMap { event -> DirectoryChange? in
            if case .directoryChanged(let change) = event.body { change } else { nil }
        }
        #expect(changes.map(\.added.count) == [5, 0, 1])
        #expect(changes.map(\.changed) == [[], ["person s-01"], ["person s-01"]])
        #expect(changes.map(\.deactivated) == [[], ["person c-01"], []])
        #expect(events.allSatisfy { $0.accessedBy == "op-1" })
    }

    @Test func `A new key takes over all contacts, and the old one is of no use any more`() async throws {
        let file = try files.write(DirectoryFileTests.csv, to: "directory.csv")
        #expect(try await directory("apply", file, "--apply", "--by", "op-1").status == 0)
        let (old, new) = (try String(contentsOfFile: keyFile, encoding: .utf8), MasterKeys.line(named: "two"))
        _ = try files.write(old + new + "\n", to: "contact.keys")
        #expect(try await directory("apply", file).status == 0, "the old key still reads")
        let done = try await directory("rekey")
        #expect(done.status == 0, "\(done.errors)")
        #expect(done.output == "4 contacts sealed anew with two\nin use: two, 4 contacts\n")
        #expect(try sealedBy() == Array(repeating: "two", count: 4))
        _ = try files.write(new, to: "contact.keys")
        #expect(try await directory("apply", file).status == 0, "the new key alone reads all")
        _ = try files.write(old, to: "contact.keys")
        let blind = try await directory("apply", file)
        #expect(blind.status == 1)
        #expect(blind.errors.contains("sealed by the master key two"))
        #expect(try await directory("rekey").status == 1)
        #expect(try sealedBy() == Array(repeating: "two", count: 4), "nothing was changed")
    }

    @Test func `A contact that left the file loses its content`() async throws {
        let file = try files.write(DirectoryFileTests.csv, to: "directory.csv")
        #expect(try await directory("apply", file, "--apply", "--by", "op-1").status == 0)
        let text = DirectoryFileTests.csv.replacingOccurrences(of: "+49 30 1234567", with: "")
        let without = try files.write(text, to: "b.csv")
        let done = try await directory("apply", without, "--apply", "--by", "op-1")
        #expect(done.output.contains("~ person c-01: phone"))
        #expect(try admin.run("select sealed is null from notification.contact where kind = 'phone'").only().bool(0))
        #expect(try await directory("apply", without).status == 0)
    }

    @Test func `A faulty file is refused whole, with every fault`() async throws {
        let text = DirectoryFileTests.csv.replacingOccurrences(of: "one@clinic.example", with: "one")
            .replacingOccurrences(of: "Europe/Berlin", with: "Berlin")
        let file = try files.write(text, to: "bad.csv")
        let ending = try await directory("apply", file, "--apply", "--by", "op-1")
        #expect(ending.status == 1)
        #expect(ending.errors.contains("bad.csv: row 2, time_zone: ") && ending.errors.contains("bad.csv: row 4, email: "))
        #expect(try admin.run("select from directory.site").isEmpty)
        #expect(try await directory("apply", files.path("missing.csv")).status == 1)
    }

    @Test func `Nobody but notification reads sealed contacts from the table, and nobody writes them there`() throws {
        for service in ["ingestion", "scoring", "alerting", "audit", "operator"] {
            let connection = try database.connect(role: "attune_\(service)")
            #expect(throws: DatabaseError.self) { try connection.run("select from notification.contact") }
        }
        for service in ["ingestion", "scoring", "alerting", "audit", "notification"] {
            let connection = try database.connect(role: "attune_\(service)")
            #expect(throws: DatabaseError.self) { try connection.run("select notification.sealed_contacts(array['c-01'])") }
            #expect(throws: DatabaseError.self) { try connection.run("select from directory.person") }
        }
        let notification = try database.connect(role: "attune_notification")
        #expect(try notification.run("select from notification.contact").isEmpty)
        #expect(throws: DatabaseError.self) { try notification.run("delete from notification.contact") }
        #expect(try notification.run("select * from published.directory_person").isEmpty)
    }
}
