import Domain

/// The values of `Template.caseload`.
struct CaseloadPage {
    let seen: CaseloadSeen
    let filter: CaseloadFilter
    let words: Words
    /// Whose clocks a site goes by.
    let zone: (SiteID) -> ZoneOffsets

    var values: [String: Any] {
        let groups = CaseloadEntry.Group.allCases.compactMap { group -> [String: Any]? in
            let entries = seen.shown.filter { $0.group == group }.sorted(by: CaseloadEntry.inOrder)
            guard !entries.isEmpty else { return nil }
            return ["heading": heading(group), "count": words.integer(entries.count), "entries": entries.map(values)]
        }
        return [
            "groups": groups, "isEmpty": groups.isEmpty, "search": filter.search,
            "unread": seen.unread.isEmpty
                ? [] : [words("caseload.unread", count: seen.unread.count, ["codes": codes(seen.unread)])],
            "isCut": seen.isCut,
            "isFiltered": filter.show != .all || !filter.search.isEmpty,
            "count": words("caseload.count", count: seen.all),
            "choices": CaseloadFilter.Show.allCases.map {
                ["value": $0.rawValue, "name": choice($0), "isChosen": $0 == filter.show] as [String: Any]
            },
        ]
    }

    private func codes(_ episodes: [EpisodeID]) -> String {
        episodes.map { CodeName.text(of: $0) }.joined(separator: ", ")
    }

    private func heading(_ group: CaseloadEntry.Group) -> String {
        switch group {
        case .today: words["caseload.group.today"]
        case .soon: words["caseload.group.soon"]
        case .tidy: words["caseload.group.tidy"]
        case .fine: words["caseload.group.fine"]
        }
    }

    private func choice(_ show: CaseloadFilter.Show) -> String {
        switch show {
        case .all: words["caseload.show.all"]
        case .today: words["caseload.show.today"]
        case .soon: words["caseload.show.soon"]
        case .tidy: words["caseload.show.tidy"]
        case .fine: words["caseload.show.fine"]
        }
    }

    private func values(_ entry: CaseloadEntry) -> [String: Any] {
        var values: [String: Any] = [
            "code": entry.code, "path": "/episodes/\(entry.episode)", "service": entry.service,
            "people": words("caseload.people", count: entry.participants),
            "alerts": entry.alerts.map(alert),
            "lastSession": entry.lastSession.map {
                words("caseload.lastSession", ["session": words.integer($0.number), "day": words.shortDay($0.day)])
            } ?? words["caseload.noSession"],
        ]
        let reasons = reasons(entry)
        values["reasons"] = Array(reasons.prefix(Self.reasonsShown))
        if reasons.count > Self.reasonsShown {
            values["rest"] = [
                "summary": words("caseload.more", count: reasons.count - Self.reasonsShown),
                "reasons": Array(reasons.dropFirst(Self.reasonsShown)),
            ] as [String: Any]
        }
        if let material = entry.material { values["spark"] = Sparkline(material, words: words).svg }
        return values
    }

    private static let reasonsShown = 3

    /// Gravest first, each once, without those that an open alert says already.
    private func reasons(_ entry: CaseloadEntry) -> [[String: String]] {
        let alerted = Set(entry.alerts.map(\.kind))
        var said: Set<String> = []
        return entry.findings.compactMap { finding in
            if case .signal(let found) = finding, alerted.contains(found.signal.kind) { return nil }
            let text = words.finding(finding)
            guard said.insert(text).inserted else { return nil }
            return ["text": text, "gravity": Gravity(finding.precedence).rawValue]
        }
    }

    private func alert(_ alert: OpenAlert) -> [String: Any] {
        let due = words.time(alert.dueAt, in: zone(alert.site))
        return [
            "path": "/alerts/\(alert.id)", "text": words.kind(alert.kind),
            "due": alert.isOverdue(at: seen.now)
                ? words("caseload.overdue", ["time": due]) : words("caseload.due", ["time": due]),
            "isOverdue": alert.isOverdue(at: seen.now),
        ]
    }
}
