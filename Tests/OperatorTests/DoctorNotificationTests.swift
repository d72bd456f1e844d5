import Channels
import Contracts
import Domain
import Foundation
import Persistence
import Testing

@testable import attune
@testable import attune_notification

@Suite struct DoctorNotificationTests {
    private static let routes = """
        default:
          - id: desk
            channel:
              email: {address: desk@clinic.example}
        """

    private func routes(_ text: String) throws -> RoutesOutline {
        let files = try TestFolder()
        return try RoutesOutline.read(files.write(text, to: "routes.yaml"))
    }

    @Test func `What was made of every alert is accounted for`() throws {
        let (bench, _) = try DoctorBench.settled()
        let result = try bench.examine(bench.notifications)
        #expect(result.findings == [])
        #expect((result.pending, result.undecidable) == (0, 0))
        #expect(result.examined > 10)
        let outline = try routes(Self.routes)
        #expect(try bench.examine(NotificationCheck(site: nil, routes: outline)).findings == [])
    }

    @Test func `An alert that notification has not met is pending, and a difference after a drain`() throws {
        let (bench, _) = try DoctorBench.settled()
        try bench.damage(
            """
            with taken as (delete from notification.handled_event where event_id = (
                select event_id from ledger.event where type = 'attune.alert.raised.v1' limit 1) returning event_id)
            , gone as (delete from notification.delivery d using taken t where d.cause_event_id = t.event_id
                       returning delivery_id)
            , tried as (delete from notification.attempt a using gone g where a.delivery_id = g.delivery_id)
            delete from ledger.event where false
            """)
        let live = try bench.examine(bench.notifications, isSettled: false)
        // Its delivery was made, and the ledger says so.
        #expect((live.pending, live.differences) == (1, 1))
        #expect(try bench.examine(bench.notifications).differences == 2)
    }

    @Test(arguments: [
        ("update notification.delivery set delivery_id = gen_random_uuid()", "has an id that does not follow from its cause"),
        ("update notification.delivery set attempts = attempts + 1", "attempts, those stored are"),
        ("update notification.delivery set status = 'pending', finished_at = null", "is pending, its last attempt delivered"),
        ("update notification.delivery set status = 'withdrawn'", "is withdrawn, its last attempt delivered"),
        ("update notification.delivery set escalation_level = 3", "says level 3"),
        ("update notification.delivery set kind = 6", "is about another alert than its cause"),
        ("update notification.attempt set outcome = null, ended_at = null", "its last attempt has no outcome"),
        ("update notification.attempt set attempt = attempt + 10", "attempts, those stored are"),
        (
            "delete from ledger.event where category = 3",
            "is delivered, and the ledger does not say so"
        ),
        ("delete from notification.handled_event", "has deliveries, and does not count as handled"),
        ("delete from ledger.event where type = 'attune.alert.raised.v1'", "follows from an alert event that is not in the ledger"),
        ("update notification.delivery set withheld_for = delivery_id", "was withheld, and the ledger does not say so"),
        ("update notification.delivery set status = 'withheld'", "is withheld for nothing"),
        ("update notification.delivery set bounced_at = now(), bounce_status = '5.1.1'", "came back, and the ledger does not say so"),
        ("delete from notification.delivery", "tells of a delivery that is not stored"),
        ("insert into notification.handled_event values (gen_random_uuid())", "counts as handled, and is no alert"),
    ])
    func `Damage is named`(damage: String, words: String) throws {
        let (bench, _) = try DoctorBench.settled()
        try bench.damage(damage)
        let result = try bench.examine(bench.notifications)
        #expect(result.findings.contains { $0.contains(words) }, "\(result.findings)")
    }

