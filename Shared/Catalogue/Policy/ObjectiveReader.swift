import Domain

/// Reads what a site wants to reach.
///
///     - id: measured-8-weeks         # name, unique in the policy
///       title: every session is measured for eight weeks
///       count: sessions_measured     # sessions_measured | sessions_measured_and_discussed | low_alliance_handled |
///                                    # joint_reviews | unchanged_reviewed; see ObjectiveMeasure
///       purposes: [outcome]          # only for sessions_measured, optional: outcome and alliance if left out
///       every_sessions: 4            # only for joint_reviews
///       after_ratings: 4             # only for unchanged_reviewed
///       window: {weeks: 8}           # one of sessions, weeks, months
///       starts_on: 2026-01-05        # optional; left out: of each episode the day it was opened
///       target: every                # or a share, such as 90 %
///       grace_days: 1                # optional: days after an occasion until it counts as missed
enum ObjectiveReader {
    static func read(_ place: StrictNode) throws(CatalogueError) -> [QualityObjective] {
        var objectives: [QualityObjective] = []
        for entry in try place.list() {
            let objective = try one(entry)
            guard !objectives.contains(where: { $0.id == objective.id }) else {
                throw entry.refusal("id \(objective.id) is used twice")
            }
            objectives.append(objective)
        }
        return objectives
    }

    private static func one(_ place: StrictNode) throws(CatalogueError) -> QualityObjective {
        try place.mapping(
            "id", "title", "count", "purposes", "every_sessions", "after_ratings", "window", "starts_on", "target",
            "grace_days"
        ) { fields throws(CatalogueError) in
            let objective = QualityObjective(
                id: try fields.required("id").name(ObjectiveID.self), title: try fields.required("title").text(),
                measure: try measure(fields), window: try window(fields.required("window")),
                startsOn: try fields.optional("starts_on") { field throws(CatalogueError) in try field.day() },
                target: try target(fields.required("target")),
                graceDays: try fields.optional("grace_days")?.whole(0...365))
            guard let objective else { throw place.refusal("holds figures that cannot go together") }
            return objective
        }
    }

    private enum Count: String, CaseIterable {
        case sessionsMeasured = "sessions_measured"
        case sessionsMeasuredAndDiscussed = "sessions_measured_and_discussed"
        case lowAllianceHandled = "low_alliance_handled"
        case jointReviews = "joint_reviews"
        case unchangedReviewed = "unchanged_reviewed"

        /// The field that belongs to this count alone.
        var ownField: String? {
            switch self {
            case .sessionsMeasured: "purposes"
            case .jointReviews: "every_sessions"
            case .unchangedReviewed: "after_ratings"
            case .sessionsMeasuredAndDiscussed, .lowAllianceHandled: nil
            }
        }
    }

    private static func measure(_ fields: StrictMapping) throws(CatalogueError) -> ObjectiveMeasure {
        let count = try fields.required("count").choice(Count.self)
        for other in Count.allCases where other != count {
            if let name = other.ownField, let field = fields.optional(name) {
                throw field.refusal("belongs to count \(other.rawValue)")
            }
        }
        switch count {
        case .sessionsMeasured:
            let purposes = try fields.optional("purposes") { field throws(CatalogueError) in
                try field.distinct { entry throws(CatalogueError) in try entry.choice(MeasuredPurpose.self) }
            }
            return .sessionsMeasured(purposes ?? Set(MeasuredPurpose.allCases))
        case .sessionsMeasuredAndDiscussed: return .sessionsMeasuredAndDiscussed
        case .lowAllianceHandled: return .lowAllianceHandled
        case .jointReviews: return .jointReviews(everySessions: try fields.required("every_sessions").whole(1...999))
        case .unchangedReviewed: return .unchangedReviewed(afterRatings: try fields.required("after_ratings").whole(2...999))
        }
    }

    private static func window(_ place: StrictNode) throws(CatalogueError) -> ObjectiveWindow {
        try place.mapping("sessions", "weeks", "months") { fields throws(CatalogueError) in
            switch (fields.optional("sessions"), fields.optional("weeks"), fields.optional("months")) {
            case (let sessions?, nil, nil): .sessions(try sessions.whole(1...999))
            case (nil, let weeks?, nil): .weeks(try weeks.whole(1...520))
            case (nil, nil, let months?): .months(try months.whole(1...120))
            case (_, _, _): throw place.refusal("needs exactly one of sessions, weeks and months")
            }
        }
    }

    private static func target(_ place: StrictNode) throws(CatalogueError) -> ObjectiveTarget {
        let written = try place.text()
        if written == "every" { return .every }
        guard written.hasSuffix("%") else { throw place.refusal("must be every, or a share such as 90 %") }
        var share = written.dropLast()
        while share.last == " " { share.removeLast() }
        return .share(thousandths: try place.percent(String(share)))
    }
}

extension StrictNode {
    fileprivate func day() throws(CatalogueError) -> CalendarDay {
        guard let day = CalendarDay(try text()) else { throw refusal("must be a day such as 2026-01-05") }
        return day
    }
}
