import Domain
import Testing

@Suite struct AlertRulesTests {
    private let first = CourseKey(
        participant: ParticipantID(rawValue: Examples.uuid(2, 1)), instrument: Examples.outcome.reference)
    private let second = CourseKey(
        participant: ParticipantID(rawValue: Examples.uuid(2, 2)), instrument: Examples.outcome.reference)

    private func signal(_ rule: SignalRule, _ rating: Int = 1) -> Signal {
        Signal(rule: rule, rating: Examples.ratingID(rating))
    }

    private func alert(_ kind: AlertKind) -> OpenAlert {
        OpenAlert(id: AlertID(rawValue: Examples.uuid(4, kind.precedence)), kind: kind)
    }

    private func decide(
        before: [Signal] = [], after: [Signal], others: [CourseKey: [Signal]] = [:], open: [AlertKind] = [],
        episodeIsOpen: Bool = true
    ) -> [AlertDecision] {
        AlertRules.decisions(
            on: CourseChange(course: first, before: before, after: after), otherCourses: others,
            open: open.map(alert), episodeIsOpen: episodeIsOpen)
    }

    @Test func aSignalRaisesItsAlertAndTheGravestComesFirst() {
        let signals = [signal(.allianceCutOff), signal(.expectedResponse80), signal(.safetyItem(9))]
        #expect(
            decide(after: signals)
                == [
                    .raise(signal(.safetyItem(9)), first), .raise(signal(.expectedResponse80), first),
                    .raise(signal(.allianceCutOff), first),
                ])
    }

    @Test func anEpisodeHasOneOpenAlertOfAKind() {
        #expect(decide(after: [signal(.expectedResponse80, 2)], open: [.notOnTrack]).isEmpty)
        #expect(decide(after: [signal(.safetyItem(9), 2)], open: [.safety]).isEmpty)
        let alliance = decide(after: [signal(.allianceCutOff), signal(.allianceDrop)])
        #expect(alliance == [.raise(signal(.allianceCutOff), first)])
    }

    @Test func anAlertFallsAwayOnlyWhenNoCourseOfTheEpisodeSpeaksOfIt() {
        let other = [second: [signal(.expectedResponse80, 7)]]
        let before = [signal(.expectedResponse80)]
        #expect(decide(before: before, after: [], others: other, open: [.notOnTrack]).isEmpty)
        #expect(
            decide(before: before, after: [], open: [.notOnTrack])
                == [.supersede(alert(.notOnTrack), .courseChanged)])
    }

    @Test func deteriorationTakesThePlaceOfNotOnTrack() {
        let expected: [AlertDecision] = [
            .supersede(alert(.notOnTrack), .graverAlert), .raise(signal(.reliablyWorse, 2), first),
        ]
        #expect(
            decide(before: [signal(.expectedResponse80)], after: [signal(.reliablyWorse, 2)], open: [.notOnTrack])
                == expected)
        let other = [second: [signal(.expectedResponse80, 7)]]
        #expect(decide(after: [signal(.reliablyWorse, 2)], others: other, open: [.notOnTrack]) == expected)
    }

    @Test func notOnTrackIsNotRaisedWhileDeteriorationIsOpen() {
        let other = [second: [signal(.reliablyWorse, 7)]]
        #expect(decide(after: [signal(.expectedResponse80)], others: other, open: [.deteriorating]).isEmpty)
    }

    @Test func aNotOnTrackThatDeteriorationHadHiddenIsRaisedWhenDeteriorationFallsAway() {
        let other = [second: [signal(.expectedResponse80, 7)]]
        #expect(
            decide(before: [signal(.reliablyWorse)], after: [], others: other, open: [.deteriorating])
                == [
                    .supersede(alert(.deteriorating), .courseChanged),
                    .raise(signal(.expectedResponse80, 7), second),
                ])
    }

    @Test func anAnsweredSignalDoesNotComeBackUntilTheNextRatingSpeaks() {
        let before = [signal(.expectedResponse80, 2)]
        #expect(decide(before: before, after: [signal(.expectedResponse80, 2)]).isEmpty)
        #expect(
            decide(before: before, after: [signal(.expectedResponse80, 3)])
                == [.raise(signal(.expectedResponse80, 3), first)])
    }

    @Test func safetyIsNeverSupersededAndIsRaisedWheneverItSpeaks() {
        #expect(decide(before: [signal(.safetyItem(9))], after: [], open: [.safety]).isEmpty)
        #expect(
            decide(before: [signal(.safetyItem(9))], after: [signal(.safetyItem(9))])
                == [.raise(signal(.safetyItem(9)), first)])
    }

    @Test func closingTheEpisodeLeavesOnlySafetyOpen() {
        let decisions = AlertRules.decisionsOnClosing(open: AlertKind.allCases.map(alert))
        let expected = AlertKind.allCases.filter { $0 != .safety }.map {
            AlertDecision.supersede(alert($0), .episodeClosed)
        }
        #expect(Set(decisions) == Set(expected))
    }

    @Test func aClosedEpisodeRaisesNothingButSafety() {
        let signals = [signal(.safetyItem(9)), signal(.reliablyWorse), signal(.allianceDrop)]
        #expect(decide(after: signals, episodeIsOpen: false) == [.raise(signal(.safetyItem(9)), first)])
    }

    @Test func everyKindHasItsDueTimeAndEscalatesNoLaterThanThat() {
        let policy = AlertPolicy.default
        let now = Timestamp(microseconds: 0)
        let due = AlertKind.allCases.map { policy.dueTime(for: $0, raisedAt: now).microseconds / 3_600_000_000 }
        #expect(zip(AlertKind.allCases, due).allSatisfy { kind, hours in
            hours
                == [
                    .safety: 1, .deteriorating: 24, .notOnTrack: 72, .alliance: 72, .stalled: 72, .guarded: 168,
                    .missedMeasure: 168, .undiscussed: 168,
                ][kind]
        })
        #expect(policy.nextAudience(for: .safety, level: 1, at: now).dueAt.microseconds == 3_600_000_000)
        #expect(policy.nextAudience(for: .alliance, level: 1, at: now).dueAt.microseconds == 24 * 3_600_000_000)
    }

    /// Whatever the history, an episode never has two open alerts of a kind, nor "not on track" beside
    /// "deteriorating", and no signal that nobody has seen stays without an alert.
    @Test func noHistoryBreaksTheRules() {
        var numbers = SeededNumbers(state: 5)
        let rules: [SignalRule] = [.expectedResponse80, .reliablyWorse, .allianceDrop, .safetyItem(9)]
        for _ in 1...200 {
            var standing: [CourseKey: [Signal]] = [:]
            var open: [OpenAlert] = []
            for step in 1...20 {
                let course = Bool.random(using: &numbers) ? first : second
                let after = rules.filter { _ in Int.random(in: 0...2, using: &numbers) == 0 }
                    .map { signal($0, step) }
                let before = standing[course] ?? []
                standing[course] = nil
                let decisions = AlertRules.decisions(
                    on: CourseChange(course: course, before: before, after: after), otherCourses: standing,
                    open: open)
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
                #expect(!(kinds.contains(.notOnTrack) && kinds.contains(.deteriorating)))
                for signal in after where signal.kind != .notOnTrack || !kinds.contains(.deteriorating) {
                    #expect(kinds.contains(signal.kind))
                }
            }
        }
    }
}
