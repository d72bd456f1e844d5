extension DetectionStudy {
    /// The study as a table of text: shares with their 95 % intervals, "–" where there were no cases.
    public var table: String {
        var lines = [
            "Courses with two or more ratings: \(courses); left out: \(coursesLeftOut)",
            "Courses that \(truth.words): \(deteriorated.words)",
            "Without an expected response at any session: \(withoutExpectation.words)",
        ]
        for figures in rules {
            lines += ["", "Flag: \(figures.rule.heading)", "  ever flagged: \(figures.everFlagged.words)"]
            lines.append("  session of the first flag, median: \(figures.sessionsUntilFlag.words)")
            lines.append("  the same, of courses that \(truth.words): \(figures.sessionsUntilTrueFlag.words)")
            lines.append("  by rating  sensitivity            specificity            courses that went on: ")
            lines.append("                                                           sensitivity            specificity")
            for at in figures.byRating {
                let shares = [at.all.sensitivity, at.all.specificity, at.ahead.sensitivity, at.ahead.specificity]
                let cells = shares.map { padded($0.cell, 21) }.joined(separator: "  ")
                lines.append("  \(padded(String(at.rating), 9))  \(cells)")
            }
        }
        return lines.map { String($0.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n") + "\n"
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

extension DetectionStudy.Truth {
    var words: String {
        switch self {
        case .endedReliablyWorse: "ended reliably worse"
        case .madeToDeteriorate: "were made to deteriorate"
        }
    }
}

extension FlagRule {
    var heading: String {
        bound == nil ? label : "worse than the \(label), or reliably worse"
    }
}

extension Proportion {
    /// E.g. `0.842 [0.824, 0.859]`.
    var cell: String {
        guard let share, let interval else { return "–" }
        return "\(share.decimals(3)) [\(interval.lowerBound.decimals(3)), \(interval.upperBound.decimals(3))]"
    }

    /// E.g. `1692 of 19417, 0.087 [0.083, 0.091]`.
    var words: String { "\(count) of \(total), \(cell)" }
}

extension MedianEstimate? {
    var words: String {
        guard let self else { return "–" }
        let (low, high) = (self.interval.lowerBound, self.interval.upperBound)
        return "\(self.median.decimals(1)) [\(low.decimals(1)), \(high.decimals(1))] of \(self.cases) courses"
    }
}

extension Double {
    /// With so many decimal places, 1 to 3, halves away from zero; for figures below a billion.
    func decimals(_ places: Int) -> String {
        let denominator = [10, 100, 1000][min(max(places, 1), 3) - 1]
        guard magnitude < 1e9 else { return "–" }
        return DecimalSteps.text(Int((self * Double(denominator)).rounded()), denominator: denominator)
    }
}
