import Domain
import Testing

/// C-NIP (clinical-reference 1.2.16 and 3.4).
@Suite struct PreferenceTests {
    private let inventory = PreferenceInventory.cooperNorcross

    /// Answers to the items of one scale, all others 0.
    private func answers(_ scale: PreferenceScale, _ values: [Int?]) -> [Int?] {
        var all = [Int?](repeating: 0, count: 18)
        all.replaceSubrange((scale.items.lowerBound - 1)...(scale.items.upperBound - 1), with: values)
        return all
    }

    private func result(_ scale: PreferenceScale, _ values: [Int?]) throws -> PreferenceResult {
        try inventory.score(answers(scale, values))[scale]
    }

    @Test(arguments: [
        // Rows of clinical-reference 3.4.
        (PreferenceScale.directiveness, [3, 2, 2, 1, 0], 8, PreferenceLean.strongFirst),
        (.directiveness, [3, 2, 1, 1, 0], 7, .notStrong), (.directiveness, [-1, -1, -1, 0, 0], -3, .strongSecond),
        (.emotion, [-1, 0, 0, 0, 0], -1, .strongSecond), (.emotion, [0, 0, 0, 0, 0], 0, .notStrong),
        // The four-item bug: without item 10 the sum is 4 and nothing is strong.
        (.emotion, [1, 1, 1, 1, 3], 7, .strongFirst),
        // The mistake of 8 for every scale: 7, 3 and 4 are strong elsewhere, and so are -1, -3 and -4.
        (.time, [1, 1, 1], 3, .strongFirst), (.time, [-1, -1, -1], -3, .strongSecond),
        (.support, [1, 1, 1, 1, 0], 4, .strongFirst), (.support, [-1, -1, -1, -1, 0], -4, .strongSecond),
    ])
    func theSumOfAScaleHasItsMeaning(
        scale: PreferenceScale, values: [Int], sum: Int, lean: PreferenceLean
    ) throws {
        #expect(try result(scale, values) == .scored(sum: sum, lean))
    }

    /// Every sum of every scale against the published table, including its ends.
    @Test(arguments: [
        (PreferenceScale.directiveness, -15...15, -2...7), (.emotion, -15...15, 0...6), (.time, -9...9, -2...2),
        (.support, -15...15, -3...3),
    ])
    func everySumFallsWhereTheTableHasIt(
        scale: PreferenceScale, range: ClosedRange<Int>, notStrong: ClosedRange<Int>
    ) {
        #expect(scale.range == range)
        for sum in range {
            let lean = inventory.cutOffs(of: scale).lean(of: sum)
            if notStrong.contains(sum) {
                #expect(lean == .notStrong)
            } else {
                #expect(lean == (sum > notStrong.upperBound ? .strongFirst : .strongSecond))
            }
        }
    }

    @Test func everyItemBelongsToExactlyOneScale() throws {
        #expect(PreferenceScale.allCases.flatMap { Array($0.items) } == Array(1...18))
        for item in 1...18 {
            var all = [Int?](repeating: 0, count: 18)
            all[item - 1] = 3
            let profile = try inventory.score(all)
            for scale in PreferenceScale.allCases {
                guard case .scored(let sum, _) = profile[scale] else {
                    Issue.record("not scored")
                    continue
                }
                #expect(sum == (scale.items.contains(item) ? 3 : 0))
            }
        }
    }

    @Test func aScaleWithAnUnansweredItemHasNoSumAndTheOthersDo() throws {
        var all = [Int?](repeating: 1, count: 18)
        all[9] = nil
        let profile = try inventory.score(all)
        #expect(profile[.emotion] == .incomplete(missing: [10]))
        #expect(profile[.directiveness] == .scored(sum: 5, .notStrong))
        #expect(profile[.time] == .scored(sum: 3, .strongFirst))
        #expect(profile[.support] == .scored(sum: 5, .strongFirst))
        #expect(profile.strongPreferences == [.time, .support])
    }

    @Test func answersThatAreNoneOfTheInventoryAreRefused() {
        #expect(throws: AnswerProblem.wrongItemCount(given: 17, expected: 18)) {
            try inventory.score([Int?](repeating: 0, count: 17))
        }
        #expect(throws: AnswerProblem.noAnswers) { try inventory.score([Int?](repeating: nil, count: 18)) }
        for value in [-4, 4] {
            #expect(throws: AnswerProblem.itemOutOfRange(item: 6, value: value, allowed: -3...3)) {
                try inventory.score(answers(.emotion, [value, 0, 0, 0, 0]))
            }
        }
    }

    @Test func aSiteMaySetItsOwnCutOffsButNoneThatOverlap() throws {
        #expect(PreferenceCutOffs(first: 3, second: 3) == nil)
        let eight = try #require(PreferenceCutOffs(first: 8, second: -8))
        let own = PreferenceInventory(
            version: "site", source: "own", directiveness: eight, emotion: eight, time: eight, support: eight)
        #expect(try own.score(answers(.emotion, [1, 1, 1, 1, 3]))[.emotion] == .scored(sum: 7, .notStrong))
    }

    @Test func preferencesAreReviewedOnTheirDay() throws {
        let plan = try #require(PreferenceReviewPlan(daysUntilReview: 28))
        let answered = CalendarDay(daysSinceEpoch: 20_000)
        #expect(plan.due(answeredOn: answered).daysSinceEpoch == 20_028)
        #expect(!plan.isDue(on: CalendarDay(daysSinceEpoch: 20_027), answeredOn: answered))
        #expect(plan.isDue(on: CalendarDay(daysSinceEpoch: 20_028), answeredOn: answered))
        #expect(PreferenceReviewPlan(daysUntilReview: 0) == nil)
    }

    @Test func whatBecameOfPreferencesIsCounted() {
        let entries = [Accommodation.yes, .yes, .partly, .no].map {
            PreferenceAccommodation(
                scale: .time, asked: .strongFirst, agreed: .follow, accommodated: $0, recordedBy: "c1",
                day: CalendarDay(daysSinceEpoch: 20_000))
        }
        #expect(Accommodation.allCases.map { entries.share($0).count } == [2, 1, 1])
        #expect(entries.share(.yes).proportion == 0.5)
        #expect([PreferenceAccommodation]().share(.yes).proportion == nil)
    }
}
