import Catalogue
import Domain
import Foundation
import Testing

/// Policies as a site writes them.
@Suite struct SitePolicyTests {
    static func load(_ text: String) throws -> SitePolicy {
        let folder = try SiteFolder(["policy.yaml": text])
        return try withExtendedLifetime(folder) { try SitePolicy.load(file: folder.path + "/policy.yaml") }
    }

    private static let repository = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private var local: SitePolicy {
        get throws { try SitePolicy.load(file: Self.repository.appending(path: "deploy/local/policy.yaml").path) }
    }

    @Test func withoutAFileAttunesOwnHolds() throws {
        #expect(try SitePolicy.load(file: nil) == .default)
        #expect(try AlertPolicy.load(file: nil) == .default)
        #expect(try Self.load("version: v").alerts.raisedKinds == AlertPolicy.usuallyRaised)
        #expect(try Self.load("version: v").rules == EpisodeRulePolicy())
    }

    /// The form from before there was more than due times.
    @Test func theAlertsPartAloneIsAPolicy() throws {
        let text = """
            version: north-2026-1
            due_minutes:
              safety: 30
              alliance: 100
            escalation_minutes: 60
            """
        let folder = try SiteFolder(["policy.yaml": text])
        let policy = try withExtendedLifetime(folder) { try AlertPolicy.load(file: folder.path + "/policy.yaml") }
        #expect(policy.version == "north-2026-1")
        #expect(policy.safetyDueSeconds == 1800)
        #expect(policy.allianceDueSeconds == 6000)
        #expect(policy.deterioratingDueSeconds == AlertPolicy.default.deterioratingDueSeconds)
        #expect(policy.stalledDueSeconds == AlertPolicy.default.stalledDueSeconds)
        #expect(policy.escalationSeconds == 3600)
    }

    @Test func everyFieldOfTheAlertsIsRead() throws {
        let policy = try Self.load(
            """
            version: v
            time_zone: Europe/Berlin
            due_minutes:
              {safety: 1, deteriorating: 2, not_on_track: 3, alliance: 4, stalled: 5, missed_measure: 6, undiscussed: 7, guarded: 8}
            raise: [safety, guarded, missed_measure, undiscussed]
            response_targets: {stalled: {within_minutes: 7, percent: 99.5}}
            """)
        let due = AlertKind.allCases.sorted().map { policy.alerts.dueSeconds(for: $0) / 60 }
        #expect(due == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(policy.alerts.raisedKinds == [.safety, .guarded, .missedMeasure, .undiscussed])
        // A quarter past midnight in Berlin is still the day before in UTC.
        let night = try #require(Timestamp("2026-03-02T23:15:00Z"))
        #expect(policy.zone.day(at: night) == CalendarDay("2026-03-03"))
        #expect(SitePolicy.default.zone.day(at: night) == CalendarDay("2026-03-02"))
        #expect(policy.responseTargets == [.stalled: try #require(ResponseTarget(withinSeconds: 420, thousandths: 995))])
        #expect(policy.version == "v")
    }

    @Test func theExampleExpressesTheFiveObjectives() throws {
        let objectives = try local.objectives
        #expect(
            objectives.map(\.id.text) == [
                "measured-8-weeks", "alliance-same-session", "joint-review-4th", "unchanged-reviewed",
                "measured-and-discussed",
            ])
        #expect(
            objectives.map(\.measure) == [
                .sessionsMeasured([.outcome, .alliance]), .lowAllianceHandled, .jointReviews(everySessions: 4),
                .unchangedReviewed(afterRatings: 4), .sessionsMeasuredAndDiscussed,
            ])
        #expect(objectives.map(\.window) == [.weeks(8), .sessions(6), .weeks(12), .months(12), .months(3)])
        #expect(objectives.map(\.target) == [.every, .every, .every, .every, .share(thousandths: 900)])
        #expect(objectives.map(\.graceDays) == [1, 0, 0, 14, 7])
    }

    @Test func theExampleIsAttunesOwnWhereItSaysNothing() throws {
        let policy = try local
        let standard = EpisodeRulePolicy()
        #expect(policy.rules.discrepancy == standard.discrepancy)
        #expect(policy.rules.stale == standard.stale)
        #expect(policy.rules.dropOut?.weights == DropOutRule.standard.weights)
        #expect(policy.rules.dropOut?.evidence.source == "The site's policy local-1")
        #expect(policy.rules.checkpoints?.lastChance == CheckpointRule.standard.lastChance)
        #expect(policy.rules.checkpoints?.evidence.confidence == .commonKnowledge)
        #expect(policy.alerts.raisedKinds == AlertPolicy.usuallyRaised)
        #expect(policy.responseTargets.count == 4)
    }

    @Test func everyRuleIsRead() throws {
        let rules = try Self.load(
            """
            version: v
            rules:
              drop_out:
                weights: {missed_session: 4}
                attention_from: 4
                change_by_session: 5
                gap_factor: 3
                younger_ages: [child]
              discrepancy: {reliable_changes: 3, source: own study, confidence: computed}
              checkpoints:
                conversation: {from_session: 4, through_session: 7, percent: 40}
                last_chance: {from_session: 8, through_session: 12, percent: 60.5}
              missed_measure: {purposes: [outcome], grace_days: 3, last_sessions: 2}
              undiscussed: {days: 5}
              stale: {days: 60}
            """
        ).rules
        let own = Evidence(source: "The site's policy v", confidence: .uncertain)
        #expect(
            rules.dropOut
                == DropOutRule(
                    weights: [.missedSession: 4], attentionFrom: 4, changeBySession: 5, gapFactor: 3,
                    youngerAges: [.child], evidence: own))
        let study = Evidence(source: "own study", confidence: .computed)
        #expect(rules.discrepancy == DiscrepancyRule(reliableChanges: 3, evidence: study))
        #expect(rules.checkpoints?.conversation == CheckpointRule.Stage(sessions: 4...7, thousandths: 400))
        #expect(rules.checkpoints?.lastChance == CheckpointRule.Stage(sessions: 8...12, thousandths: 605))
        #expect(
            rules.missedMeasure == MissedMeasureRule(purposes: [.outcome], graceDays: 3, lastSessions: 2, evidence: own))
        #expect(rules.undiscussed == DiscussionRule(days: 5, evidence: own))
        #expect(rules.stale == StaleRule(days: 60, evidence: own))
    }

    @Test func rulesCanBeSwitchedOff() throws {
        let names = ["drop_out", "discrepancy", "checkpoints", "missed_measure", "undiscussed", "stale"]
        let lines = names.map { "  \($0): off" }.joined(separator: "\n")
        let rules = try Self.load("version: v\nrules:\n\(lines)").rules
        #expect(
            rules
                == EpisodeRulePolicy(
                    dropOut: nil, discrepancy: nil, checkpoints: nil, missedMeasure: nil, undiscussed: nil, stale: nil))
    }

    @Test func objectivesTakeTheirOptionalFields() throws {
        let objective = try #require(
            try Self.load(
                """
                version: v
                objectives:
                  - {id: a, title: A, count: sessions_measured, purposes: [alliance], window: {sessions: 6},
                     starts_on: 2026-01-05, target: 97.5%, grace_days: 4}
                """
            ).objectives.first)
        #expect(objective.measure == .sessionsMeasured([.alliance]))
        #expect(objective.startsOn == CalendarDay("2026-01-05"))
        #expect(objective.target == .share(thousandths: 975))
        #expect(objective.graceDays == 4)
    }
}
