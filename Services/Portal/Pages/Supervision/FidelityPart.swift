import Domain

/// The table of a month's fidelity: numerators and denominators in alphabetical order, never by person.
struct FidelityPart {
    /// Shares of fewer cases are told without a percentage.
    static let fewestForPercent = 10

    let found: FidelityFound
    /// To choose from, the newest first.
    let months: [CalendarMonth]
    let words: Words

    var values: [String: Any] {
        let report = found.report
        let rows = shownRows
        return [
            "months": months.map {
                ["value": $0.description, "name": words.month($0), "isChosen": $0 == report.month] as [String: Any]
            },
            "month": words.month(report.month), "rows": rows.map { row($0.group, $0.counts) }, "hasRows": !rows.isEmpty,
            "by": words[report.grouping == .team ? "supervision.fidelity.byTeam" : "supervision.fidelity.byService"],
            "isCut": found.isCut, "hasLone": !loneSites.isEmpty,
            "lone": words(
                "supervision.fidelity.lone", ["sites": loneSites.map(\.text).sorted().joined(separator: ", ")]),
            "percent": words("supervision.fidelity.not.percent", ["minimum": words.integer(Self.fewestForPercent)]),
        ]
    }

    /// Sites whose whole month is the work of one person.
    private var loneSites: Set<SiteID> {
        Set(
            found.report.rows.filter {
                $0.group.name == nil && $0.counts.clinicians.count < FidelityReport.fewestClinicians
            }.map(\.group.site))
    }

    private var shownRows: [(group: FidelityReport.Group, counts: FidelityCounts)] {
        let lone = loneSites
        return found.report.rows.filter { !lone.contains($0.group.site) }
    }

    private func row(_ group: FidelityReport.Group, _ counts: FidelityCounts) -> [String: Any] {
        [
            "name": name(group), "isSite": group.name == nil, "sessions": words.integer(counts.sessions),
            "outcome": text(counts.outcome, declined: counts.outcomeDeclined),
            "alliance": text(counts.alliance, declined: counts.allianceDeclined), "discussed": text(counts.discussed),
            "reviewed": text(counts.reviewed),
        ]
    }

    private func name(_ group: FidelityReport.Group) -> String {
        guard let name = group.name else { return words("supervision.fidelity.site", ["site": group.site.text]) }
        let shown = name == FidelityReport.withoutTeam ? words["supervision.fidelity.withoutTeam"] : name
        return words("supervision.fidelity.group", ["site": group.site.text, "name": shown])
    }

    private func text(_ share: FidelityCounts.Share, declined: Int = 0) -> String {
        guard share.of > 0 || declined > 0 else { return words["supervision.fidelity.none"] }
        let numbers = ["count": words.integer(share.count), "total": words.integer(share.of)]
        var text = words("supervision.fidelity.share", numbers)
        if let percent = share.percent(ofAtLeast: Self.fewestForPercent) {
            let values = numbers.merging(["percent": words.percent(percent)]) { $1 }
            text = words("supervision.fidelity.shareWithPercent", values)
        }
        return declined > 0 ? words("supervision.fidelity.declined", count: declined, ["share": text]) : text
    }
}
