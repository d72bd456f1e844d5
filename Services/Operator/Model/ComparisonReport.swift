import Domain
import ServiceKit

/// What `attune model compare` found, as text and as JSON.
struct ComparisonReport {
    /// Of the episodes of the site.
    struct Counts {
        var episodes = 0
        /// Opened before the day asked for, and left out.
        var before = 0
        /// Of those looked at.
        var closed = 0
        /// Holding an event that cannot be applied; compared up to it.
        var broken = 0
        /// Courses of raters for whom there is no challenger.
        var unchallenged = 0
    }

    struct Part {
        let group: LedgerComparison.Group
        /// Nil: none.
        let champion: ModelReference?
        /// Nil where nobody has decided.
        let decision: ModelActivation?
        let challenger: ModelReference?
        let comparison: ModelComparison
    }

    let site: SiteID
    let instrument: InstrumentReference
    let since: CalendarDay?
    let counts: Counts
    let parts: [Part]

    var text: String {
        let before = since.map { ", of which opened before \($0) and left out: \(counts.before)" }
        var lines = [
            "\(instrument) at \(site)", "Episodes: \(counts.episodes)\(before ?? "")",
            "Of the \(counts.episodes - counts.before) looked at, closed: \(counts.closed); with an event that cannot be "
                + "applied, compared up to it: \(counts.broken)",
            "Courses of raters without a challenger, left out: \(counts.unchallenged)",
        ]
        if parts.isEmpty { lines.append("No course to compare.") }
        for part in parts {
            lines += [
                "", "Raters: \(part.group.role.rawValue), \(part.group.ageBand.rawValue); norm set: "
                    + (part.group.normSet?.text ?? "none"),
                "Champion: \(part.champion?.name ?? "none"), \(part.decision?.words ?? "where nobody has decided")",
                "Challenger: \(part.challenger?.name ?? "none")", "", part.comparison.table,
            ]
        }
        var text = lines.joined(separator: "\n")
        while text.last == "\n" { text.removeLast() }
        return text
    }

    var json: JSON {
        [
            "site": .text(site), "instrument": .text(instrument), "since": .text(since),
            "episodes": .integer(counts.episodes), "episodes_before": .integer(counts.before),
            "episodes_closed": .integer(counts.closed), "episodes_not_whole": .integer(counts.broken),
            "courses_without_challenger": .integer(counts.unchallenged), "groups": .array(parts.map(\.json)),
        ]
    }
}

extension ModelActivation {
    fileprivate var words: String { "by decision of \(by) on \(activatedAt)" }
}

extension ComparisonReport.Part {
    fileprivate var json: JSON {
        [
            "rater": .string(group.role.rawValue), "age": .string(group.ageBand.rawValue), "norm_set": .text(group.normSet),
            "champion": champion.json, "decided_by": .text(decision?.by), "decided_at": .text(decision?.activatedAt),
            "challenger": challenger.json, "courses": .integer(comparison.courses),
            "courses_closed": .integer(comparison.closedCourses), "ratings": .integer(comparison.points),
            "same_state": comparison.agreement.json, "champion_flags": comparison.championFlags.json,
            "challenger_flags": comparison.challengerFlags.json, "states": .array(states),
            "differing_flags": .array(
                comparison.differingFlags.map {
                    [
                        "rating": .text($0.rating), "champion": .string($0.champion.rawValue),
                        "challenger": .string($0.challenger.rawValue),
                    ]
                }),
            "champion_fit": comparison.champion.json, "challenger_fit": comparison.challenger.json,
        ]
    }

    private var states: [JSON] {
        CourseState.allCases.flatMap { champion in
            CourseState.allCases.compactMap { challenger -> JSON? in
                guard let ratings = comparison.states[.init(champion: champion, challenger: challenger)] else { return nil }
                return [
                    "champion": .string(champion.rawValue), "challenger": .string(challenger.rawValue),
                    "ratings": .integer(ratings),
                ]
            }
        }
    }
}

extension ModelReference? {
    fileprivate var json: JSON {
        guard let self else { return .null }
        return ["id": .text(self.id), "version": .string(self.version), "hash": .string(Hexadecimal.text(self.hash))]
    }
}

extension ModelFitness {
    fileprivate var json: JSON {
        switch self {
        case .bounds(let calibration):
            .object(
                ToleranceBound.allCases.map {
                    JSON.Member("beyond_\($0.rawValue)", calibration.overall.worse(than: $0).json)
                })
        case .lines(let attainment):
            ["reached_success": attainment.reachedSuccess.json, "ended_below_failure": attainment.endedBelowFailure.json]
        case .none: .null
        }
    }
}

extension Proportion {
    /// Counts, so that a reader can work out every share and interval again.
    var json: JSON { ["count": .integer(count), "of": .integer(total)] }
}
