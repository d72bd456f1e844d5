import Catalogue
import Domain
import Testing

/// Every fault is made by changing one text of a policy that is otherwise in order; the message names the line.
@Suite struct PolicyRefusalTests {
    private static let policy = """
        version: north-2026-1
        due_minutes:
          safety: 60
          stalled: 4320
        escalation_minutes: 1440
        raise: [safety, alliance]
        response_targets:
          safety: {within_minutes: 60, percent: 100}
        rules:
          drop_out:
            weights: {younger: 1, long_gap: 2}
            attention_from: 3
            gap_factor: 2
            younger_ages: [child]
          discrepancy: {reliable_changes: 2}
          checkpoints:
            conversation: {from_session: 3, through_session: 6, percent: 50}
            last_chance: {from_session: 6, through_session: 9, percent: 66.7}
          missed_measure: {purposes: [outcome], grace_days: 1, last_sessions: 1}
          undiscussed: {days: 14}
          stale: {days: 42}
        objectives:
          - id: first
            title: the first
            count: joint_reviews
            every_sessions: 4
            window: {weeks: 12}
            target: every
          - id: second
            title: the second
            count: unchanged_reviewed
            after_ratings: 4
            window: {months: 3}
            starts_on: 2026-01-05
            target: 90 %
            grace_days: 2
        """

    @Test func thePolicyIsInOrder() throws {
        #expect(try SitePolicyTests.load(Self.policy).objectives.count == 2)
    }

    @Test(arguments: [
        ("escalation_minutes: 1440", "escalation_mintues: 1440", "unknown field escalation_mintues"),
        ("  stalled: 4320", "  stuck: 4320", "unknown field stuck"),
        ("  safety: 60", "  safety: 0", "whole number from 1 to 131400"),
        ("[safety, alliance]", "[safety, mood]", "guarded"),
        ("[safety, alliance]", "[alliance]", "danger is always raised"),
        ("[safety, alliance]", "[safety, safety]", "listed twice"),
        ("percent: 100", "percent: 100.1", "at most 100 percent"),
        ("percent: 100", "percent: 0", "above 0"),
        ("percent: 50", "percent: half", "percent"),
        ("younger: 1,", "younger: -1,", "whole number from 0 to 100"),
        ("younger: 1,", "youth: 1,", "unknown field youth"),
        ("gap_factor: 2", "gap_factor: 0", "whole number from 1"),
        ("younger_ages: [child]", "younger_ages: [baby]", "child, adolescent, adult"),
        ("reliable_changes: 2", "reliable_changes: 0", "whole number from 1"),
        ("through_session: 6,", "through_session: 2,", "from_session must not be after"),
        ("from_session: 3,", "from_session: 1,", "whole number from 2"),
        ("grace_days: 1,", "grace_days: -1,", "whole number from 0"),
        ("purposes: [outcome]", "purposes: [preferences]", "outcome, alliance"),
        ("undiscussed: {days: 14}", "undiscussed: never", "must be a mapping"),
        ("stale: {days: 42}", "stale: {days: 42, confidence: sourced}", "needs the field source"),
        ("count: joint_reviews", "count: reviews", "sessions_measured"),
        ("every_sessions: 4", "every_sessions: 0", "whole number from 1"),
        ("after_ratings: 4", "after_ratings: 1", "whole number from 2"),
        ("window: {weeks: 12}", "window: {weeks: 0}", "whole number from 1"),
        ("window: {weeks: 12}", "window: {years: 1}", "unknown field years"),
        ("target: every", "target: always", "must be every, or a share"),
        ("target: 90 %", "target: 101 %", "at most 100 percent"),
        ("target: 90 %", "target: 90", "must be every, or a share"),
        ("target: 90 %", "target: 0 %", "above 0"),
        ("starts_on: 2026-01-05", "starts_on: 2026-02-30", "must be a day"),
        ("id: first", "id: The First", "must be a name"),
    ])
    func aFaultIsRefusedWithItsLineAndReason(part: String, fault: String, reason: String) throws {
        try #require(Self.policy.contains(part))
        let text = Self.policy.replacing(part, with: fault, maxReplacements: 1)
        let error = try #require(throws: CatalogueError.self) { try SitePolicyTests.load(text) }
        let before = try #require(Self.policy.split(separator: part, omittingEmptySubsequences: false).first)
        let line = before.count { $0 == "\n" } + 1
        #expect(error.line == line, "\(error)")
        #expect(error.reason.contains(reason), "\(error)")
        #expect("\(error)".contains("policy.yaml:\(line): "))
    }

    /// Faults that lie in how fields go together; the line is where their mapping begins.
    @Test(arguments: [
        ("id: second", "id: first", 29, "id first is used twice"),
        ("attention_from: 3", "attention_from: 4", 11, "more than all weights together"),
        ("last_chance: {from_session: 6", "last_chance: {from_session: 3", 17, "must begin after conversation"),
        ("window: {weeks: 12}", "window: {weeks: 12, months: 3}", 27, "exactly one"),
        ("window: {weeks: 12}", "window: {}", 27, "exactly one"),
        ("    every_sessions: 4\n", "", 23, "field every_sessions is missing"),
        ("count: unchanged_reviewed", "count: low_alliance_handled", 32, "belongs to count unchanged_reviewed"),
    ])
    func fieldsThatDoNotGoTogetherAreRefused(part: String, fault: String, line: Int, reason: String) throws {
        try #require(Self.policy.contains(part))
        let text = Self.policy.replacing(part, with: fault, maxReplacements: 1)
        let error = try #require(throws: CatalogueError.self) { try SitePolicyTests.load(text) }
        #expect(error.line == line, "\(error)")
        #expect(error.reason.contains(reason), "\(error)")
    }

    @Test(arguments: ["", "- a", "due_minutes: {safety: 60}", "version: [", "version: a\nversion: b"])
    func whatIsNoPolicyIsRefused(text: String) throws {
        #expect(throws: CatalogueError.self) { try SitePolicyTests.load(text) }
    }

    @Test func aFileThatIsNotThereIsRefused() {
        #expect(throws: CatalogueError(file: "/nonexistent/policy.yaml", line: nil, reason: "cannot be read")) {
            try SitePolicy.load(file: "/nonexistent/policy.yaml")
        }
    }
}
