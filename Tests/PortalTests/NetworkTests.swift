import Domain
import Foundation
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import PortalFixture
@testable import attune_portal

@Suite struct NetworkTests {
    private static let south = SiteID(unchecked: "south")
    /// So long ago that week 12 is over.
    private static let opened = CalendarDay(daysSinceEpoch: Int(Date().timeIntervalSince1970) / 86_400 - 150)

    /// A course with a rating at the beginning and one at week 12.
    private static func episode(
        _ last: Int, service: String = "adult", at site: SiteID = SiteID(unchecked: "north"), closedAs reason: ClosureReason? = nil
    ) -> StoredEpisode {
        var episode = StoredEpisode(at: site, openedOn: opened, service: service)
        for (session, total, day) in [(1, 150, 0), (12, last, 84)] {
            episode.add(
                .ratingRecorded(
                    Rating(
                        id: RatingID(rawValue: UUID()), participant: episode.rater, instrument: .ors, session: session,
                        day: opened.advanced(byDays: day), answers: .total(total))))
        }
        if let reason { episode.add(.closed(EpisodeClosure(day: opened.advanced(byDays: 90), reason: reason))) }
        return episode
    }

    @Test func `An administrator sees their own sites' counts with small ones left out, and no markup of others`() async throws {
        let database = try TestDatabase.make()
        let owner = try database.connect()
        let odd = "<b>x</b>"
        for index in 0..<40 { try Self.episode(index < 25 ? 300 : 150).store(on: owner) }
        let few = (0..<3).map { _ in Self.episode(300, service: odd) }
        for episode in few { try episode.store(on: owner) }
        for _ in 0..<12 { try Self.episode(150, at: Self.south, closedAs: .droppedOut).store(on: owner) }
        try await PortalServer.run(on: database) { server in
            let page = try await server.browser(.siteAdmin, as: "a-01").get("/network?by=service")
            #expect(page.status == 200)
            let outcome = try Self.section("How clients were doing at week 12", page.text)
            #expect(Self.row("All together", outcome) == ["28", "0", "15", "0", "0", "43", "65% (50% to 78%)", "65% (50% to 78%)"])
            // Three in one service: they are hidden, and with them what they could be worked out from.
            let hidden = ["hidden", "0", "0", "0", "0", "hidden", "not given", "not given"]
            #expect(Self.row("north: &lt;b&gt;x&lt;/b&gt;", outcome) == hidden)
            #expect(Self.row("north: adult", outcome) == ["hidden", "0", "15", "0", "0", "hidden", "not given", "not given"])
            for number in ["3", "25", "40"] { #expect(!outcome.contains(">\(number)<"), "\(number)") }
            #expect(!outcome.contains("25 of 40") && !outcome.contains("3 of 3"))
            #expect(!page.text.contains(odd) && !page.text.contains("south"))
            #expect(page.text.contains("They do not tell that care changed them"))
            // Counts are no look at anybody.
            #expect(try Ledger.events(stream: few[0].id, category: .access, on: database.connect()).isEmpty)

            let both = try await server.browser(.networkAdmin, as: "a-02", sites: ["north", "south"]).get("/network?by=site")
            let ended = try Self.section("Ended by dropping out", both.text)
            #expect(Self.row("south", ended) == ["12", "0", "12", "not given"])
            #expect(both.text.contains(">north<") && both.text.contains(">south<"))

            // Nonsense is as no choice at all.
            let odd = try await server.browser(.siteAdmin, as: "a-01").get("/network?period=1999-q7&measure=%3Cb%3E&by=therapist")
            #expect(odd.status == 200 && odd.text.contains("All together"))
            for role in [Role.clinician, .supervisor, .auditor, .operator] {
                #expect(try await server.browser(role, as: "c-01").get("/network").status == 403)
            }
            #expect(try await server.browser().get("/network").status == 303)
        }
    }

    @Test func `What is hidden in a quarter does not follow from the year`() throws {
        var tally = NetworkTally()
        func add(_ count: Int, _ day: String, _ answer: Bool, service: String) throws {
            let fact = CountedEpisode.Fact(figure: .dropOut, answer: answer, group: nil)
            let episode = CountedEpisode(
                site: Self.south, service: service, quarter: Quarter(holding: try #require(CalendarDay(day))), facts: [fact])
            for _ in 0..<count { tally.add(episode) }
        }
        try add(4, "2026-02-01", true, service: "a")
        try add(30, "2026-03-31", false, service: "a")
        try add(20, "2026-04-01", true, service: "a")
        try add(40, "2026-05-01", false, service: "b")
        let table = try #require(tally.tables(.standard)[.dropOut]?[2026])
        let quarters = [1, 4].map { NetworkPeriod.quarter(Quarter(holding: CalendarDay("2026-0\($0)-01")!)) }
        let year = try #require(table.cells(.all, .year(2026)))
        let first = try #require(table.cells(.all, quarters[0]))
        let second = try #require(table.cells(.all, quarters[1]))
        #expect(first[0] == nil)
        #expect(year[0] == nil || second[0] == nil)
        #expect(first[1] == nil || first[2] == nil)
        // It is one site: no row of its own beside all of it.
        #expect(table.cells(.site(Self.south), .year(2026)) == nil)
    }

    @Test func `An alert counts when it is due, and one that nobody answers counts as the longest`() throws {
        func time(_ hours: Int) -> Timestamp { Timestamp(microseconds: Int64(hours) * 3_600_000_000) }
        func alert(_ answered: Int?, closed: Int? = nil) -> AlertAnswer {
            AlertAnswer(raisedAt: time(0), dueAt: time(24), answeredAt: answered.map(time), closedAt: closed.map(time))
        }
        #expect(alert(24).inTime(at: time(100)) == true)
        #expect(alert(25).inTime(at: time(100)) == false)
        #expect(alert(nil).inTime(at: time(24)) == nil)
        #expect(alert(nil).inTime(at: time(25)) == false)
        #expect(alert(nil, closed: 20).inTime(at: time(100)) == nil)
        #expect(alert(nil, closed: 30).inTime(at: time(100)) == false)
        let answered = (0..<20).map { _ in alert(2).minutes }
        let unanswered = (0..<30).map { _ in alert(nil).minutes }
        #expect(try #require(MedianEstimate(answered + unanswered.prefix(10)).flatMap(NetworkWait.init)).medianMinutes == 120)
        #expect(MedianEstimate(answered + unanswered).flatMap(NetworkWait.init) == nil)
    }

    @Test func `A quarter begins with its first day`() throws {
        let quarter = Quarter(holding: try #require(CalendarDay("2026-09-30")))
        #expect(quarter.number == 3 && quarter.firstDay == CalendarDay("2026-07-01"))
        #expect(NetworkPeriod.quarter(quarter).text == "2026-q3" && NetworkPeriod.year(2026).text == "2026")
        #expect(NetworkPeriod.quarter(quarter).year == 2026)
        #expect(quarter.before(years: 2).firstDay == CalendarDay("2024-07-01"))
    }

    private static func section(_ title: String, _ text: String) throws -> String {
        let start = try #require(text.range(of: "<h2>\(title)</h2>"), "\(text)")
        let end = text.range(of: "</section>", range: start.upperBound..<text.endIndex)
        return String(text[start.lowerBound..<(end?.lowerBound ?? text.endIndex)])
    }

    /// The cells of a row of a table.
    private static func row(_ name: String, _ section: String) -> [String] {
        guard let start = section.range(of: "<th scope=\"row\">\(name)</th>"),
            let end = section.range(of: "</tr>", range: start.upperBound..<section.endIndex)
        else { return [] }
        return section[start.upperBound..<end.lowerBound].matches(of: /<td class="number">([^<]*)<\/td>/).map { String($0.1) }
    }
}
