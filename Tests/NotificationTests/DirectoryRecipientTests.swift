import ClientText
import Contracts
import Directory
import Domain
import Foundation
import Persistence
import Testing

@testable import Channels
@testable import attune_notification

/// Recipients whom the routes name by role or id.
@Suite struct DirectoryRecipientTests {
    private let fixture: Fixture
    private let admin: Connection
    private let keyFile: String
    private let alert = Example(clinician: "c-01")

    init() throws {
        fixture = try Fixture(recipients: [.mail])
        admin = try fixture.database.connect()
        keyFile = FileManager.default.temporaryDirectory.appending(path: "contact-\(UUID()).keys").path
        try Data(MasterKeys.line(named: "one").utf8).write(to: URL(filePath: keyFile))
        try admin.run(
            """
            insert into ledger.episode (episode_id, site, service, clinician, opened_on, participants)
            values ($1, 'north', 'adult', 'c-01', '2026-01-05', '{}')
            """, [.id(alert.episode)])
        try admin.script(
            """
            insert into directory.site (site, time_zone, duty_desk, active) values ('north', 'UTC', 'desk-1', true);
            insert into directory.person (person_id, site, roles, supervisor_id, active)
            values ('c-01', 'north', '{clinician}', 's-01', true), ('c-02', 'north', '{clinician}', null, true),
                   ('s-01', 'north', '{supervisor}', null, true),
                   ('desk-1', 'north', '{duty_desk}', null, true), ('gone', 'north', '{clinician}', null, false)
            """)
        for person in ["c-01", "c-02", "s-01", "gone"] { try seal(.email("\(person)@clinic.example"), of: person) }
    }

