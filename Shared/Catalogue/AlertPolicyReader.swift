public import Domain
import FoundationEssentials

extension AlertPolicy {
    /// Reads a site's alert policy; every field but `version` may be left out and is then Attune's own.
    ///
    ///     version: north-2026-1
    ///     due_minutes:            # until an alert of the kind must be answered
    ///       safety: 60
    ///       deteriorating: 1440
    ///       not_on_track: 4320
    ///       alliance: 4320
    ///     escalation_minutes: 1440   # between escalations of an unanswered alert, at most
    ///
    /// - Parameter file: nil for Attune's defaults.
    public static func load(file: String?) throws(CatalogueError) -> AlertPolicy {
        guard let file else { return .default }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw CatalogueError(file: file, line: nil, reason: "cannot be read")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CatalogueError(file: file, line: nil, reason: "is not UTF-8 text")
        }
        let root = StrictNode(file: file, path: "policy", node: try CatalogueFile.compose(text, file))
        return try root.mapping("version", "due_minutes", "escalation_minutes") { fields throws(CatalogueError) in
            let due = try fields.optional("due_minutes").map { place throws(CatalogueError) in try DueTimes(place) }
            let escalation = try fields.optional("escalation_minutes")?.whole(DueTimes.minutes)
            return AlertPolicy(
                version: try fields.required("version").text(),
                safetyDueSeconds: due?.safety ?? AlertPolicy.default.safetyDueSeconds,
                deterioratingDueSeconds: due?.deteriorating ?? AlertPolicy.default.deterioratingDueSeconds,
                notOnTrackDueSeconds: due?.notOnTrack ?? AlertPolicy.default.notOnTrackDueSeconds,
                allianceDueSeconds: due?.alliance ?? AlertPolicy.default.allianceDueSeconds,
                escalationSeconds: escalation.map { Int64($0) * 60 } ?? AlertPolicy.default.escalationSeconds)
        }
    }
}

/// Due times in seconds, as far as a policy gives them.
private struct DueTimes {
    /// A minute to a quarter of a year.
    static let minutes = 1...131_400

    let safety: Int64?
    let deteriorating: Int64?
    let notOnTrack: Int64?
    let alliance: Int64?

    init(_ place: StrictNode) throws(CatalogueError) {
        func seconds(_ fields: StrictMapping, _ name: String) throws(CatalogueError) -> Int64? {
            guard let minutes = try fields.optional(name)?.whole(Self.minutes) else { return nil }
            return Int64(minutes) * 60
        }
        self = try place.mapping("safety", "deteriorating", "not_on_track", "alliance") { fields throws(CatalogueError) in
            DueTimes(
                safety: try seconds(fields, "safety"), deteriorating: try seconds(fields, "deteriorating"),
                notOnTrack: try seconds(fields, "not_on_track"), alliance: try seconds(fields, "alliance"))
        }
    }

    private init(safety: Int64?, deteriorating: Int64?, notOnTrack: Int64?, alliance: Int64?) {
        self.safety = safety
        self.deteriorating = deteriorating
        self.notOnTrack = notOnTrack
        self.alliance = alliance
    }
}
