import Domain
import Testing

@Suite struct EscalationLadderTests {
    private let start = Timestamp("2026-03-06T16:00:00Z")!

    private func policy(
        _ ladder: [LadderRung], hours: WorkingHours? = nil, urgencies: [AlertKind: AlertUrgency] = [:]
    ) throws -> AlertPolicy {
        AlertPolicy(
            version: "t", safetyDueSeconds: 3600, deterioratingDueSeconds: 7200, notOnTrackDueSeconds: 7200,
            allianceDueSeconds: 36_000, escalationSeconds: 10_800,
            handling: AlertHandling(
                ladder: try #require(EscalationLadder(ladder)), workingHours: hours, urgencies: urgencies))
    }

    @Test func `Everybody on the ladder is told once, and danger goes on at the duty desk`() throws {
        let policy = try policy([LadderRung(.clinician), LadderRung(.supervisor, answerSeconds: 600)])
        let first = policy.nextAudience(for: .alliance, level: 1, at: start)
        #expect((first.audience, first.isLast) == (.supervisor, true))
        #expect(first.dueAt == start.advanced(bySeconds: 600))
        let danger = (1...4).map { policy.nextAudience(for: .safety, level: $0, at: start) }
        #expect(danger.map(\.audience) == [.supervisor, .dutyDesk, .dutyDesk, .dutyDesk])
        #expect(danger.allSatisfy { !$0.isLast })
    }

    @Test func `An alert further up than a ladder that became shorter goes to the duty desk and ends there`() throws {
        let policy = try policy([LadderRung(.clinician), LadderRung(.supervisor)])
        let next = policy.nextAudience(for: .alliance, level: 3, at: start)
        #expect((next.audience, next.isLast) == (.dutyDesk, true))
    }

    @Test func `Nobody has longer to answer than the kind allows at first`() throws {
        let policy = try policy([LadderRung(.clinician), LadderRung(.supervisor), LadderRung(.dutyDesk, answerSeconds: 90_000)])
        #expect(policy.nextAudience(for: .deteriorating, level: 1, at: start).dueAt == start.advanced(bySeconds: 7200))
        #expect(policy.nextAudience(for: .alliance, level: 1, at: start).dueAt == start.advanced(bySeconds: 10_800))
        #expect(policy.nextAudience(for: .alliance, level: 2, at: start).dueAt == start.advanced(bySeconds: 36_000))
    }

    /// From Friday 16:00 with an hour to go.
    @Test func `Working hours hold for all but danger and those who are there around the clock`() throws {
        let day = [8 * 60..<17 * 60]
        let hours = try #require(WorkingHours(zone: .utc, week: [day, day, day, day, day, [], []]))
        let policy = try policy(
            [LadderRung(.clinician), LadderRung(.dutyDesk, runsAroundTheClock: true), LadderRung(.supervisor)], hours: hours)
        #expect(policy.dueTime(for: .deteriorating, raisedAt: start) == Timestamp("2026-03-09T09:00:00Z"))
        #expect(policy.dueTime(for: .safety, raisedAt: start) == start.advanced(bySeconds: 3600))
        #expect(policy.nextAudience(for: .deteriorating, level: 1, at: start).dueAt == start.advanced(bySeconds: 7200))
        #expect(policy.nextAudience(for: .deteriorating, level: 2, at: start).dueAt == Timestamp("2026-03-09T09:00:00Z"))
        #expect(policy.nextAudience(for: .safety, level: 2, at: start).dueAt == start.advanced(bySeconds: 3600))
    }

    @Test func `Danger is always to be known at once`() throws {
        let policy = try policy(
            [LadderRung(.clinician), LadderRung(.dutyDesk)], urgencies: [.safety: .digest, .alliance: .now])
        #expect(policy.urgency(of: .safety) == .now)
        #expect(policy.urgency(of: .alliance) == .now)
        #expect(policy.urgency(of: .stalled) == .digest)
    }

    @Test func `A ladder that leads to nobody, or twice to somebody, is none`() {
        #expect(EscalationLadder([]) == nil)
        #expect(EscalationLadder([LadderRung(.clinician)]) == nil)
        #expect(EscalationLadder([LadderRung(.clinician), LadderRung(.clinician)]) == nil)
    }
}
