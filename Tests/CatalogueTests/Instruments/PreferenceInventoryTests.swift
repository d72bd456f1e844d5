import Domain
import Testing

/// C-NIP (clinical-reference 1.2.16; Cooper and Norcross 2016).
@Suite struct PreferenceInventoryTests {
    @Test func theCNIPIsEighteenItemsBetweenTwoPoles() throws {
        let cnip = try Description(
            id: "c-nip", version: "1.1", items: 18, answers: -3...3, total: -54...54, direction: .higherIsBetter
        ).check()
        #expect(cnip.purpose == .preferences)
        #expect(
            cnip.subscales.map(\.items.numbers) == [
                [1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [11, 12, 13], [14, 15, 16, 17, 18],
            ])
        #expect(cnip.subscales.map(\.range) == [-15...15, -15...15, -9...9, -15...15])
        #expect(!cnip.hasBetterEnd)
        #expect(cnip.subscales.allSatisfy { $0.direction == nil })
        #expect(cnip.normSets.isEmpty)
    }

    /// Strong first pole, no strong preference, strong second pole: the limits of each scale are its own.
    @Test(arguments: [
        ("directiveness", -15, "strong_client_directiveness"), ("directiveness", -3, "strong_client_directiveness"),
        ("directiveness", -2, "no_strong_preference"), ("directiveness", 7, "no_strong_preference"),
        ("directiveness", 8, "strong_therapist_directiveness"),
        ("emotional-intensity", -1, "strong_emotional_reserve"), ("emotional-intensity", 0, "no_strong_preference"),
        ("emotional-intensity", 6, "no_strong_preference"), ("emotional-intensity", 7, "strong_emotional_intensity"),
        ("past-orientation", -3, "strong_present_orientation"), ("past-orientation", -2, "no_strong_preference"),
        ("past-orientation", 2, "no_strong_preference"), ("past-orientation", 3, "strong_past_orientation"),
        ("warm-support", -4, "strong_focused_challenge"), ("warm-support", -3, "no_strong_preference"),
        ("warm-support", 3, "no_strong_preference"), ("warm-support", 4, "strong_warm_support"),
        ("warm-support", 15, "strong_warm_support"),
    ])
    func theCNIPHasItsPublishedCutOffs(scale: String, score: Int, label: String) throws {
        let cnip = try Builtin.instrument("c-nip", "1.1")
        let subscale = try #require(cnip.subscales.first { $0.id.text == scale })
        #expect(subscale.bandSet?.band(of: score)?.label == label)
    }

    /// Vectors of clinical-reference 3.4: all five items of a scale count.
    @Test func theCNIPScoresAsComputedByHand() throws {
        let cnip = try Builtin.instrument("c-nip", "1.1")
        let first: [Int?] = [3, 2, 2, 1, 0]
        let second: [Int?] = [1, 1, 1, 1, 3]
        let rest: [Int?] = [-3, -3, 3, 0, 0, -1, -2, -1]
        #expect(
            try cnip.parts(first + second + rest) == [
                "directiveness": 8, "emotional-intensity": 7, "past-orientation": -3, "warm-support": -4,
            ])
        #expect(throws: AnswerProblem.missingItems(items: [10], allowed: 0)) {
            try cnip.total(answers(18, 0, [10: nil]))
        }
        #expect(throws: AnswerProblem.itemOutOfRange(item: 1, value: -4, allowed: -3...3)) {
            try cnip.total(answers(18, 0, [1: -4]))
        }
    }
}
