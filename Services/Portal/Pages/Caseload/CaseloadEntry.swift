import Domain

/// One episode in a caseload, with why it needs attention.
struct CaseloadEntry: Sendable {
    /// How soon an episode wants to be looked at.
    enum Group: Int, CaseIterable, Comparable, Sendable {
        case today, soon, tidy, fine

        static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

        var show: CaseloadFilter.Show {
            switch self {
            case .today: .today
            case .soon: .soon
            case .tidy: .tidy
            case .fine: .fine
            }
        }

        fileprivate init(_ precedence: FindingPrecedence?) {
            self =
                switch precedence {
                case .safety, .deterioration, .notOnTrack: .today
                case .alliance, .stalled: .soon
                case .missingData, .prompt: .tidy
                case nil: .fine
                }
        }
    }

    let episode: EpisodeID
    let site: SiteID
    let code: String
    let service: String
    let participants: Int
    /// Gravest first.
    let findings: [EpisodeFinding]
    /// Open ones, gravest first.
    let alerts: [OpenAlert]
    let group: Group
    /// Of the course that says most: that of the gravest finding, else the first.
    let material: CourseMaterial?
    let lastSession: SessionHeld?

    init(_ found: EpisodeCase, alerts: [OpenAlert], rules: EpisodeRulePolicy) {
        episode = found.episode
        site = found.site
        code = CodeName.text(of: found.episode)
        service = found.service
        participants = found.view.participants.count
        findings = found.view.findings(rules)
        self.alerts = alerts
        let precedence = findings.map(\.precedence).min()
        // Whatever the course says by now: an alert that waits is work of today.
        group = alerts.isEmpty ? Group(precedence) : min(Group(precedence), .today)
        lastSession = found.view.sessions.last
        material = Self.material(found.view, findings)
    }

    private static func material(_ view: EpisodeView, _ findings: [EpisodeFinding]) -> CourseMaterial? {
        let outcomes = view.courses.filter { $0.value.basis.instrument.purpose == .outcome }.sorted { $0.key < $1.key }
        let subject = findings.lazy.compactMap(\.subject).first
        let course = outcomes.first { $0.key.participant == subject } ?? outcomes.first
        return course.map { CourseMaterial(course: $0.value) }
    }

    /// By how soon, then how grave, then by code name.
    static func inOrder(_ left: CaseloadEntry, _ right: CaseloadEntry) -> Bool {
        let gravest = { (entry: CaseloadEntry) in entry.findings.map(\.precedence.rawValue).min() ?? Int.max }
        return (left.group.rawValue, gravest(left), left.code) < (right.group.rawValue, gravest(right), right.code)
    }
}
