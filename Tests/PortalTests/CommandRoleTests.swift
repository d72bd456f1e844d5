import AlertBook
import ClientText
import Contracts
import Domain
import Foundation
import Intake
import Logging
import Persistence
import ServiceKit
import TestSupport
import Testing

/// The two roles that the portal takes to record and to answer: each can do its work and nothing else.
@Suite struct CommandRoleTests {
    private static let north = SiteID("north")!
    private let database: TestDatabase
    private let owner: Connection
    private let clinician = Caller(subject: "c-01", sites: .some([north]), roles: [.clinician])

    init() throws {
        database = try TestDatabase.make()
        owner = try database.connect()
    }

    /// As the portal connects: its login, then the role.
    private func portal(as role: String) throws -> Connection {
        let connection = try database.connect()
        try connection.script("set session authorization attune_portal; set role \(role)")
        return connection
    }

    @Test func `Whoever takes the role of the intake records an episode, ratings with words, and its end`() async throws {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let settings = database.settings(role: "attune_intake")
        let options = CommandWriter.Options(masters: try MasterKeys(text: MasterKeys.line(named: "test")))
        let writer = CommandWriter(settings, lane: .episode, options: options, logger: quiet)
        let pool = ConnectionPool(settings, size: 1, acquireTimeout: .seconds(10), logger: quiet)
        let intake = CommandIntake(live: writer, pool: pool)
        writer.start()
        defer { writer.stop(within: .seconds(5)) }

        let episode = EpisodeID(rawValue: UUID())
        let client = Participant(id: ParticipantID(rawValue: UUID()), role: .`self`, ageBand: .adult)
        let partner = Participant(id: ParticipantID(rawValue: UUID()), role: .`self`, ageBand: .adult)
        let (opened, rated) = (CalendarDay("2026-03-02")!, CalendarDay("2026-03-09")!)
        let rating = RatingID(rawValue: UUID())
        let contents: [DraftContent] = [
            .opening(EpisodeOpening(service: "adult", openedOn: opened, clinician: "c-01", participants: [client])),
            .participant(partner),
            .rating(
                RatingDraft(
                    name: .id(rating), participant: client.id,
                    instrument: InstrumentReference(id: InstrumentID("ors")!, version: "2000"), session: 2, day: rated,
                    answers: .total(203), comment: "I slept badly.")),
            .withdrawal(RatingWithdrawal(rating: rating, reason: .entryError)),
            .transfer(EpisodeTransfer(id: TransferID(rawValue: UUID()), clinician: "c-02", reason: .other)),
            .closure(EpisodeClosure(day: rated, reason: .agreedEnd)),
        ]
        for (index, content) in contents.enumerated() {
            // Only the opening names its site; that of the others is found.
            let draft = CommandDraft(episode: episode, site: index == 0 ? Self.north : nil, content: content)
            let first = try await intake.record(draft, by: clinician, trace: .root()).outcome
            guard case .recorded(let receipt) = first else {
                Issue.record("\(content) became \(first)")
                return
            }
            #expect(receipt.version == UInt64(index + 1))
            if index == 2 {
                #expect(try await intake.record(draft, by: clinician, trace: .root()).outcome == .repeated(receipt))
            }
        }
        let stranger = Caller(subject: "c-09", sites: .some([SiteID("south")!]), roles: [.clinician])
        await #expect(throws: IntakeRefusal.unknownEpisode) {
            try await intake.record(CommandDraft(episode: episode, content: contents[5]), by: stranger, trace: .root())
        }
        let row = try owner.run(
            "select clinician, closed_on is not null, cardinality(participants) from ledger.episode"
        ).only()
        #expect(try row.text(0) == "c-02")
        #expect(try row.bool(1))
        #expect(try row.int32(2) == 2)
    }

    @Test func `Whoever takes the role of the answers answers an alert, and a stranger's attempt is recorded`() throws {
        let alert = try raise()
        let connection = try portal(as: "attune_alert_answers")
        #expect(try AlertAnswers.open(alert, by: clinician, on: connection).status == .opened)
        #expect(try AlertAnswers.acknowledge(alert, by: clinician, on: connection).status == .acknowledged)
        #expect(try AlertAnswers.assign(alert, to: "c-02", by: clinician, on: connection).clinician == "c-02")
        #expect(try AlertReviews.find(alert, on: owner)?.life.status == .acknowledged)
        let stranger = Caller(subject: "c-09", sites: .some([SiteID("south")!]), roles: [.clinician])
        #expect(throws: AlertRefusal.self) { try AlertAnswers.acknowledge(alert, by: stranger, on: connection) }
        let resolved = try AlertAnswers.resolve(
            alert, for: "plan_changed", under: { _ in .default }, by: clinician, on: connection)
        #expect(resolved.status == .resolved)
        let types = try owner.run("select type from ledger.event order by position").map { try $0.text(0) }
        #expect(types.count == 6 && Set(types).count == 6)
    }

    private func raise() throws -> AlertID {
        let episode = EpisodeID(rawValue: UUID())
        let cause = EventID(rawValue: UUID())
        let lack = UnmeasuredSession(
            session: SessionID(rawValue: UUID()), purpose: .outcome, participant: ParticipantID(rawValue: UUID()),
            asOf: CalendarDay("2026-03-09")!)
        let subject = AlertSubject.session(lack)
        let alert = Alert(
            id: AlertID(rawValue: UUID()), episode: episode, site: Self.north, kind: .missedMeasure, rule: subject.rule,
            rating: nil, session: lack.session, participant: lack.participant, instrument: nil, clinician: "c-01",
            cause: cause, traceparent: nil, urgency: nil, raisedAt: .now, firstDueAt: .now, dueAt: .now)
        try AlertStore.insert([alert], on: owner)
        var ledger = AlertLedger()
        let raising = AlertRaising(cause: cause, subject: subject, clinician: "c-01", dueAt: alert.dueAt)
        try ledger.add(.raised(raising), of: alert, at: alert.raisedAt, following: cause)
        try ledger.append(on: owner)
        return alert.id
    }

    private static let forbidden = [
        ("attune_intake", "delete from ledger.rating"),
        ("attune_intake", "delete from ledger.command"),
        ("attune_intake", "update ledger.command set version = 1"),
        ("attune_intake", "update ledger.episode set site = 'south'"),
        ("attune_intake", "update ledger.rating set participant_id = gen_random_uuid()"),
        ("attune_intake", "update ledger.client_key set wrapped_key = null"),
        ("attune_intake", "update ledger.event set payload = ''"),
        ("attune_intake", "select 1 from ledger.event"),
        ("attune_intake", "select 1 from published.event"),
        ("attune_intake", "update ledger.lane set cursor = 0"),
        ("attune_intake", "insert into ledger.stream values (1, gen_random_uuid(), 'north', 1)"),
        ("attune_intake", "select 1 from notification.contact"),
        ("attune_intake", "select 1 from alerting.alert"),
        ("attune_intake", "delete from ledger.reflection_share"),
        ("attune_intake", "update ledger.reflection_share set clinician = 'c-02'"),
        ("none", "insert into ledger.reflection_share select * from ledger.reflection_share"),
        ("none", "update ledger.reflection_share set ended_at = null"),
        ("attune_alert_answers", "select 1 from ledger.reflection_share"),
        ("attune_alert_answers", "delete from alerting.alert"),
        ("attune_alert_answers", "insert into alerting.alert select * from alerting.alert"),
        ("attune_alert_answers", "update alerting.alert set site = 'south'"),
        ("attune_alert_answers", "update alerting.alert set kind = 1"),
        ("attune_alert_answers", "update ledger.event set payload = ''"),
        ("attune_alert_answers", "select 1 from published.event"),
        ("attune_alert_answers", "select 1 from ledger.episode"),
        ("attune_alert_answers", "select 1 from ledger.client_key"),
        ("attune_alert_answers", "select 1 from alerting.course"),
        ("attune_alert_answers", "select 1 from notification.contact"),
        // The portal's login alone has neither right.
        ("none", "select 1 from ledger.command"),
        ("none", "select 1 from alerting.alert"),
        ("none", "select 1 from ledger.append(1::smallint, false, '{}', '{}', '{}', '{}', '{}', '{}')"),
        ("none", "set role attune_ingestion"),
        ("attune_intake", "set role attune_alerting"),
    ]

    @Test func `Neither role can do anything beyond its work`() throws {
        for (role, sql) in Self.forbidden {
            let connection = try portal(as: role)
            let error = #expect(throws: DatabaseError.self, "\(role): \(sql)") { try connection.script(sql) }
            #expect(error?.kind == .permissionDenied, "\(role): \(sql)")
        }
    }

    @Test(arguments: [
        ("attune_intake", [Lane.episode, .episodeBackfill, .access]), ("attune_alert_answers", [.alert, .access]),
    ])
    func `Each appends to the lanes of its work, and to that of accesses`(_ role: String, _ allowed: [Lane]) throws {
        let connection = try portal(as: role)
        for lane in Lane.all {
            let event = NewEvent(
                id: EventID(rawValue: UUID()), stream: EpisodeID(rawValue: UUID()), site: Self.north, type: "test",
                traceparent: nil, payload: [1])
            if allowed.contains(lane) {
                #expect(try Ledger.append([event], to: lane, on: connection).first?.version == 1)
            } else {
                let error = #expect(throws: DatabaseError.self) { try Ledger.append([event], to: lane, on: connection) }
                #expect(error?.kind == .permissionDenied)
            }
        }
    }
}
