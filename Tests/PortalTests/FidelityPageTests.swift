import Domain
import Foundation
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import PortalFixture
@testable import attune_portal

/// How far the work of a site followed feedback in a month, as its supervisors see it.
@Suite struct FidelityPageTests {
    private static let today = CalendarDay(daysSinceEpoch: Int(Date().timeIntervalSince1970) / 86_400)
    private static let month = CalendarMonth(holding: today).previous

    /// Four weekly sessions from the first of a month on, each with a rating of outcome.
    private static func episode(
        of clinician: String, in month: CalendarMonth = month, site: String = "north", service: String = "adult"
    ) -> StoredEpisode {
        var episode = StoredEpisode(
            at: SiteID(unchecked: site), clinician: clinician, openedOn: month.first, service: service)
        episode.rate([250, 240, 230, 220])
        return episode
    }

    private static func person(_ id: String, in team: String?, at site: String = "north", on owner: Connection) throws {
        try owner.run(
            """
            insert into directory.person (person_id, site, team, roles, active) values ($1, $2, $3, '{clinician}', true)
            """, [.text(id), .text(site), .optional(team)])
    }

    /// The cells of a row of the table, its name first; nil where there is no such row.
    private static func row(_ name: String, in page: String) -> [String]? {
        for match in page.matches(of: /<tr[^>]*><th scope="row">(.*?)<\/tr>/) {
            let cells = match.1.replacing(/<[^>]*>/, with: "|").split(separator: "|").map(String.init)
            if cells.first == name { return cells }
        }
        return nil
    }

    @Test func `A month is told by site and team with its denominators, and nobody's alone`() async throws {
        let database = try TestDatabase.make()
        let owner = try database.connect()
        for (person, team) in [
            ("c-01", "blue"), ("c-02", "blue"), ("c-03", "amber"), ("c-04", "green"), ("c-05", "green"), ("c-06", "green"),
        ] {
            try Self.person(person, in: team, on: owner)
        }
        var talked = Self.episode(of: "c-04")
        talked.rate([380, 390], on: .srs, holdingSessions: false)
        for case .ratingRecorded(let rating) in talked.events.prefix(5) {
            talked.add(
                .ratingDiscussed(
                    RatingDiscussed(id: DiscussionID(rawValue: UUID()), rating: rating.id, day: rating.day, by: "c-04")))
        }
        talked.add(
            .ratingDeclined(
                RatingDeclined(
                    id: DeclineID(rawValue: UUID()), participant: talked.rater, instrument: .srs, purpose: .alliance,
                    session: 3, day: Self.month.first.advanced(byDays: 14))))
        // Closed within the month; closed before it; opened after it; of another site.
        var closed = Self.episode(of: "c-05")
        closed.add(.closed(EpisodeClosure(day: Self.month.last, reason: .agreedEnd)))
        var before = Self.episode(of: "c-05", in: Self.month.previous)
        before.add(.closed(EpisodeClosure(day: Self.month.previous.last, reason: .agreedEnd)))
        let after = StoredEpisode(clinician: "c-05", openedOn: Self.today)
        let others = ["c-01", "c-02", "c-03", "c-06"].map { Self.episode(of: $0) }
        for episode in others + [talked, closed, before, after, Self.episode(of: "c-09", site: "south")] {
            try episode.store(on: owner)
        }
        let alert = try StoredAlert.raise(.notOnTrack, of: talked, on: owner)
        try StoredAlert.raise(.deteriorating, of: closed, on: owner)
        try owner.run(
            "update alerting.alert set raised_at = $1::date::timestamp at time zone 'UTC'", [.day(Self.month.first)])
        try owner.run("update alerting.alert set reviewed_at = now() where alert_id = $1", [.id(alert)])

        try await PortalServer.run(on: database) { server in
            let browser = try await server.browser(.supervisor, as: "s-01")
            let page = try await browser.get("/supervision").text
            #expect(page.contains("by site and team") && page.contains("value=\"\(Self.month)\" selected"))
            #expect(
                Self.row("north, all together", in: page) == [
                    "north, all together", "24", "24 of 24 (100%)", "2 of 23 (9%); one declined", "2 of 24 (8%)", "1 of 2",
                ])
            #expect(
                Self.row("north: green", in: page) == [
                    "north: green", "12", "12 of 12 (100%)", "2 of 11 (18%); one declined", "2 of 12 (17%)", "1 of 2",
                ])
            // Amber is one person, and blue would tell of amber by the difference.
            for hidden in ["amber", "blue", "c-03", "south"] { #expect(!page.contains(hidden), "\(hidden)") }

            // Another month, by its form; what is no month to choose is the last complete one.
            let earlier = try await browser.get("/supervision?month=\(Self.month.previous)").text
            #expect(earlier.contains("Nothing is told of north"), "it would be the work of one person")
            for other in ["2001-01", "\(CalendarMonth(holding: Self.today))", "x"] {
                let page = try await browser.get("/supervision?month=\(other)").text
                #expect(page.contains("value=\"\(Self.month)\" selected"), "\(other)")
            }
            // Without teams in the directory, by service; there the only person is not told of.
            let south = try await server.browser(.supervisor, as: "s-01", sites: ["south"]).get("/supervision").text
            #expect(south.contains("Nothing is told of south") && Self.row("south, all together", in: south) == nil)
        }
    }

    @Test func `However long the past, a month is found by index`() throws {
        let database = try TestDatabase.make()
        let owner = try database.connect()
        try owner.script(
            """
            insert into ledger.episode (episode_id, site, service, clinician, opened_on, closed_on, participants)
            select gen_random_uuid(), 'north', 'adult', 'c-' || n % 50, date '2015-01-01' + n % 3000,
                   case when n % 100 > 0 then date '2015-03-01' + n % 3000 end, '{}'
            from generate_series(1, 6000) n;
            insert into alerting.alert (alert_id, episode_id, site, kind, status, rule, participant_id, clinician,
                cause_event_id, raised_at, due_at, first_due_at, closed_at, closed_as)
            select gen_random_uuid(), episode_id, site, 2, 'resolved', 'rule', gen_random_uuid(), clinician,
                   gen_random_uuid(), opened_on, opened_on, opened_on, opened_on, 'plan_changed' from ledger.episode;
            """)
        for table in ["ledger.episode", "alerting.alert"] { try owner.script("vacuum analyze \(table)") }
        let connection = try database.connect(role: "attune_portal")
        try connection.script("set enable_seqscan = off; set jit = off")
        try connection.transaction { connection in
            try Scope(sites: .some([SiteID(unchecked: "north")])).apply(on: connection)
            func plan(_ statement: Statement, _ parameters: [Parameter]) throws -> String {
                try connection.run(Statement("explain \(statement.sql)"), parameters).map { try $0.text(0) }
                    .joined(separator: "\n")
            }
            let (first, last) = (Self.month.first, Self.month.last)
            let episodes = try plan(FidelityReading.selectEpisodes, [.day(first), .day(last), .int64(5001)])
            #expect(episodes.contains("episode_open") && episodes.contains("episode_closed"), "\(episodes)")
            #expect(!episodes.contains("Seq Scan") && !episodes.contains("episode_site"), "\(episodes)")
            let alerts = try plan(FidelityReading.selectAlerts, [.day(first), .day(last), .int16s([2]), .int64(5001)])
            #expect(alerts.contains("alert_site") && !alerts.contains("Seq Scan"), "\(alerts)")
            let teams = try plan(FidelityReading.selectTeams, [])
            #expect(teams.contains("person_of_team"), "\(teams)")
        }
    }
}
