import Catalogue
import Contracts
import Domain
import Foundation
import Testing

@testable import attune

/// What a session was followed by.
private struct Held {
    var day: String
    var outcome = true
    var alliance = true
    var isDiscussed = false
    var isAllianceDeclined = false
}

@Suite struct FidelityTests {
    private let catalogue: Catalogue
    private let client = Participant(id: ParticipantID(rawValue: UUID()), role: .`self`, ageBand: .adult)

    init() throws { catalogue = try Catalogue.load() }

    private func episode(_ clinician: String, service: String = "adult", _ sessions: [Held]) throws -> RecordedEpisode {
        var events: [EpisodeEvent] = [
            .opened(
                EpisodeOpening(
                    service: service, openedOn: CalendarDay("2026-01-05")!, clinician: clinician, participants: [client]
                ))
        ]
        for (place, held) in sessions.enumerated() {
            let day = try #require(CalendarDay(held.day))
            events.append(.sessionHeld(SessionHeld(id: SessionID(rawValue: UUID()), number: place + 1, day: day)))
            let rating = RatingID(rawValue: UUID())
            for (instrument, isRated) in [(DoctorBench.ors, held.outcome), (DoctorBench.srs, held.alliance)]
            where isRated {
                events.append(
                    .ratingRecorded(
                        Rating(
                            id: instrument == DoctorBench.ors ? rating : RatingID(rawValue: UUID()),
                            participant: client.id,
                            instrument: instrument, session: place + 1, day: day, answers: .total(380))))
            }
            if held.isAllianceDeclined {
                events.append(
                    .ratingDeclined(
                        RatingDeclined(
                            id: DeclineID(rawValue: UUID()), participant: client.id, instrument: DoctorBench.srs,
                            purpose: .alliance, session: place + 1, day: day)))
            }
            if held.isDiscussed {
                events.append(
                    .ratingDiscussed(
                        RatingDiscussed(id: DiscussionID(rawValue: UUID()), rating: rating, day: day, by: clinician)))
            }
        }
        return try RecordedEpisode(events, catalogue: catalogue)
    }

    private func followed(_ recorded: RecordedEpisode, asOf day: String = "2026-06-30") throws -> FollowedEpisode {
        let today = try #require(CalendarDay(day))
        return try #require(try FollowedEpisode(recorded.record, catalogue: catalogue, asOf: today))
    }

    private func report(
        _ episodes: [RecordedEpisode], by grouping: FidelityReport.Grouping = .team,
        teams: [String: String] = ["c-01": "blue", "c-02": "blue", "c-03": "amber"]
    ) throws -> FidelityReport {
        let month = try #require(CalendarMonth("2026-02"))
        var report = FidelityReport(month, by: grouping, teams: teams)
        for episode in episodes { report.add(try followed(episode)) }
        return report
    }

    @Test func `Sessions of the month are counted with what was measured and talked about`() throws {
        let report = try report([
            episode(
                "c-01",
                [
                    Held(day: "2026-01-31"), Held(day: "2026-02-01", isDiscussed: true),
                    Held(day: "2026-02-28", alliance: false),
                    Held(day: "2026-03-01"),
                ]),
            episode(
                "c-02",
                [Held(day: "2026-02-10", outcome: false, alliance: false), Held(day: "2026-02-17", outcome: false)]),
        ])
        let row = try #require(report.rows.first)
        #expect(row.group.name == nil && row.counts.sessions == 4)
        #expect(row.counts.outcome == .init(count: 2, of: 4))
        #expect(row.counts.alliance == .init(count: 2, of: 4))
        #expect(row.counts.discussed == .init(count: 1, of: 3), "of sessions with a rating")
        #expect(report.rows.map { $0.group.name } == [nil, "blue"])
    }

    @Test func `A declined measure is counted apart, neither as rated nor as missed`() throws {
        let report = try report([
            episode(
                "c-01",
                [
                    Held(day: "2026-02-03", alliance: false, isAllianceDeclined: true), Held(day: "2026-02-10", alliance: false),
                    Held(day: "2026-02-17", outcome: false, alliance: false, isAllianceDeclined: true),
                ])
        ])
        let counts = try #require(report.rows.first).counts
        #expect(counts.alliance == .init(count: 0, of: 1) && counts.allianceDeclined == 2)
        #expect(counts.outcome == .init(count: 2, of: 3) && counts.outcomeDeclined == 0)
        #expect(counts.discussed == .init(count: 0, of: 2), "of sessions with a rating")
    }

