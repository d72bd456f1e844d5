import Domain
import Testing

/// Deteriorating, not on track and stalled: one of them is open at a time.
@Suite struct AlertLadderTests {
    private let first = CourseKey(
        participant: ParticipantID(rawValue: Examples.uuid(2, 1)), instrument: Examples.outcome.reference)
    private let second = CourseKey(
        participant: ParticipantID(rawValue: Examples.uuid(2, 2)), instrument: Examples.outcome.reference)
    private let stalled = SignalRule.stalled(ratings: 4)

    private func signal(_ rule: SignalRule, _ rating: Int = 1) -> Signal {
        Signal(rule: rule, rating: Examples.ratingID(rating))
    }

    private func alert(_ kind: AlertKind) -> OpenAlert {
        OpenAlert(id: AlertID(rawValue: Examples.uuid(4, kind.precedence)), kind: kind)
    }

    private func decide(
        before: [Signal] = [], _ after: [Signal], others: [CourseKey: [Signal]] = [:], open: [AlertKind] = [],
        raised: Set<AlertKind> = AlertPolicy.usuallyRaised
    ) -> [AlertDecision] {
        AlertRules.decisions(
            on: CourseChange(course: first, before: before, after: after), otherCourses: others, open: open.map(alert),
            raisedKinds: raised)
    }

    @Test func aStalledCourseRaisesItsAlertBehindTheAlliances() {
        #expect(
            decide([signal(stalled), signal(.allianceDrop)])
                == [.raise(signal(.allianceDrop), first), .raise(signal(stalled), first)])
    }

    @Test(arguments: [(SignalRule.expectedResponse80, AlertKind.notOnTrack), (.reliablyWorse, .deteriorating)])
    func aGraverAlertTakesThePlaceOfStalled(rule: SignalRule, kind: AlertKind) {
        let expected: [AlertDecision] = [.supersede(alert(.stalled), .graverAlert), .raise(signal(rule, 2), first)]
        // Whether the course still counts as stalled or not.
        #expect(decide(before: [signal(stalled)], [signal(rule, 2), signal(stalled, 2)], open: [.stalled]) == expected)
        #expect(decide(before: [signal(stalled)], [signal(rule, 2)], open: [.stalled]) == expected)
        // And none is raised while it is open.
        #expect(decide([signal(stalled, 3)], others: [second: [signal(rule, 9)]], open: [kind]).isEmpty)
    }

    @Test func aStalledThatWasHiddenIsRaisedWhenTheGraverFallsAway() {
        let others = [second: [signal(stalled, 7)]]
        for (rule, kind) in [(SignalRule.expectedResponse80, AlertKind.notOnTrack), (.reliablyWorse, .deteriorating)] {
            #expect(
                decide(before: [signal(rule)], [], others: others, open: [kind])
                    == [.supersede(alert(kind), .courseChanged), .raise(signal(stalled, 7), second)])
        }
    }

    @Test func ofTwoThatWereHiddenTheGraverIsRaised() {
        let others = [second: [signal(.expectedResponse80, 7), signal(stalled, 7)]]
        #expect(
            decide(before: [signal(.reliablyWorse)], [signal(stalled, 2)], others: others, open: [.deteriorating])
                == [.supersede(alert(.deteriorating), .courseChanged), .raise(signal(.expectedResponse80, 7), second)])
    }

    @Test func thePolicySaysWhichKindsRaise() {
        let guarded = signal(.allianceGuarded)
        #expect(decide([guarded]).isEmpty)
        #expect(decide([guarded], raised: [.guarded]) == [.raise(guarded, first)])
        #expect(decide([signal(stalled)], raised: [.alliance]).isEmpty)
        #expect(decide([signal(.safetyItem(9))], raised: []) == [.raise(signal(.safetyItem(9)), first)])
        #expect(AlertPolicy.default.raisedKinds == Set(AlertKind.allCases).subtracting([.guarded, .missedMeasure, .undiscussed]))
        let silent = AlertPolicy(
            version: "v", safetyDueSeconds: 1, deterioratingDueSeconds: 1, notOnTrackDueSeconds: 1,
            allianceDueSeconds: 1, escalationSeconds: 1, raisedKinds: [])
        #expect(silent.raisedKinds == [.safety])
    }

    /// A kind that is not raised hides nothing.
    @Test func aKindThatIsNotRaisedHidesNothing() {
        #expect(
            decide([signal(.expectedResponse80), signal(stalled)], raised: [.stalled]) == [.raise(signal(stalled), first)])
    }

    @Test func noHistoryLeavesTwoStepsOfTheLadderOpen() {
        var numbers = SeededNumbers(state: 17)
        let rules: [SignalRule] = [.expectedResponse80, .reliablyWorse, stalled, .allianceDrop, .safetyItem(9)]
        let ladder: [AlertKind] = [.deteriorating, .notOnTrack, .stalled]
        for _ in 1...300 {
            var standing: [CourseKey: [Signal]] = [:]
            var open: [OpenAlert] = []
            for step in 1...20 {
                let course = Bool.random(using: &numbers) ? first : second
                let after = rules.filter { _ in Int.random(in: 0...2, using: &numbers) == 0 }.map { signal($0, step) }
                let before = standing.removeValue(forKey: course) ?? []
                let decisions = AlertRules.decisions(
                    on: CourseChange(course: course, before: before, after: after), otherCourses: standing, open: open)
                standing[course] = after
                for decision in decisions {
                    switch decision {
                    case .supersede(let alert, _): open.removeAll { $0.id == alert.id }
                    case .raise(let signal, _):
                        let id = AlertID(rawValue: Examples.uuid(5, step * 8 + signal.kind.precedence))
                        open.append(OpenAlert(id: id, kind: signal.kind))
                    }
                }
                let kinds = open.map(\.kind)
                #expect(Set(kinds).count == kinds.count)
                #expect(kinds.count(where: ladder.contains) <= 1)
                for kind in after.map(\.kind) {
                    let graver = ladder.contains(kind) ? ladder.filter { $0 < kind } : []
                    #expect(kinds.contains(kind) || graver.contains(where: kinds.contains))
                }
            }
        }
    }
}
