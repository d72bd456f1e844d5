public import Domain

extension AlertPolicy {
    /// The alerts' part of a site's policy; see `SitePolicy.load`, whose whole file is checked.
    ///
    /// - Parameter file: nil for Attune's defaults.
    public static func load(file: String?) throws(CatalogueError) -> AlertPolicy {
        try SitePolicy.load(file: file).alerts
    }

    /// Reads the fields about alerts.
    init(_ fields: StrictMapping) throws(CatalogueError) {
        let usual = AlertPolicy.default
        let due = try fields.optional("due_minutes").map { place throws(CatalogueError) in try DueTimes(place) }
        func seconds(_ kind: AlertKind) -> Int64 { due?.seconds[kind] ?? usual.dueSeconds(for: kind) }
        let escalation = try fields.optional("escalation_minutes")?.minutes()
        self.init(
            version: try fields.required("version").text(),
            safetyDueSeconds: seconds(.safety), deterioratingDueSeconds: seconds(.deteriorating),
            notOnTrackDueSeconds: seconds(.notOnTrack), allianceDueSeconds: seconds(.alliance),
            stalledDueSeconds: seconds(.stalled), guardedDueSeconds: seconds(.guarded),
            missedMeasureDueSeconds: seconds(.missedMeasure), undiscussedDueSeconds: seconds(.undiscussed),
            escalationSeconds: escalation ?? usual.escalationSeconds,
            raisedKinds: try fields.optional("raise") { place throws(CatalogueError) in
                try Self.kinds(place)
            } ?? usual.raisedKinds,
            handling: try AlertHandlingReader.read(fields))
    }

    private static func kinds(_ place: StrictNode) throws(CatalogueError) -> Set<AlertKind> {
        let kinds = try place.distinct { entry throws(CatalogueError) in try entry.choice(AlertKind.self) }
        guard kinds.contains(.safety) else { throw place.refusal("must hold safety: danger is always raised") }
        return kinds
    }
}

/// Due times as far as a policy gives them.
private struct DueTimes {
    let seconds: [AlertKind: Int64]

    init(_ place: StrictNode) throws(CatalogueError) {
        seconds = try place.mapping(knowing: AlertKind.allCases.map(\.rawValue)) { fields throws(CatalogueError) in
            var seconds: [AlertKind: Int64] = [:]
            for kind in AlertKind.allCases { seconds[kind] = try fields.optional(kind.rawValue)?.minutes() }
            return seconds
        }
    }
}

extension StrictNode {
    /// A minute to a quarter of a year, in seconds.
    func minutes() throws(CatalogueError) -> Int64 { Int64(try whole(1...131_400)) * 60 }

    /// A share above 0 % and at most 100 %, with at most one decimal place, in thousandths.
    func percent() throws(CatalogueError) -> Int { try percent(try text()) }

    func percent(_ written: String) throws(CatalogueError) -> Int {
        guard let thousandths = try? DecimalSteps.steps(written, denominator: 10), (1...1000).contains(thousandths) else {
            throw refusal("must be above 0 and at most 100 percent, with at most one decimal place")
        }
        return thousandths
    }
}
