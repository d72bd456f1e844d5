extension ModelComparison {
    /// The comparison as a table of text: counts with what they are counts of, and 95 % intervals.
    public var table: String {
        let (alone, others) = (differingFlags.count { $0.champion.isFlag }, differingFlags.count { $0.challenger.isFlag })
        var lines = [
            "Courses: \(courses), of which closed: \(closedCourses); ratings after the first: \(points)",
            "Same state: \(agreement.words)",
            "Flagged by the champion: \(championFlags.words); by it alone: \(alone)",
            "Flagged by the challenger: \(challengerFlags.words); by it alone: \(others)",
        ]
        lines += ["", "Ratings by state: the champion's down, the challenger's across"] + crosstable
        lines += ["", "Fit of the champion: \(champion.heading)"] + champion.lines
        lines += ["", "Fit of the challenger: \(challenger.heading)"] + challenger.lines
        return lines.joined(separator: "\n") + "\n"
    }

    /// States that neither gives are left out.
    private var crosstable: [String] {
        let rows = CourseState.allCases.filter { state in states.keys.contains { $0.champion == state } }
        let columns = CourseState.allCases.filter { state in states.keys.contains { $0.challenger == state } }
        let width = (columns.map(\.rawValue.count).max() ?? 0) + 2
        func line(_ first: String, _ cells: [String]) -> String {
            "  " + first + String(repeating: " ", count: max(1, 22 - first.count))
                + cells.map { String(repeating: " ", count: max(1, width - $0.count)) + $0 }.joined()
        }
        return [line("", columns.map(\.rawValue))]
            + rows.map { row in
                line(row.rawValue, columns.map { "\(states[StatePair(champion: row, challenger: $0)] ?? 0)" })
            }
    }
}

extension ModelFitness {
    fileprivate var heading: String {
        switch self {
        case .bounds: "ratings beyond a bound on the unfavourable side"
        case .lines: "how closed courses end"
        case .none: "it has no model"
        }
    }

    fileprivate var lines: [String] {
        switch self {
        case .bounds(let calibration):
            ToleranceBound.allCases.map { bound in
                "  \(bound.rawValue) % bound, expected \(bound.tail.decimals(3)): "
                    + calibration.overall.worse(than: bound).words
            }
        case .lines(let attainment):
            [
                "  at the success line or better: \(attainment.reachedSuccess.words)",
                "  worse than the failure line: \(attainment.endedBelowFailure.words)",
            ]
        case .none: []
        }
    }
}
