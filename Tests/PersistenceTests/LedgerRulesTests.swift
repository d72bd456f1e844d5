import Domain
import Foundation
import Persistence
import TestSupport
import Testing

/// What the schema itself forbids, whatever the code above it does.
@Suite struct LedgerRulesTests {
    private let database: TestDatabase
    private let owner: Connection

    init() throws {
        database = try TestDatabase.make()
        owner = try database.connect()
        _ = try Ledger.append([.sample()], to: .episode, on: owner)
    }

    @Test(arguments: [
        "update ledger.event set payload = ''", "delete from ledger.event", "truncate ledger.event",
        "truncate ledger.event cascade",
    ])
    func noEventIsChangedOrRemovedNotEvenByTheOwner(_ sql: String) throws {
        for mode in ["origin", "replica", "local"] {
            try owner.script("set session_replication_role = \(mode)")
            let error = #expect(throws: DatabaseError.self) { try owner.script(sql) }
            #expect(error?.kind == .integrityViolation)
        }
        #expect(try owner.run("select count(*) from ledger.event where payload <> ''").only().int64(0) == 1)
    }

    private static let forbidden = [
        ("scoring", "insert into ledger.event select * from published.event"),
        ("scoring", "select 1 from ledger.event"),
        ("scoring", "insert into published.event select * from published.event"),
        ("scoring", "update published.episode set site = 'x'"),
        ("scoring", "update alerting.consumer_offset set epoch = 1"),
        ("ingestion", "insert into ledger.event select * from published.event"),
        ("ingestion", "update ledger.event set payload = ''"),
        ("ingestion", "truncate ledger.event"),
        ("ingestion", "delete from ledger.stream"),
        ("ingestion", "select nextval('ledger.event_position')"),
        ("ingestion", "insert into scoring.consumer_offset values ('c', 't', 0, 0, 0, 'o')"),
        ("ingestion", "alter table ledger.event disable trigger all"),
        ("alerting", "update ledger.lane set cursor = 0"),
        ("alerting", "select 1 from ledger.episode"),
        ("alerting", "select 1 from scoring.quarantine"),
        ("notification", "insert into ledger.command select * from ledger.command"),
        ("audit", "select 1 from ledger.append(1::smallint, false, '{}', '{}', '{}', '{}', '{}', '{}')"),
        ("operator", "update ledger.lane set term = 0"),
        ("operator", "update ledger.lane set cursor = 9"),
        ("operator", "select record_key from scoring.quarantine"),
        ("operator", "update scoring.quarantine set settled_at = now()"),
        ("operator", "select wrapped_key from ledger.client_key"),
        ("operator", "delete from ledger.legal_hold"),
        ("ingestion", "update ledger.client_key set wrapped_key = null"),
        ("alerting", "select 1 from ledger.client_key"),
        ("scoring", "select scoring.discard_quarantined('{1}', 'me', 'why')"),
        ("scoring", "create table public.mine ()"),
        ("scoring", "update public.attune_migration set sha256 = ''"),
    ]

    @Test func aServiceMayOnlyWhatItMust() throws {
        for (service, sql) in Self.forbidden {
            let error = #expect(throws: DatabaseError.self, "\(service): \(sql)") {
                try database.connect(role: "attune_\(service)").script(sql)
            }
            #expect(error?.kind == .permissionDenied, "\(service): \(sql)")
        }
    }

    @Test(arguments: [
        ("attune_ingestion", [Lane.episode, .episodeBackfill, .access]), ("attune_alerting", [.alert, .access]),
        ("attune_notification", [.notification, .access]), ("attune_operator", [.access]),
    ])
    func aServiceAppendsToItsOwnLanesOnly(_ role: String, _ allowed: [Lane]) throws {
        let connection = try database.connect(role: role)
        for lane in Lane.all {
            if allowed.contains(lane) {
                #expect(try Ledger.append([.sample()], to: lane, on: connection).first?.version == 1)
            } else {
                let error = #expect(throws: DatabaseError.self) {
                    try Ledger.append([.sample()], to: lane, on: connection)
                }
                #expect(error?.kind == .permissionDenied)
            }
        }
    }

    @Test func aLaneThatNobodyRelaysIsRefused() throws {
        let lane = Lane(category: .alert, backfill: true)
        let error = #expect(throws: DatabaseError.self) { try Ledger.append([.sample()], to: lane, on: owner) }
        #expect(error?.kind == .checkViolation(constraint: ""))
    }

    @Test func everyServiceReadsThePublishedViews() throws {
        for service in ["ingestion", "scoring", "alerting", "notification", "audit", "operator"] {
            let connection = try database.connect(role: "attune_\(service)")
            #expect(try Ledger.page(of: .episode, after: 0, limit: 10, on: connection).count == 1)
            #expect(try connection.run("select head > 0 from published.lane where category = 1 and not backfill").only().bool(0))
        }
    }

    @Test func anOperatorMayHaveALanePublishedAgain() throws {
        try owner.script("update ledger.lane set cursor = 9 where category = 2")
        try Republication.carryOut(.alert, after: 3, newCluster: true, on: database.connect(role: "attune_operator"))
        #expect(try owner.run("select cursor from ledger.lane where category = 2").only().int64(0) == 3)
    }
}

extension NewEvent {
    static func sample(stream: EpisodeID = EpisodeID(rawValue: UUID()), payload: [UInt8] = [0, 1, 2]) -> NewEvent {
        NewEvent(
            id: EventID(rawValue: UUID()), stream: stream, site: SiteID(unchecked: "north"), type: "RatingRecorded",
            traceparent: nil, payload: payload)
    }
}
