import Contracts
import Domain

/// A month of the calendar.
struct CalendarMonth: Hashable, CustomStringConvertible {
    let first: CalendarDay
    let last: CalendarDay

    /// Reads `YYYY-MM`; nil otherwise.
    init?(_ text: String) {
        guard text.utf8.count == 7, let first = CalendarDay("\(text)-01") else { return nil }
        self.init(holding: first)
    }

    /// The month of a day.
    init(holding day: CalendarDay) {
        first = day.advanced(byDays: 1 - day.civil.day)
        var last = first
        while last.advanced(byDays: 1).civil.month == first.civil.month { last = last.advanced(byDays: 1) }
        self.last = last
    }

    func holds(_ day: CalendarDay) -> Bool { first <= day && day <= last }

    var description: String { String("\(first)".dropLast(3)) }
}

/// How far the work of one group followed feedback in a month.
struct FidelityCounts: Hashable {
    /// So many of so many.
    struct Share: Hashable {
        var count = 0
        var of = 0

        mutating func add(_ holds: Bool) {
            of += 1
            if holds { count += 1 }
        }
    }

    private(set) var sessions = 0
    /// Sessions with a client's rating of outcome, of alliance.
    private(set) var outcome = Share()
    private(set) var alliance = Share()
    /// Sessions with either, of which a rating was talked about.
    private(set) var discussed = Share()
    /// Alerts about courses whose support review was completed.
    private(set) var reviewed = Share()
    /// Who answered for the sessions and alerts: only their number is of interest.
    private(set) var clinicians: Set<String> = []

    mutating func add(_ session: SessionHeld, lacking: Set<MeasuredPurpose>, isDiscussed: Bool, _ clinician: String) {
        sessions += 1
        clinicians.insert(clinician)
        outcome.add(!lacking.contains(.outcome))
        alliance.add(!lacking.contains(.alliance))
        if lacking.count < MeasuredPurpose.allCases.count { discussed.add(isDiscussed) }
    }

    mutating func add(_ alert: FollowedAlert) {
        clinicians.insert(alert.life.owner)
        reviewed.add(alert.life.review?.completedAt != nil)
    }
}

/// Fidelity by site and team, or site and service; never by therapist, and never in the order of any figure.
struct FidelityReport {
    enum Grouping: String, CaseIterable {
        case team, service
    }

    struct Group: Hashable, Comparable {
        let site: SiteID
        /// Nil for the whole site.
        let name: String?

        static func < (left: Self, right: Self) -> Bool {
            (left.site.text, left.name ?? "") < (right.site.text, right.name ?? "")
        }
    }

    /// A group of fewer clinicians would be told about a person, and is told with its site only.
    static let fewestClinicians = 2

    let month: CalendarMonth
    let grouping: Grouping
    private var counts: [Group: FidelityCounts] = [:]
    private let teams: [String: String]

    /// - Parameter teams: of the directory, by person.
    init(_ month: CalendarMonth, by grouping: Grouping, teams: [String: String]) {
        self.month = month
        self.grouping = grouping
        self.teams = teams
    }

    /// In alphabetical order, each site before its groups.
    var rows: [(group: Group, counts: FidelityCounts)] {
        counts.filter { $0.key.name == nil || $0.value.clinicians.count >= Self.fewestClinicians }
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// How many groups are told with their site only.
    var groupsLeftOut: Int { counts.count - rows.count }

    mutating func add(_ episode: FollowedEpisode) {
        var lacking: [SessionID: Set<MeasuredPurpose>] = [:]
        for missed in episode.view.missedMeasures(Self.everySession) {
            lacking[missed.session.id, default: []].insert(missed.purpose)
        }
        for session in episode.view.sessions where month.holds(session.day) {
            let clinician = episode.clinician(of: session)
            for group in groups(episode, clinician) {
                counts[group, default: FidelityCounts()].add(
                    session, lacking: lacking[session.id] ?? [], isDiscussed: episode.isDiscussed(session), clinician)
            }
        }
        for alert in episode.alerts
        where AlertKind.aboutCourses.contains(alert.life.kind) && month.holds(alert.life.raisedAt.day) {
            for group in groups(episode, alert.life.owner) { counts[group, default: FidelityCounts()].add(alert) }
        }
    }

    private func groups(_ episode: FollowedEpisode, _ clinician: String) -> [Group] {
        let name =
            switch grouping {
            case .team: teams[clinician] ?? "(no team)"
            case .service: episode.service
            }
        return [Group(site: episode.site, name: nil), Group(site: episode.site, name: name)]
    }

    /// Asked of the rule about missed measures, so that a session counts as measured here as it does there.
    private static let everySession =
        MissedMeasureRule(
            purposes: Set(MeasuredPurpose.allCases), graceDays: 0, lastSessions: .max,
            evidence: MissedMeasureRule.standard.evidence)
        ?? .standard
}
