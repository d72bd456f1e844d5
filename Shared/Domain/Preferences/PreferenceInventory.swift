/// The inventory with the cut-offs in force: 18 items from −3 to 3, towards the first pole where positive.
public struct PreferenceInventory: Hashable, Sendable {
    public static let itemCount = 18
    public static let itemRange = -3...3

    public let version: String
    /// Where the cut-offs come from.
    public let source: String
    private let directiveness: PreferenceCutOffs
    private let emotion: PreferenceCutOffs
    private let time: PreferenceCutOffs
    private let support: PreferenceCutOffs

    public init(
        version: String, source: String, directiveness: PreferenceCutOffs, emotion: PreferenceCutOffs,
        time: PreferenceCutOffs, support: PreferenceCutOffs
    ) {
        self.version = version
        self.source = source
        self.directiveness = directiveness
        self.emotion = emotion
        self.time = time
        self.support = support
    }

    /// The published cut-offs, which differ from scale to scale and from pole to pole (clinical-reference
    /// 1.2.16). One document in use puts 8 for all of them, which is wrong.
    public static let cooperNorcross = PreferenceInventory(
        version: "1.1", source: "Cooper and Norcross 2016, Int J Clin Health Psychol 16:87-98",
        directiveness: PreferenceCutOffs(checked: 8, -3), emotion: PreferenceCutOffs(checked: 7, -1),
        time: PreferenceCutOffs(checked: 3, -3), support: PreferenceCutOffs(checked: 4, -4))

    public func cutOffs(of scale: PreferenceScale) -> PreferenceCutOffs {
        switch scale {
        case .directiveness: directiveness
        case .emotion: emotion
        case .time: time
        case .support: support
        }
    }

    /// Sums the answers scale by scale. A scale with an unanswered item has no sum: no rule for making one up
    /// is published.
    /// - Parameter answers: one entry per item, in order; nil where unanswered.
    /// - Throws: `wrongItemCount`, `itemOutOfRange`, or `noAnswers` where nothing is answered.
    public func score(_ answers: [Int?]) throws(AnswerProblem) -> PreferenceProfile {
        guard answers.count == Self.itemCount else {
            throw .wrongItemCount(given: answers.count, expected: Self.itemCount)
        }
        guard answers.contains(where: { $0 != nil }) else { throw .noAnswers }
        for (index, answer) in answers.enumerated() {
            guard let answer, !Self.itemRange.contains(answer) else { continue }
            throw .itemOutOfRange(item: index + 1, value: answer, allowed: Self.itemRange)
        }
        return PreferenceProfile(
            version: version, directiveness: result(.directiveness, answers), emotion: result(.emotion, answers),
            time: result(.time, answers), support: result(.support, answers))
    }

    private func result(_ scale: PreferenceScale, _ answers: [Int?]) -> PreferenceResult {
        var sum = 0
        var missing: [Int] = []
        for item in scale.items {
            if let answer = answers[item - 1] { sum += answer } else { missing.append(item) }
        }
        guard missing.isEmpty else { return .incomplete(missing: missing) }
        return .scored(sum: sum, cutOffs(of: scale).lean(of: sum))
    }
}

/// What somebody's answers say on one scale.
public enum PreferenceResult: Hashable, Sendable {
    case scored(sum: Int, PreferenceLean)
    /// Items unanswered, counted from 1.
    case incomplete(missing: [Int])
}

/// What somebody's answers say about how to work together.
public struct PreferenceProfile: Hashable, Sendable {
    /// Of the inventory.
    public let version: String
    private let directiveness: PreferenceResult
    private let emotion: PreferenceResult
    private let time: PreferenceResult
    private let support: PreferenceResult

    init(
        version: String, directiveness: PreferenceResult, emotion: PreferenceResult, time: PreferenceResult,
        support: PreferenceResult
    ) {
        self.version = version
        self.directiveness = directiveness
        self.emotion = emotion
        self.time = time
        self.support = support
    }

    public subscript(scale: PreferenceScale) -> PreferenceResult {
        switch scale {
        case .directiveness: directiveness
        case .emotion: emotion
        case .time: time
        case .support: support
        }
    }

    /// The scales with a strong preference, which are the ones to talk about first.
    public var strongPreferences: [PreferenceScale] {
        PreferenceScale.allCases.filter { scale in
            switch self[scale] {
            case .scored(_, .strongFirst), .scored(_, .strongSecond): true
            case .scored(_, .notStrong), .incomplete: false
            }
        }
    }
}
