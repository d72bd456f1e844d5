/// Fidelity by site and team, or site and service; never by therapist, and never in the order of any figure.
public struct FidelityReport: Sendable {
    public enum Grouping: String, CaseIterable, Sendable {
        case team, service
    }

    public struct Group: Hashable, Comparable, Sendable {
        public let site: SiteID
        /// Nil for the whole site.
        public let name: String?

        public static func < (left: Self, right: Self) -> Bool {
            (left.site.text, left.name ?? "") < (right.site.text, right.name ?? "")
        }
    }

    /// A group of fewer clinicians would be told about a person, and is told with its site only.
    public static let fewestClinicians = 2
    /// Stands for the team of people who have none.
    public static let withoutTeam = "(no team)"

    public let month: CalendarMonth
    public let grouping: Grouping
    private var counts: [Group: FidelityCounts] = [:]
    private let teams: [String: String]

    /// - Parameter teams: of the directory, by person.
    public init(_ month: CalendarMonth, by grouping: Grouping, teams: [String: String]) {
        self.month = month
        self.grouping = grouping
        self.teams = teams
    }

    /// In alphabetical order, each site before its groups.
    public var rows: [(group: Group, counts: FidelityCounts)] {
        let hidden = hidden
        return counts.filter { !hidden.contains($0.key) }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// How many groups are told with their site only.
    public var groupsLeftOut: Int { hidden.count }

    public mutating func add(_ episode: FidelityEpisode) {
        var lacking: [SessionID: Set<MeasuredPurpose>] = [:]
        for missed in episode.view.missedMeasures(Self.everySession) {
            lacking[missed.session.id, default: []].insert(missed.purpose)
        }
        for session in episode.view.sessions where month.holds(session.day) {
            let clinician = episode.clinician(of: session)
            let declined = Set(MeasuredPurpose.allCases.filter { episode.view.isDeclined(session, $0) })
            for group in groups(episode.site, episode.service, clinician) {
                counts[group, default: FidelityCounts()].add(
                    session, lacking: lacking[session.id] ?? [], declined: declined,
                    isDiscussed: episode.isDiscussed(session), clinician)
            }
        }
    }

    /// Counts an alert about a course that was raised in the month (UTC); leaves others out.
    public mutating func add(_ alert: FidelityAlert) {
        guard AlertKind.aboutCourses.contains(alert.kind), month.holds(alert.raisedAt.day) else { return }
        for group in groups(alert.site, alert.service, alert.owner) {
            counts[group, default: FidelityCounts()].add(alert)
        }
    }

    private func groups(_ site: SiteID, _ service: String, _ clinician: String) -> [Group] {
        let name =
            switch grouping {
            case .team: teams[clinician] ?? Self.withoutTeam
            case .service: service
            }
        return [Group(site: site, name: nil), Group(site: site, name: name)]
    }

    private var hidden: Set<Group> {
        let named = counts.keys.filter { $0.name != nil }
        return Dictionary(grouping: named, by: \.site).values.reduce(into: []) { $0.formUnion(hidden(among: $1)) }
    }

    /// Of the groups of one site those of a single clinician. Whoever takes what is shown from the site's figures has those
    /// of all that is hidden: so others are hidden as well, the smallest first, until that is the work of several.
    private func hidden(among groups: [Group]) -> [Group] {
        func people(_ group: Group) -> Set<String> { counts[group]?.clinicians ?? [] }
        var hidden: [Group] = []
        var clinicians: Set<String> = []
        for group in groups.sorted(by: { (people($0).count, $0) < (people($1).count, $1) }) {
            let isSmall = people(group).count < Self.fewestClinicians
            let tellsOfOne = !hidden.isEmpty && clinicians.count < Self.fewestClinicians
            guard isSmall || tellsOfOne else { break }
            hidden.append(group)
            clinicians.formUnion(people(group))
        }
        return hidden
    }

    /// Asked of the rule about missed measures, so that a session counts as measured here as it does there.
    private static let everySession =
        MissedMeasureRule(
            purposes: Set(MeasuredPurpose.allCases), graceDays: 0, lastSessions: .max,
            evidence: MissedMeasureRule.standard.evidence)
        ?? .standard
}