    private func seal(_ contact: Contact, of person: String) throws {
        let masters = try MasterKeys(text: try String(contentsOfFile: keyFile, encoding: .utf8))
        let sealed = try SealedContact(contact, of: try #require(PersonID(person)), with: masters)
        try admin.run(
            "select notification.put_contacts($1, $2, $3, $4)",
            [
                .texts([person]), .texts([contact.kind.rawValue]), .texts([sealed.sealed.by]),
                .byteArrays([sealed.sealed.bytes]),
            ])
    }

    /// The alert's row, as alerting keeps it.
    private func keep(
        _ alert: Example, owner: String, dueAt: Timestamp? = nil, urgency: AlertUrgency? = nil
    ) throws {
        try admin.run(
            """
            insert into alerting.alert (alert_id, episode_id, site, kind, status, rule, rating_id, participant_id, instrument,
                clinician, cause_event_id, raised_at, due_at, first_due_at, urgency)
            values ($1, $2, 'north', $3, 'raised', 'etr.80', $1, $1, 'phq-9', $4, $1, now(), $5, $5, $6)
            """,
            [
                .id(alert.alert), .id(alert.episode), .int16(alert.kind.number), .text(owner),
                .timestamp(dueAt ?? alert.dueAt), .optional(urgency?.rawValue),
            ])
    }

    private func people(
        _ targets: DirectoryRoutes.Target..., kinds: Set<AlertKind> = Set(AlertKind.allCases)
    ) -> DirectoryRoutes {
        DirectoryRoutes(
            default: [],
            sites: [north: targets.map { .init(target: $0, kinds: kinds, takesEscalations: true) }])
    }

    private func handle(_ people: DirectoryRoutes, _ contacts: ContactBook?, _ events: [EventEnvelope]? = nil) throws {
        let routes = Routes(default: [try .mail()], sites: [:], people: people)
        let handler = NotificationHandler(routes: routes, contacts: contacts, logger: quiet) {}
        try fixture.connection.transaction { connection in
            try handler.handle(
                (events ?? [alert.raised()]).map { .init(topic: Topic.alerts.name, envelope: $0) }, on: connection)
        }
    }

    private func recipients() throws -> [String] {
        try fixture.connection.run("select recipient from notification.delivery order by recipient").map { try $0.text(0) }
    }

    @Test func `The clinician of the episode, the clinician's supervisor and the site's duty desk are found`() throws {
        try seal(.webhook(url: "https://desk.example/in", keyID: "k", key: Array(repeating: 1, count: 32)), of: "desk-1")
        let contacts = try ContactBook(keyFile: keyFile)
        try handle(people(.clinician, .supervisor, .dutyDesk, .person(try #require(PersonID("c-01")))), contacts)
        #expect(try recipients() == ["person:c-01", "person:desk-1", "person:s-01"])
        #expect(contacts.webhookRecipients(of: "https://desk.example/in") == ["person:desk-1"])
    }

    @Test func `A person is reached at the sealed address, and the record names the id alone`() throws {
        let contacts = try ContactBook(keyFile: keyFile)
        try handle(people(.clinician), contacts)
        let store = DeliveryStore(
            routes: fixture.routes, contacts: contacts, schedule: RetrySchedule(firstPause: .seconds(5), maxAttempts: 3),
            sendingLimit: .seconds(60))
        let worker = DeliveryWorker(
            store, fixture.board, try MessageSender(fixture.sending, MessageTemplates()), logger: quiet)
        #expect(try worker.deliver(on: fixture.connection) { true })
        #expect(fixture.mails.all.map(\.recipients) == [["RCPT TO:<c-01@clinic.example>"]])
        #expect(try fixture.ledger().map(\.recipient) == ["person:c-01"])
    }

    @Test func `A person is told in their language, by their clock, in their hours; of danger at any hour`() throws {
        try admin.run(
            """
            update directory.person set language = 'de-CH', time_zone = 'Europe/Berlin', working_hours = 'mon-fri 08:00-17:00'
            where person_id = 'c-01'
            """)
        let contacts = try ContactBook(keyFile: keyFile)
        // A Saturday.
        let clock = WallClock("2026-02-28T12:00:00Z")
        let store = DeliveryStore(
            routes: fixture.routes, contacts: contacts, schedule: RetrySchedule(firstPause: .seconds(5), maxAttempts: 3),
            sendingLimit: .seconds(60), now: { clock.now })
        func deliver() throws {
            let sender = try MessageSender(fixture.sending, MessageTemplates())
            let worker = DeliveryWorker(store, fixture.board, sender, logger: quiet)
            while try worker.deliver(on: fixture.connection, until: { true }) {}
        }
        let danger = Example(kind: .safety, rule: .safetyItem(9), clinician: "c-01")
        try handle(people(.clinician), contacts, [try alert.raised(), try danger.raised()])
        try deliver()
        #expect(fixture.mails.all.map { $0.header("Subject") } == ["Attune: Ein Hinweis wartet (dringend)"])
        clock.set("2026-03-02T07:00:00Z")
        try fixture.letTimePass()
        try deliver()
        #expect(fixture.mails.all.map { $0.header("Subject") }.last == "Attune: Ein Hinweis wartet (hoch)")
        #expect(fixture.mails.all.last?.body.contains("2026-03-02 10:30 Europe/Berlin") == true)
    }

    @Test(arguments: [DirectoryRoutes.Target.person(PersonID("gone")!), .person(PersonID("nobody")!), .dutyDesk])
    func `Whoever is inactive, unknown or without contact is replaced by the last resort`(
        target: DirectoryRoutes.Target
    ) throws {
        try handle(people(target, kinds: [.deteriorating]), try ContactBook(keyFile: keyFile))
        #expect(try recipients() == ["desk"])
    }

    @Test func `A contact that no key opens goes to the last resort, until the key file has the key`() throws {
        let contacts = try ContactBook(keyFile: keyFile)
        let old = try String(contentsOfFile: keyFile, encoding: .utf8)
        let new = MasterKeys.line(named: "two")
        try Data("\(old)\n\(new)".utf8).write(to: URL(filePath: keyFile))
        try seal(.email("new@clinic.example"), of: "c-01")
        try Data(old.utf8).write(to: URL(filePath: keyFile))
        try handle(people(.clinician), contacts)
        #expect(try recipients() == ["desk"])
        try Data("\(old)\n\(new)".utf8).write(to: URL(filePath: keyFile))
        try handle(people(.clinician), contacts, [try alert.escalated()])
        #expect(try recipients() == ["desk", "person:c-01"])
    }

    @Test(arguments: [
        (AlertAudience.clinician, ["person:c-01"]), (.supervisor, ["person:s-01"]),
        // The duty desk has no contact here: the last resort is told.
        (.dutyDesk, ["desk"]), (nil, ["desk", "person:c-01", "person:s-01"]),
    ] as [(AlertAudience?, [String])])
    func `An escalation goes to the role that it is passed on to, and one that names nobody to all`(
        audience: AlertAudience?, told: [String]
    ) throws {
        let contacts = try ContactBook(keyFile: keyFile)
        try handle(people(.clinician, .supervisor, .dutyDesk), contacts, [try alert.escalated(to: audience)])
        #expect(try recipients() == told)
    }

    @Test func `Where a site has nobody for the step of an escalation, the default is told`() throws {
        let contacts = try ContactBook(keyFile: keyFile)
        try handle(people(.clinician), contacts, [try alert.escalated(to: .supervisor)])
        #expect(try recipients() == ["desk"])
    }

    @Test func `Whoever an alert is given to is told once, and is the clinician from then on`() throws {
        let contacts = try ContactBook(keyFile: keyFile)
        let given = try alert.assigned(to: "c-02")
        try handle(people(.clinician, .supervisor), contacts, [given, given])
        try handle(people(.clinician, .supervisor), contacts, [given])
        #expect(try recipients() == ["person:c-02"])
        #expect(try fixture.connection.run("select escalation_level from notification.delivery").only().int32(0) == 0)
        try keep(alert, owner: "c-02")
        try handle(people(.clinician), contacts, [try alert.escalated(to: .clinician)])
        #expect(try recipients() == ["person:c-02", "person:c-02"])
    }

    @Test func `A person with two contacts is told over the second when the first fails, and no further`() throws {
        let hook = Contact.webhook(url: "https://c-01.example/in", keyID: "k", key: Array(repeating: 1, count: 32))
        try seal(hook, of: "c-01")
        let contacts = try ContactBook(keyFile: keyFile)
        try handle(people(.clinician, .supervisor), contacts)
        let store = store(contacts)
        func channels() throws -> [String] {
            try fixture.connection.run(
                "select recipient || ' ' || channel || ' ' || status from notification.delivery order by 1"
            ).map { try $0.text(0) }
        }
        #expect(try channels() == ["person:c-01 email pending", "person:s-01 email pending"])
        let gone = AttemptOutcome.permanent(reply: 550, reason: "gone")
        for _ in 0..<3 {
            let attempt = try #require(try store.begin(avoiding: [], on: fixture.connection))
            _ = try store.finish(attempt, gone, on: fixture.connection)
        }
        #expect(try channels() == ["person:c-01 email failed", "person:c-01 webhook failed", "person:s-01 email failed"])
        #expect(try store.begin(avoiding: [], on: fixture.connection) == nil)
    }

    @Test func `What waits for whoever had the alert before is not sent, unless they are told for another reason`() throws {
        let contacts = try ContactBook(keyFile: keyFile)
        try handle(people(.clinician, .supervisor), contacts)
        let store = store(contacts)
        let busy = AttemptOutcome.transient(reply: 451, reason: "busy", retryAfter: nil)
        for _ in 0..<2 {
            let attempt = try #require(try store.begin(avoiding: [], on: fixture.connection))
            _ = try store.finish(attempt, busy, on: fixture.connection)
        }
        func states() throws -> [String] {
            try fixture.connection.run(
                "select recipient || ' ' || status || ' ' || attempts from notification.delivery order by 1"
            ).map { try $0.text(0) }
        }
        #expect(try states() == ["person:c-01 pending 1", "person:s-01 pending 1"])
        try handle(people(.clinician, .person(try #require(PersonID("c-01")))), contacts, [try alert.assigned(to: "c-02")])
        #expect(try states() == ["person:c-01 pending 1", "person:c-02 pending 0", "person:s-01 pending 1"])
        try handle(people(.clinician, .supervisor), contacts, [try alert.assigned(to: "c-02")])
        #expect(
            try states()
                == ["person:c-01 withdrawn 1", "person:c-02 pending 0", "person:c-02 pending 0", "person:s-01 pending 1"])
    }

    private func store(_ contacts: ContactBook) -> DeliveryStore {
        DeliveryStore(
            routes: fixture.routes, contacts: contacts, schedule: RetrySchedule(firstPause: .seconds(5), maxAttempts: 3),
            sendingLimit: .seconds(60))
    }

    @Test func `That an alert was given to somebody is told to nobody where clinicians are not told of its kind`() throws {
        let contacts = try ContactBook(keyFile: keyFile)
        try handle(people(.supervisor), contacts, [try alert.assigned(to: "c-02")])
        try handle(people(.clinician, kinds: [.safety]), contacts, [try alert.assigned(to: "c-02")])
        #expect(try recipients().isEmpty)
    }

    @Test func `An escalation is as urgent as the alert was when it was raised`() throws {
        try keep(alert, owner: "c-01", urgency: .now)
        try handle(people(.clinician), try ContactBook(keyFile: keyFile), [try alert.escalated(to: .clinician)])
        #expect(try fixture.connection.run("select urgency from notification.delivery").only().int16(0) == 1)
    }

    @Test func `An assignment says by when the alert is due`() throws {
        let dueAt = alert.dueAt.advanced(bySeconds: 90)
        try keep(alert, owner: "c-02", dueAt: dueAt)
        try handle(people(.clinician), try ContactBook(keyFile: keyFile), [try alert.assigned(to: "c-02")])
        #expect(try fixture.connection.run("select due_at from notification.delivery").only().timestamp(0) == dueAt)
    }

    @Test func `Entries for people are read beside the others, and a fault in one is named with its line`() throws {
        func load(_ entry: String) throws -> Routes {
            let file = FileManager.default.temporaryDirectory.appending(path: "routes-\(UUID()).yaml")
            let text = """
                default:
                  - id: duty-desk
                    channel:
                      email: {address: duty@clinic.example}
                sites:
                  north:
                    - \(entry)
                      kinds: [safety]
                """
            try Data(text.utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            return try Routes.load(file: file.path)
        }
        let routes = try load("role: supervisor")
        #expect(routes.usesMail)
        #expect(routes.people.own(of: .safety, .passedOn(to: .supervisor), at: north) == [.supervisor])
        #expect(routes.people.own(of: .alliance, .raised, at: north).isEmpty)
        #expect(routes.recipients(of: .alliance, isEscalation: false, at: north).map(\.id) == ["duty-desk"])
        #expect(try load("person: c-01").people.own(of: .safety, .raised, at: north) == [.person(PersonID("c-01")!)])
        for (entry, reason) in [
            ("role: nurse", "must be one of"), ("person: c 01", "is not an id"), ("{role: clinician, person: c-01}", ":"),
            ("role: clinician\n      id: x", "unknown field"),
        ] {
            let refusal = #expect(throws: RoutesError.self) { try load(entry) }
            #expect(refusal?.description.contains(reason) == true, "\(String(describing: refusal))")
        }
    }
}
