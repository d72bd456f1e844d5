import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import PortalFixture
@testable import attune_portal

@Suite struct SupervisionTests {
    private static let south = SiteID(unchecked: "south")
    private static let today = CalendarDay(daysSinceEpoch: Int(Date().timeIntervalSince1970) / 86_400)

    /// Opened five weeks ago, with a session a week.
    private static func episode(of clinician: String, at site: SiteID = SiteID(unchecked: "north")) -> StoredEpisode {
        var episode = StoredEpisode(at: site, clinician: clinician, openedOn: today.advanced(byDays: -35))
        episode.rate([250, 240, 230, 180, 180])
        return episode
    }

    /// - Returns: the alert's id.
    @discardableResult
    private static func alert(
        _ kind: AlertKind, in episode: StoredEpisode, daysAgo: Int, status: String = "raised", escalations: Int = 0,
        entries: Int = 0, isReviewed: Bool = false, on owner: Connection
    ) throws -> AlertID {
        let id = AlertID(rawValue: UUID())
        try owner.run(
            """
            insert into alerting.alert (alert_id, episode_id, site, kind, status, rule, participant_id, clinician,
                cause_event_id, raised_at, due_at, first_due_at, escalation_level, review_entries, reviewed_at)
            values ($1, $2, $3, $4, $5, 'rule', $6, $7, $8, now() - make_interval(days => $9),
                now() - make_interval(days => $9) + interval '1 hour', now() - make_interval(days => $9) + interval '1 hour',
                $10, $11, case when $12 then now() end)
            """,
            [
                .id(id), .id(episode.id), .text(episode.site.text), .int16(kind.number), .text(status), .id(episode.rater),
                .text(episode.clinician), .uuid(UUID()), .int32(Int32(daysAgo)), .int32(Int32(escalations)),
                .int32(Int32(entries)), .bool(isReviewed),
            ])
        return id
    }

    private static func person(_ id: String, under supervisor: String?, isActive: Bool = true, on owner: Connection) throws {
        try owner.run(
            """
            insert into directory.person (person_id, site, roles, supervisor_id, active) values ($1, 'north', '{clinician}', $2, $3)
            """, [.text(id), .optional(supervisor), .bool(isActive)])
    }

    private static func looks(_ episode: StoredEpisode, on database: TestDatabase) throws -> [AccessEventBody] {
        try Ledger.events(stream: episode.id, category: .access, on: database.connect()).map {
            try AccessEventCodec.decode($0.payload, type: try #require(EventType(rawValue: $0.type))).body
        }
    }

    @Test func `A wait is told in minutes, then in hours, then in days`() throws {
        let words = try WordBook()[.english]
        let start = Timestamp(microseconds: 0)
        let seconds: [Int64] = [30, 60, 7140, 7200, 172_799, 172_800]
        let told = seconds.map { words.wait(since: start, until: start.advanced(bySeconds: $0)) }
        #expect(told == ["0 minutes", "one minute", "119 minutes", "2 hours", "47 hours", "2 days"])
    }

    @Test func `A supervisor sees what asks for it in their team, and nothing of others`() async throws {
        let database = try TestDatabase.make()
        let owner = try database.connect()
        let own = (0..<4).map { _ in Self.episode(of: "c-01") }
        let others = Self.episode(of: "c-02")
        let southern = Self.episode(of: "c-03", at: Self.south)
        let left = Self.episode(of: "c-04")
        for episode in own + [others, southern, left] { try episode.store(on: owner) }
        try Self.person("c-01", under: "s-01", on: owner)
        try Self.person("c-02", under: "s-02", on: owner)
        try Self.person("c-04", under: "s-01", isActive: false, on: owner)
        // Not answered and passed on; without a review since two sessions; reviewed; chosen in a review.
        let overdue = try Self.alert(.safety, in: own[0], daysAgo: 3, escalations: 1, on: owner)
        try Self.alert(.notOnTrack, in: own[1], daysAgo: 20, status: "acknowledged", on: owner)
        try Self.alert(.notOnTrack, in: own[2], daysAgo: 20, status: "acknowledged", isReviewed: true, on: owner)
        let reviewed = try Self.alert(.alliance, in: own[3], daysAgo: 1, status: "in_review", entries: 1, on: owner)
        let choice = AlertEvent(
            alert: reviewed, kind: .alliance,
            step: .reviewEntered(number: 1, actor: "c-01", .actionChosen(try #require(SupportActionID("alliance.supervision")))))
        let event = NewEvent(
            id: EventID(rawValue: UUID()), stream: own[3].id, site: own[3].site, type: choice.type.rawValue, traceparent: nil,
            payload: try AlertEventCodec.encode(choice))
        try owner.transaction { _ = try Ledger.append([event], to: .alert, on: $0) }
        for episode in [others, southern, left] { try Self.alert(.deteriorating, in: episode, daysAgo: 20, escalations: 1, on: owner) }

        try await PortalServer.run(on: database) { server in
            let page = try await server.browser(.supervisor, as: "s-01").get("/supervision")
            #expect(page.status == 200)
            #expect(page.text.contains("/alerts/\(overdue)") && page.text.contains("An answer about safety. Nobody answered in time"))
            #expect(page.text.contains("Not on track. 2 sessions were held since, and no review is finished."))
            #expect(page.text.contains("take a session to supervision"))
            for (index, episode) in own.enumerated() {
                #expect(page.text.contains("/episodes/\(episode.id)") == (index != 2), "\(index)")
            }
            for episode in [others, southern, left] { #expect(!page.text.contains(CodeName.text(of: episode.id))) }
            for episode in [own[0], own[1], own[3]] {
                #expect(try Self.looks(episode, on: database) == [.viewed(.supervision, as: "supervisor", participant: nil)])
            }
            #expect(try Self.looks(own[2], on: database).isEmpty && Self.looks(others, on: database).isEmpty)

            // Somebody who has nobody sees nobody; where the directory has nobody at all, the site is the team.
            let none = try await server.browser(.supervisor, as: "s-09").get("/supervision")
            #expect(!none.text.contains("/episodes/") && none.text.contains("Every alert has been answered in time."))
            let whole = try await server.browser(.supervisor, as: "s-09", sites: ["south"]).get("/supervision")
            #expect(whole.text.contains("/episodes/\(southern.id)") && whole.text.contains("The directory has nobody"))
            #expect(!whole.text.contains(CodeName.text(of: own[0].id)))

            for role in [Role.clinician, .siteAdmin, .networkAdmin, .auditor] {
                #expect(try await server.browser(role, as: "s-01").get("/supervision").status == 403)
            }
        }
    }
}