    @Test func `A group of one clinician is told with its site only, and groups stand in alphabetical order`() throws {
        let held = [Held(day: "2026-02-03")]
        let episodes = try [episode("c-03", service: "young", held), episode("c-01", held), episode("c-02", held)]
        let others = try [episode("c-04", held), episode("c-05", held)]
        // Two groups of one each: what is missing from the site's sum is the work of two.
        let teams = ["c-01": "blue", "c-02": "blue", "c-03": "amber", "c-04": "red", "c-05": "red"]
        let byTeam = try report(episodes + [others[0]], teams: teams)
        #expect(byTeam.rows.map { $0.group.name } == [nil, "blue"] && byTeam.groupsLeftOut == 2)
        #expect(byTeam.rows.first?.counts.sessions == 4)
        let byService = try report(episodes + [episode("c-01", service: "young", held)], by: .service)
        #expect(byService.rows.map { $0.group.name } == [nil, "adult", "young"])
        let text = FidelityText(report: byService, minimum: 3).lines.joined(separator: "\n")
        #expect(text.contains("4 of 4 (100 %)") && text.contains("2 of 2") && !text.contains("2 of 2 ("), "\(text)")
        #expect(!text.contains("c-0"), "names nobody: \(text)")
    }

    @Test func `Where a group of one clinician would be the difference, the smallest other is left out too`() throws {
        let held = [Held(day: "2026-02-03")]
        let episodes = try ["c-01", "c-02", "c-03"].map { try episode($0, held) }
        let teams = ["c-01": "blue", "c-02": "blue", "c-03": "amber", "c-04": "red", "c-05": "red", "c-06": "red"]
        let two = try report(episodes, teams: teams)
        #expect(two.rows.map { $0.group.name } == [nil] && two.groupsLeftOut == 2, "the site less blue would be amber")
        let three = try report(episodes + ["c-04", "c-05", "c-06"].map { try episode($0, held) }, teams: teams)
        #expect(three.rows.map { $0.group.name } == [nil, "red"], "blue is smaller than red")
        // One person alone in two services: their sum is still one person's work.
        let services = try [
            episode("c-01", service: "day", held), episode("c-01", service: "night", held),
            episode("c-02", service: "walk-in", held), episode("c-03", service: "walk-in", held),
        ]
        #expect(try report(services, by: .service).rows.map { $0.group.name } == [nil])
    }

    @Test func `What is missing is listed by the rules of the policy, for open episodes`() throws {
        let episode = try episode("c-01", [Held(day: "2026-02-03"), Held(day: "2026-02-10", alliance: false)])
        var report = GapsReport(unreviewedDays: 14, limit: 100)
        report.add(try followed(episode), EpisodeRulePolicy(), asOf: CalendarDay("2026-06-30")!)
        #expect(report.counts == ["missing.alliance": 1, "missing.discussion": 2])
        #expect(
            report.lines.contains { $0.contains("missing.alliance") && $0.hasSuffix("2026-02-10, session 2") },
            "\(report.lines)")
        var without = GapsReport(unreviewedDays: 14, limit: 100)
        without.add(
            try followed(episode), EpisodeRulePolicy(missedMeasure: nil, undiscussed: nil),
            asOf: CalendarDay("2026-06-30")!)
        #expect(without.lines == ["nothing is missing"])
    }

    @Test func `An alert about a course is a gap until its review is complete`() async throws {
        let bench = try DoctorBench.settled().bench
        let environment = ["ATTUNE_DATABASE_URL": bench.database.url, "ATTUNE_DATABASE_ROLE": "attune_operator"]
        let today = try await Program.attune(["loop", "gaps"], environment: environment)
        #expect(!today.output.contains("missing.review"), "\(today.output) \(today.errors)")
        let gaps = try await Program.attune(
            ["loop", "gaps", "--unreviewed-days", "0", "--json"], environment: environment)
        #expect((0...1).contains(gaps.status), "\(gaps.errors)")
        let month = try await Program.attune(
            ["loop", "fidelity", "--month", "2026-03", "--by", "service", "--json"], environment: environment)
        #expect(month.status == 0, "\(month.errors)")
        #expect(
            month.output.contains(#""site":"north","name":null"#) || month.output.contains(#""groups":[]"#),
            "\(month.output)")
        #expect(
            try await Program.attune(["loop", "fidelity", "--month", "2026-13"], environment: environment).status == 64)
    }
}
