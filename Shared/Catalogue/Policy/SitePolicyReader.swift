public import Domain
import FoundationEssentials

extension SitePolicy {
    /// Reads a site's policy; every field but `version` may be left out and is then Attune's own.
    ///
    ///     version: north-2026-1
    ///     due_minutes:            # until an alert of the kind must be answered
    ///       safety: 60
    ///       deteriorating: 1440
    ///       not_on_track: 4320
    ///       alliance: 4320
    ///       stalled: 4320
    ///       guarded: 10080
    ///       missed_measure: 10080
    ///       undiscussed: 10080
    ///     escalation_minutes: 1440   # between escalations of an unanswered alert, at most
    ///     raise: [safety, deteriorating, not_on_track, alliance, stalled]   # kinds that raise an alert; with safety.
    ///                         # missed_measure and undiscussed are found once a day, on the site's day
    ///     time_zone: ...          # working hours, holidays, ladder, urgency, reasons, review: see AlertHandlingReader
    ///     rules: {...}            # see EpisodeRulesReader
    ///     response_targets:       # share of alerts to be answered in time; kinds left out are not measured
    ///       safety: {within_minutes: 60, percent: 100}
    ///     objectives: [...]       # see ObjectiveReader
    ///
    /// - Parameter file: nil for Attune's defaults.
    public static func load(file: String?) throws(CatalogueError) -> SitePolicy {
        guard let file else { return .default }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw CatalogueError(file: file, line: nil, reason: "cannot be read")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CatalogueError(file: file, line: nil, reason: "is not UTF-8 text")
        }
        return try read(text, file: file)
    }

    /// Reads a policy's text.
    /// - Parameter file: its name, for refusals.
    static func read(_ text: String, file: String) throws(CatalogueError) -> SitePolicy {
        let root = StrictNode(file: file, path: "policy", node: try CatalogueFile.compose(text, file))
        return try root.mapping(
            knowing: ["version", "due_minutes", "escalation_minutes", "raise", "rules", "response_targets", "objectives"]
                + AlertHandlingReader.fields
        ) { fields throws(CatalogueError) in
            let alerts = try AlertPolicy(fields)
            return SitePolicy(
                alerts: alerts,
                rules: try fields.optional("rules") { place throws(CatalogueError) in
                    try EpisodeRulesReader(version: alerts.version).read(place)
                } ?? EpisodeRulePolicy(),
                zone: try fields.optional("time_zone") { place throws(CatalogueError) in try TimeZones.zone(place) } ?? .utc,
                responseTargets: try fields.optional("response_targets") { place throws(CatalogueError) in
                    try responseTargets(place)
                } ?? [:],
                objectives: try fields.optional("objectives") { place throws(CatalogueError) in
                    try ObjectiveReader.read(place)
                } ?? [])
        }
    }

    private static func responseTargets(_ place: StrictNode) throws(CatalogueError) -> [AlertKind: ResponseTarget] {
        try place.mapping(knowing: AlertKind.allCases.map(\.rawValue)) { fields throws(CatalogueError) in
            var targets: [AlertKind: ResponseTarget] = [:]
            for kind in AlertKind.allCases {
                targets[kind] = try fields.optional(kind.rawValue) { field throws(CatalogueError) in
                    try responseTarget(field)
                }
            }
            return targets
        }
    }

    private static func responseTarget(_ place: StrictNode) throws(CatalogueError) -> ResponseTarget {
        try place.mapping("within_minutes", "percent") { fields throws(CatalogueError) in
            let seconds = try fields.required("within_minutes").minutes()
            let thousandths = try fields.required("percent").percent()
            guard let target = ResponseTarget(withinSeconds: seconds, thousandths: thousandths) else {
                throw place.refusal("is not possible")
            }
            return target
        }
    }
}
