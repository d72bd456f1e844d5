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

    private func report(_ episodes: [RecordedEpisode], by grouping: FidelityReport.Grouping = .team) throws
        -> FidelityReport
    {
        let month = try #require(CalendarMonth("2026-02"))
        var report = FidelityReport(
            month, by: grouping, teams: ["c-01": "blue", "c-02": "blue", "c-03": "amber"])
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

    @Test func `A group of one clinician is told with its site only, and groups stand in alphabetical order`() throws {
        let held = [Held(day: "2026-02-03")]
        let episodes = try [episode("c-03", service: "young", held), episode("c-01", held), episode("c-02", held)]
        let byTeam = try report(episodes)
        #expect(byTeam.rows.map { $0.group.name } == [nil, "blue"] && byTeam.groupsLeftOut == 1)
        #expect(byTeam.rows.first?.counts.sessions == 3)
        let byService = try report(episodes + [episode("c-01", service: "young", held)], by: .service)
        #expect(byService.rows.map { $0.group.name } == [nil, "adult", "young"])
        let text = FidelityText(report: byService, minimum: 3).lines.joined(separator: "\n")
        #expect(text.contains("4 of 4 (100 %)") && text.contains("2 of 2") && !text.contains("2 of 2 ("), "\(text)")
        #expect(!text.contains("c-0"), "names nobody: \(text)")
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
