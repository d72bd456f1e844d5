import Domain
import Testing

/// Couples and families (clinical-reference 5.4): no figure there is published.
@Suite struct PartnerTests {
    private func kinds(_ episode: Episodes, _ session: Int = 9) -> [PartnerDiscrepancy.Kind] {
        episode.view(Episodes.day(session)).discrepancies(.standard).map(\.kind)
    }

    private func couple(_ basis: ScoringBasis, _ first: [Int], _ second: [Int]) -> Episodes {
        var episode = Episodes(people: 2)
        for (person, scores) in [(1, first), (2, second)] {
            episode.rate(person, basis, Episodes.bySession(scores))
        }
        return episode
    }

    /// Two reliable changes of 5.0 apart.
    @Test(arguments: [
        ([200], [300], [PartnerDiscrepancy.Kind.gap]), ([300], [200], [.gap]), ([200], [299], []), ([200], [200], []),
    ])
    func scoresFarApartAreADiscrepancy(first: [Int], second: [Int], expected: [PartnerDiscrepancy.Kind]) {
        #expect(kinds(couple(Episodes.outcome, first, second)) == expected)
    }

    /// One better by 5.0, the other worse by 5.0, each than at their own first rating.
    @Test(arguments: [
        ([200, 250], [260, 210], true), ([260, 210], [200, 250], true), ([200, 249], [260, 210], false),
        ([200, 250], [260, 211], false), ([200, 250], [210, 260], false), ([250, 200], [260, 210], false),
    ])
    func goingApartIsADiscrepancy(first: [Int], second: [Int], speaks: Bool) {
        #expect(kinds(couple(Episodes.outcome, first, second)).contains(.diverging) == speaks)
    }

    /// 36.0 itself is not low.
    @Test(arguments: [
        ([360], [359], true), ([359], [360], true), ([360], [400], false), ([359], [200], false),
    ])
    func anAllianceLowForOneAloneIsADiscrepancy(first: [Int], second: [Int], speaks: Bool) {
        #expect(kinds(couple(Episodes.alliance, first, second)) == (speaks ? [.alliance] : []))
    }

    /// Ratings of different sessions are not held against each other.
    @Test func theNewestSessionBothHaveRatedCounts() {
        var episode = couple(Episodes.outcome, [200, 200], [200, 200])
        episode.rate(2, Episodes.outcome, 350, from: 3)
        #expect(kinds(episode).isEmpty)
        episode.rate(1, Episodes.outcome, 200, from: 3)
        #expect(kinds(episode) == [.gap])
        #expect(episode.view(Episodes.day(9)).discrepancies(.standard).map(\.session) == [3])
        #expect(kinds(episode, 2).isEmpty)
    }

    @Test func differentReliableChangesAreNotMixed() throws {
        let wide = NormSet(
            id: NormSetID(unchecked: "wide"), title: "wide", population: Examples.adults,
            cutOff: CutOff(value: 250, isInclusive: false), reliableChange: 60, source: "one", confidence: .sourced)
        var episode = couple(Episodes.outcome, [200, 250], [200])
        episode.rate(2, ScoringBasis(instrument: Examples.outcome, normSet: wide, model: nil), [1: 300, 2: 241])
        // The larger change makes 12.0 of a gap; 5.9 worse is not reliable for the second.
        #expect(kinds(episode, 1).isEmpty)
        #expect(kinds(episode, 2).isEmpty)
        let three = try #require(DiscrepancyRule(reliableChanges: 3, evidence: DiscrepancyRule.standard.evidence))
        let far = couple(Episodes.outcome, [100], [240]).view(Episodes.day(1))
        #expect(far.discrepancies(three).isEmpty)
        #expect(far.discrepancies(.standard).count == 1)
        #expect(DiscrepancyRule(reliableChanges: 0, evidence: DiscrepancyRule.standard.evidence) == nil)
    }

    @Test func othersWhoRateAreNoPartners() {
        var episode = couple(Episodes.outcome, [200], [])
        episode.events.append(.participantJoined(Participant(id: Episodes.person(5), role: .collateral, ageBand: .adult)))
        episode.rate(5, Episodes.outcome, 390)
        #expect(kinds(episode).isEmpty)
    }

