import Catalogue
import Domain
import ServiceKit
import Testing

@testable import attune
@testable import attune_ingestion

@Suite struct NetworkPlanTests {
    private static let last = CalendarDay("2026-03-03")!
    private static let plan = NetworkPlan(through: last)
    private static let lines = QuarterSite.all.indices.map(plan.lines)

    @Test func seedAndDayDecideEveryLine() {
        #expect(QuarterSite.all.indices.map(NetworkPlan(through: Self.last).lines) == Self.lines)
        #expect(NetworkPlan(seed: 2, through: Self.last).lines(of: 0) != Self.lines[0])
    }

    @Test func theFirstEpisodeTellsTheLastDay() {
        for days in 0..<8 {
            let last = Self.last.advanced(byDays: days)
            let first = NetworkPlan(through: last).stories[0]
            #expect(first.id == NetworkPlan.first())
            #expect(NetworkPlan.lastDay(ofFirst: first.opened) == last)
        }
    }

    @Test func threeSitesTwelveCliniciansAndTwoHundredCourses() {
        #expect(Self.plan.episodes.count == 200)
        let clinicians = Self.lines.flatMap { $0 }.compactMap { line -> JSON? in line["type"] == "episode" ? line["clinician"] : nil }
        #expect(clinicians.count == 200)
        #expect(Set(clinicians).count == 12)
    }

    /// By the rules of ingestion itself: every line is read, and decided upon what the lines before it have left.
    @Test func everyLineIsAccepted() throws {
        let catalogue = try Catalogue.load(siteFolder: nil)
        for (place, lines) in Self.lines.enumerated() {
            let site = QuarterSite.all[place].id
            let reader = CommandReader(
                catalogue: catalogue, caller: Caller(subject: "bridge", sites: .some([site]), roles: [.integration]))
            var days: [JSON] = []
            for line in lines {
                let draft = try reader.line(JSONField(line))
                #expect(draft.site == site)
                days += [line["day"], line["held"]?["day"], line["openedOn"]].compactMap { $0 }
            }
            #expect(days.allSatisfy { day in if case .string(let text) = day { text <= "\(Self.last)" } else { false } })
            #expect(days.contains(.text(Self.last)) || days.contains(.text(Self.last.advanced(byDays: -1))))
        }
    }

    @Test func theStoriesAreThere() {
        let lines = Self.lines.flatMap { $0 }
        func count(_ type: JSON, _ member: String, _ value: JSON) -> Int {
            lines.count { $0["type"] == type && $0[member] == value }
        }
        let consents = Dictionary(grouping: lines.filter { $0["type"] == "consent" }) { $0["episodeId"] }
        #expect(consents.values.contains { $0.count == 1 })
        #expect(consents.values.contains { $0.count == 2 })
        #expect(count("closure", "reason", "agreed_end") > 10)
        #expect(count("closure", "reason", "dropped_out") > 3)
        #expect(lines.count { $0["type"] == "transfer" } > 5)
        #expect(lines.count { $0["missed"] != nil } > 20)
        for kind in ["joint", "documented"] { #expect(count("review", "kind", .string(kind)) > 5) }
        for instrument in ["ors", "srs", "cors", "csrs", "phq-9", "gad-7", "attune-wellbeing", "attune-alliance"] {
            #expect(count("rating", "instrument", .string(instrument)) > 20, "\(instrument)")
        }
        let late = Self.plan.stories.first { $0.story == .late }
        #expect((late?.level(0, 5) ?? 1) < 0.4)
        #expect((late?.level(0, 11) ?? 0) > 0.8)
    }

    @Test func alertsAreAnsweredByTheirIds() {
        let answers = (0..<300).map { NetworkAnswers.answer(to: "alert-\($0)", .notOnTrack) }
        for answer in [NetworkAnswers.Answer.none, .opened, .acknowledged, .reviewed, .resolved(.planChanged)] {
            #expect(answers.contains(answer), "\(answer)")
        }
    }
}