    @Test func `What was withheld, and what came back, is accounted for`() throws {
        let (bench, _) = try DoctorBench.settled()
        let again = try bench.open()
        for (session, score) in [180, 120, 200, 110].enumerated() {
            try bench.rate(again, score, session: session + 1)
            try bench.settle()
        }
        let withheld = try bench.admin.run(
            "select delivery_id, withheld_for from notification.delivery where status = 'withheld'").only()
        let result = try bench.examine(bench.notifications)
        #expect((result.findings, result.pending) == ([], 0))
        let store = DeliveryStore(
            routes: try DoctorBench.routes(), schedule: RetrySchedule(firstPause: .zero, maxAttempts: 3),
            sendingLimit: .seconds(60))
        let notification = try bench.database.connect(role: "attune_notification")
        #expect(try store.recordBounce(of: withheld.id(1), status: "5.1.1", on: notification) == .recorded)
        try bench.notify()
        let after = try bench.examine(bench.notifications)
        #expect((after.findings, after.pending) == ([], 0))
        let id: DeliveryID = try withheld.id(0)
        #expect(
            try bench.admin.run("select status from notification.delivery where delivery_id = $1", [.id(id)]).only().text(0)
                == "delivered")
        for (damage, words) in [
            ("update notification.delivery set bounced_at = null", "says bounced, the delivery is delivered"),
            ("update notification.delivery set withheld_for = null", "says withheld, the delivery is delivered"),
        ] {
            try bench.damage(damage)
            let findings = try bench.examine(bench.notifications).findings
            #expect(findings.contains { $0.contains(words) }, "\(findings)")
        }
    }

    @Test func `A delivery made twice under another id is named from both sides`() throws {
        let (bench, _) = try DoctorBench.settled()
        try bench.damage(
            """
            insert into notification.delivery
            select (substring(delivery_id::text for 13) || '-8000-8000-000000000001')::uuid, alert_id, episode_id, site,
                   cause_event_id, kind, urgency, escalation_level, due_at, recipient, channel, traceparent, 'pending', 0,
                   next_attempt_at, created_at, null
            from notification.delivery order by delivery_id limit 1
            """)
        let findings = try bench.examine(bench.notifications).findings
        #expect(findings.contains { $0.hasSuffix("has 2 deliveries to desk by email") })
        #expect(findings.contains { $0.hasSuffix("has an id that does not follow from its cause") })
    }

    @Test func `With the routes a recipient who is missing is named`() throws {
        let (bench, _) = try DoctorBench.settled()
        let outline = try routes(
            """
            default:
              - {id: desk, channel: {email: {address: desk@clinic.example}}, kinds: [all], escalations: true}
            sites:
              north:
                - {id: desk, channel: {email: {address: desk@clinic.example}}}
                - {id: bridge, channel: {webhook: {url: "https://x.example", key_id: k, key_file: f}}, kinds: [safety]}
                - {id: night, channel: {webhook: {url: "https://x.example", key_id: k, key_file: f}}, escalations: false}
            """)
        let findings = try bench.examine(NotificationCheck(site: nil, routes: outline)).findings
        #expect(findings.count { $0.hasSuffix("has no delivery to bridge by webhook") } == 1)
        let raised = try bench.admin.run(
            "select count(*) from ledger.event where type = 'attune.alert.raised.v1'").only().int64(0)
        #expect(findings.count { $0.hasSuffix("has no delivery to night by webhook") } == Int(raised))
        #expect(findings.count == 1 + Int(raised))
    }

    @Test func `Who of the directory was meant is not asked, but that somebody was told`() throws {
        let (bench, _) = try DoctorBench.settled()
        let outline = try routes(
            Self.routes + "\nsites:\n  north:\n    - {role: supervisor, kinds: [all]}\n    - {person: s-01}\n")
        #expect(try bench.examine(NotificationCheck(site: nil, routes: outline)).findings == [])
        // An alert was given to another clinician, and to a third with its episode, whom these routes would have told.
        let telling = try routes(Self.routes + "\nsites:\n  north:\n    - {role: clinician}\n    - {person: s-01}\n")
        let untold = try bench.examine(NotificationCheck(site: nil, routes: telling)).findings
        #expect(untold.count == 2 && untold.allSatisfy { $0.hasSuffix("was handled, and has no delivery") }, "\(untold)")
        try bench.damage("delete from notification.delivery")
        let findings = try bench.examine(NotificationCheck(site: nil, routes: outline)).findings
        #expect(findings.contains { $0.hasSuffix("was handled, and has no delivery") })
    }

    @Test func `A role is expected to hear of an escalation that comes to it, and its clinician of an alert given on`() throws {
        let outline = try routes(
            Self.routes + """

                sites:
                  north:
                    - {role: clinician}
                    - {role: supervisor, kinds: [safety]}
                    - {person: s-01, escalations: false}
                """)
        func count(_ kind: AlertKind, _ telling: Telling, _ site: String = "north") -> (named: Int, people: Int) {
            let told = outline.recipients(of: kind, telling, at: SiteID(site)!)
            return (told.count { $0.place != nil }, told.count { $0.place == nil })
        }
        #expect(count(.deteriorating, .raised) == (0, 2))
        #expect(count(.deteriorating, .passedOn(to: .supervisor)) == (1, 0))
        #expect(count(.safety, .passedOn(to: .supervisor)) == (0, 1))
        #expect(count(.safety, .passedOn(to: nil)) == (0, 2))
        #expect(count(.deteriorating, .assigned) == (0, 1))
        #expect(count(.deteriorating, .assigned, "south") == (0, 0))
    }

    @Test func `A routes file that is none is refused`() throws {
        #expect(throws: UnreadableRoutes.self) { try routes("sites: {north: []}") }
        #expect(throws: UnreadableRoutes.self) { try routes("default: [{id: x, channel: {fax: {}}}]") }
        #expect(throws: UnreadableRoutes.self) { try RoutesOutline.read("/nowhere/routes.yaml") }
    }
}