    @Test func everyPairOfAFamilyIsLookedAt() {
        var episode = Episodes(people: 3)
        for (person, score) in [(1, 100), (2, 200), (3, 300)] { episode.rate(person, Episodes.outcome, score) }
        let pairs = episode.view(Episodes.day(2)).discrepancies(.standard).map(\.partners)
        #expect(pairs == [[1, 2], [1, 3], [2, 3]].map { $0.map(Episodes.person) })
    }

    // MARK: Privacy

    @Test(arguments: [([], [1, 2]), ([1], [2]), ([2], [1])] as [([Int], [Int])])
    func withoutBothConsentsThereIsNoJointView(consenting: [Int], refusing: [Int]) {
        var episode = couple(Episodes.outcome, [137], [311])
        for person in consenting { episode.consent(person, true) }
        #expect(throws: JointViewRefusal.noConsent(refusing.map(Episodes.person))) {
            try JointView(episode.view(Episodes.day(2)), Episodes.person(1), Episodes.person(2))
        }
    }

    @Test func withBothConsentsTheFiguresStandSideBySide() throws {
        var episode = couple(Episodes.outcome, [130, 137], [260, 311])
        episode.consent(1, true)
        episode.consent(2, true)
        let view = episode.view(Episodes.day(2))
        let joint = try JointView(view, Episodes.person(1), Episodes.person(2))
        let discrepancy = try #require(view.discrepancies(.standard).first)
        let figures = joint.figures(of: discrepancy)
        #expect(figures.map(\.participant) == [1, 2].map(Episodes.person))
        #expect(figures.map(\.score) == [137, 311])
        #expect(figures.map(\.improvement) == [7, 51])
        episode.consent(2, false, on: Episodes.day(3))
        #expect(throws: JointViewRefusal.noConsent([Episodes.person(2)])) {
            try JointView(episode.view(Episodes.day(3)), Episodes.person(1), Episodes.person(2))
        }
    }

    @Test func aJointViewIsOfTwoWhoAreInTheEpisode() {
        var episode = couple(Episodes.outcome, [137], [311])
        for person in [1, 2, 8] { episode.consent(person, true) }
        let view = episode.view(Episodes.day(2))
        #expect(throws: JointViewRefusal.samePerson) {
            try JointView(view, Episodes.person(1), Episodes.person(1))
        }
        #expect(throws: JointViewRefusal.notInEpisode) {
            try JointView(view, Episodes.person(1), Episodes.person(8))
        }
        #expect(view.ownView(of: Episodes.person(8)) == nil)
    }

    /// Everything that can be had of the findings without a joint view, written out: no figure of the couple is in it.
    @Test func noFindingWithoutAJointViewShowsAFigureOfTheOther() throws {
        var episode = couple(Episodes.outcome, [137, 137], [311, 389])
        let alliance = couple(Episodes.alliance, [383, 377], [291, 293])
        episode.courses.merge(alliance.courses) { one, _ in one }
        episode.consent(1, true)
        let view = episode.view(Episodes.day(2, plus: 20))
        let secrets = ["311", "389", "291", "293", "31.1", "38.9", "29.1", "29.3", "78", "7.8"]
        let discrepancies = view.discrepancies(.standard)
        #expect(discrepancies.map(\.kind).contains(.gap) && discrepancies.map(\.kind).contains(.alliance))
        for discrepancy in discrepancies {
            let words = everything(in: discrepancy)
            for secret in secrets { #expect(!words.contains(secret), "\(discrepancy.rule) tells \(secret)") }
        }
        // What is for the first partner is about the first partner, and no discrepancy is among it.
        let own = view.findings(about: Episodes.person(1))
        #expect(!own.isEmpty)
        for finding in own {
            #expect(finding.subject == Episodes.person(1))
            if case .discrepancy = finding { Issue.record("a discrepancy tells of both") }
            let words = everything(in: finding)
            for secret in secrets { #expect(!words.contains(secret), "\(finding.rule) tells \(secret)") }
        }
        let ownView = try #require(view.ownView(of: Episodes.person(1)))
        #expect(ownView.courses.count == 2)
        let scores = ownView.courses.values.flatMap { $0.trajectory.points.map(\.rating.score) }
        #expect(scores.sorted() == [137, 137, 377, 383])
    }

    /// All stored values of a value, and of those within it, but for ids, whose digits mean nothing.
    private func everything(in value: Any) -> String {
        if value is any Identity { return "" }
        let mirror = Mirror(reflecting: value)
        if mirror.children.isEmpty { return "\(value) " }
        return mirror.children.map { "\($0.label ?? "") " + everything(in: $0.value) }.joined()
    }
}
