/// All that a site decides about what is raised, what is looked at and what it wants to reach.
public struct SitePolicy: Hashable, Sendable {
    public let version: String
    public let alerts: AlertPolicy
    public let rules: EpisodeRulePolicy
    /// Whose days are the site's days; UTC where the site names none.
    public let zone: ZoneOffsets
    /// Empty: nothing is measured.
    public let responseTargets: [AlertKind: ResponseTarget]
    /// In the order of the file; ids are unique.
    public let objectives: [QualityObjective]

    public init(
        alerts: AlertPolicy, rules: EpisodeRulePolicy = EpisodeRulePolicy(), zone: ZoneOffsets = .utc,
        responseTargets: [AlertKind: ResponseTarget] = [:], objectives: [QualityObjective] = []
    ) {
        version = alerts.version
        self.alerts = alerts
        self.rules = rules
        self.zone = zone
        self.responseTargets = responseTargets
        self.objectives = objectives
    }

    /// Attune's own: the rules with their usual figures, no targets and no objectives, which are a site's to set.
    public static let `default` = SitePolicy(alerts: .default)
}
