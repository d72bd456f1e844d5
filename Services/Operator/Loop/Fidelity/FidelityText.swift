import Domain
import ServiceKit

/// The report for people and for programs.
struct FidelityText {
    let report: FidelityReport
    /// Shares of less than this many are told without a percentage.
    let minimum: Int

    var lines: [String] {
        var table = TextTable([
            "site", report.grouping.rawValue, "sessions", "outcome rated", "declined",
            "alliance rated", "declined", "discussed", "alerts reviewed",
        ])
        for (group, counts) in report.rows {
            table.add([
                group.site.text, group.name ?? "(whole site)", "\(counts.sessions)", words(counts.outcome),
                "\(counts.outcomeDeclined)", words(counts.alliance), "\(counts.allianceDeclined)",
                words(counts.discussed), words(counts.reviewed),
            ])
        }
        let rows = report.rows.isEmpty ? ["no session was held and no alert raised"] : table.lines
        return ["Fidelity in \(report.month), by site and \(report.grouping.rawValue), in alphabetical order", ""]
            + rows + [
                "", "rated: of sessions at which the client did not decline, which is an answer and stands beside.",
                "discussed: of sessions with a rating; alerts: about courses, raised in the month (UTC).",
                "No percentage is shown of fewer than \(minimum). \(report.groupsLeftOut) groups are told with their site "
                    + "only: those of one clinician, and another where one would be the difference.",
            ]
    }

    private func words(_ share: FidelityCounts.Share) -> String {
        let numbers = "\(share.count) of \(share.of)"
        return share.percent(ofAtLeast: minimum).map { "\(numbers) (\($0) %)" } ?? numbers
    }

    var json: JSON {
        [
            "month": .text(report.month), "by": .string(report.grouping.rawValue), "minimum": .integer(minimum),
            "groupsOfOneClinician": .integer(report.groupsLeftOut),
            "groups": .array(
                report.rows.map { group, counts in
                    [
                        "site": .text(group.site), "name": .text(group.name), "sessions": .integer(counts.sessions),
                        "outcomeRated": json(counts.outcome), "outcomeDeclined": .integer(counts.outcomeDeclined),
                        "allianceRated": json(counts.alliance), "allianceDeclined": .integer(counts.allianceDeclined),
                        "discussed": json(counts.discussed), "alertsReviewed": json(counts.reviewed),
                    ]
                }),
        ]
    }

    private func json(_ share: FidelityCounts.Share) -> JSON {
        ["count": .integer(share.count), "of": .integer(share.of)]
    }
}
