import Domain

/// What a clinician's own courses tell them. Nothing of anybody else's stands beside it.
struct OwnPractice: Sendable {
    /// How first ratings of the work together turned out.
    struct FirstAlliance: Hashable, Sendable {
        let low: Int
        /// As good as can be.
        let highest: Int
        let total: Int
    }

    /// The mean change on the measure that most of the closed courses have.
    struct Change: Sendable {
        let instrument: Instrument
        let effect: EffectSize
    }

    /// Fewer closed courses with two ratings on one measure give no effect size, and fewer of anything no share: below,
    /// the figure says more about chance than about the work (Attune's own).
    static let minimum = 10
    /// By this session most of those who are going to improve have begun to.
    static let earlySession = 4

    /// Closed courses with two ratings or more, on the measure that most of them have.
    let closedCourses: Int
    /// Nil where there are too few, or where all began at the same score.
    let change: Change?
    /// Reliably improved by the early session, of courses that got there with two ratings.
    let early: Proportion
    let firstAlliance: FirstAlliance
    /// Talked about, of clients' ratings of outcome.
    let discussed: Proportion

    init(_ cases: [EpisodeCase]) {
        var pairs: [InstrumentReference: (instrument: Instrument, pairs: [FirstAndLast])] = [:]
        var (improved, reached, talked, ratings) = (0, 0, 0, 0)
        var (low, highest, alliances) = (0, 0, 0)
        for found in cases {
            let clients = Set(found.view.participants.filter { $0.role == .`self` || $0.role == .caretaker }.map(\.id))
            for (key, course) in found.view.courses where clients.contains(key.participant) {
                let points = course.trajectory.points
                guard let first = points.first, let last = points.last else { continue }
                let instrument = course.basis.instrument
                switch instrument.purpose {
                case .outcome:
                    ratings += points.count
                    talked += points.count { found.view.discussed($0.rating.id) != nil }
                    if found.closedOn != nil, points.count > 1 {
                        pairs[key.instrument, default: (instrument, [])].pairs.append(
                            FirstAndLast(first: first.rating.score, last: last.rating.score))
                    }
                    if let hasImproved = Self.hasImprovedEarly(course) {
                        reached += 1
                        if hasImproved { improved += 1 }
                    }
                case .alliance:
                    alliances += 1
                    if Self.best(instrument) == first.rating.score { highest += 1 }
                    let cutOff = instrument.allianceRule?.cutOff
                    if cutOff?.isClinical(first.rating.score, instrument.direction) == true { low += 1 }
                case .preferences: break
                }
            }
        }
        let most = pairs.min { ($1.value.pairs.count, $0.key) < ($0.value.pairs.count, $1.key) }?.value
        closedCourses = most?.pairs.count ?? 0
        change = most.flatMap(Self.change)
        early = Proportion(improved, of: reached)
        firstAlliance = FirstAlliance(low: low, highest: highest, total: alliances)
        discussed = Proportion(talked, of: ratings)
    }

    private static func change(_ most: (instrument: Instrument, pairs: [FirstAndLast])) -> Change? {
        guard let minimum = MinimumCases(minimum),
            let effect = try? EffectSize.simple(most.pairs, direction: most.instrument.direction, minimum: minimum)
        else { return nil }
        return Change(instrument: most.instrument, effect: effect)
    }

    /// Nil where it cannot be told: the course has no reliable change, did not reach the session, or has one rating by then.
    private static func hasImprovedEarly(_ course: Course) -> Bool? {
        let points = course.trajectory.points
        guard let threshold = course.basis.normSet?.reliableChange, let last = points.last,
            last.rating.session >= earlySession,
            let then = points.dropFirst().last(where: { $0.rating.session <= earlySession })
        else { return nil }
        return then.improvement >= threshold
    }

    private static func best(_ instrument: Instrument) -> Int {
        switch instrument.direction {
        case .higherIsBetter: instrument.totalRange.upperBound
        case .lowerIsBetter: instrument.totalRange.lowerBound
        }
    }
}
