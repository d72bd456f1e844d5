/// A sudden gain or loss between two neighbouring sessions.
public struct SuddenChange: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case gain, loss
    }

    public let kind: Kind
    /// Place of the session before the change in the scores searched, from 0; the change leads to the next.
    public let place: Int
    /// In steps.
    public let before: Int
    /// In steps.
    public let after: Int
    /// Whether more than half of the change was lost again at any later session (reversal; Tang and
    /// DeRubeis 1999, counted as the R package suddengains counts it: exactly half is not enough).
    public let isReversed: Bool

    /// In steps, above 0 for gains and losses alike.
    public var magnitude: Int { after > before ? after - before : before - after }
}

/// What the criteria say about the step from one session to the next.
public enum SuddenVerdict: Hashable, Sendable {
    case sudden(SuddenChange.Kind)
    case notSudden
    /// The session before or after is missing, or fewer than two scores stand on one of the sides.
    case notEnoughScores
}

extension SuddenChangeRule {
    /// Every sudden gain and loss of a course, in order.
    /// - Parameter scores: one entry for each session in order, in steps; nil where the measure was missed.
    ///   The step between two entries is judged only if neither is missing. Whether the list begins with an
    ///   assessment before treatment is the caller's choice: then a gain from the first session on can be
    ///   seen.
    public func changes(in scores: [Int?]) -> [SuddenChange] {
        var found: [SuddenChange] = []
        for place in scores.indices.dropLast() {
            guard case .sudden(let kind) = verdict(on: scores, from: place),
                let before = scores[place], let after = scores[place + 1]
            else { continue }
            let change = direction.improvement(from: before, to: after)
            let later = scores[(place + 2)...].compactMap { $0 }
            let isReversed = later.contains { score in
                let lost = -direction.improvement(from: after, to: score)
                return change > 0 ? 2 * lost > change : 2 * lost < change
            }
            found.append(
                SuddenChange(kind: kind, place: place, before: before, after: after, isReversed: isReversed))
        }
        return found
    }

    /// What the criteria say about one step.
    /// - Parameters:
    ///   - scores: as of `changes(in:)`.
    ///   - place: of the session before the step.
    public func verdict(on scores: [Int?], from place: Int) -> SuddenVerdict {
        guard scores.indices.contains(place), scores.indices.contains(place + 1),
            let before = scores[place], let after = scores[place + 1]
        else { return .notEnoughScores }
        let sidesBefore = Side(scores[max(0, place - 2)...place])
        let sidesAfter = Side(scores[(place + 1)...min(place + 3, scores.count - 1)])
        if stability != nil, sidesBefore.count < 2 || sidesAfter.count < 2 { return .notEnoughScores }

        let change = direction.improvement(from: before, to: after)
        guard change.magnitude >= smallestChange, isLarge(change, besides: before) else { return .notSudden }
        let kind: SuddenChange.Kind = change > 0 ? .gain : .loss
        guard let stability else { return .sudden(kind) }
        return sidesBefore.isApart(from: sidesAfter, rising: after > before, by: stability)
            ? .sudden(kind) : .notSudden
    }

    private func isLarge(_ change: Int, besides before: Int) -> Bool {
        guard let share else { return true }
        let base =
            switch (share.base, direction) {
            case (.score, _): before
            case (.severity, .lowerIsBetter): before - totalRange.lowerBound
            case (.severity, .higherIsBetter): totalRange.upperBound - before
            }
        return Int(change.magnitude) * 100 >= share.percent * base
    }
}

/// The scores on one side of a step, as the sums that criterion 3 needs. Everything up to the critical value
/// is whole numbers, so that no order of summing can change a verdict.
private struct Side {
    var count = 0
    var sum = 0
    var sumOfSquares = 0

    init(_ scores: some Sequence<Int?>) {
        for case let score? in scores {
            count += 1
            sum += score
            sumOfSquares += score * score
        }
    }

    /// Criterion 3: |M₁ − M₂| > c·√(((n₁−1)·s₁² + (n₂−1)·s₂²) / (n₁+n₂−2)), with both sides squared and
    /// multiplied by (n₁n₂)²·(n₁+n₂−2). The means must differ in the direction of the step.
    func isApart(from after: Side, rising: Bool, by values: StabilityCriticalValues) -> Bool {
        let difference = after.sum * count - sum * after.count
        guard difference != 0, (difference > 0) == rising else { return false }
        let scores = count + after.count
        let critical =
            switch scores {
            case 6: values.ofSix
            case 5: values.ofFive
            default: values.ofFour
            }
        let product = count * after.count
        let scatter =
            product * (sumOfSquares + after.sumOfSquares) - after.count * sum * sum
            - count * after.sum * after.sum
        return Double(difference * difference * (scores - 2)) > critical * critical * Double(scatter * product)
    }
}

extension Trajectory {
    /// One entry for each of the clinic's sessions from the first rating to the last, nil where there is no
    /// rating: what sudden changes are searched in. Of several ratings of a session the last one stands.
    public var scoresBySession: [Int?] {
        let sessions = points.map(\.rating.session)
        guard let first = sessions.min(), let last = sessions.max() else { return [] }
        var scores = [Int?](repeating: nil, count: last - first + 1)
        for point in points { scores[point.rating.session - first] = point.rating.score }
        return scores
    }
}
