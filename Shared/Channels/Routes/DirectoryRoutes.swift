public import Directory
public import Domain
import Yams

/// The entries of the routes file that name people of the directory, who are looked up anew for every alert:
///
///     sites:
///       north:
///         - person: desk-1             # somebody by id
///           kinds: [safety]
///         - role: clinician            # who answers for the alert
///         - role: supervisor           # of that clinician
///         - role: duty_desk            # of the alert's site
///
/// `kinds` and `escalations` mean what they mean for every recipient; but a role takes an escalation only where the alert
/// is passed on to that role.
public struct DirectoryRoutes: Sendable {
    /// Whom an entry means.
    public enum Target: Hashable, Sendable {
        case person(PersonID)
        case clinician
        case supervisor
        case dutyDesk

        /// As logs and metrics call it.
        public var word: String {
            switch self {
            case .person: "person"
            case .clinician: "clinician"
            case .supervisor: "supervisor"
            case .dutyDesk: "duty_desk"
            }
        }

        /// The step of the ladder that it stands for; nil for somebody by id.
        var audience: AlertAudience? {
            switch self {
            case .person: nil
            case .clinician: .clinician
            case .supervisor: .supervisor
            case .dutyDesk: .dutyDesk
            }
        }
    }

    public struct Entry: Sendable {
        public let target: Target
        public let kinds: Set<AlertKind>
        public let takesEscalations: Bool

        public init(target: Target, kinds: Set<AlertKind>, takesEscalations: Bool) {
            self.target = target
            self.kinds = kinds
            self.takesEscalations = takesEscalations
        }

        func takes(_ kind: AlertKind, _ telling: Telling) -> Bool {
            guard kinds.contains(kind) else { return false }
            switch telling {
            case .raised, .assigned: return true
            case .passedOn(let audience):
                guard takesEscalations else { return false }
                guard let audience, let own = target.audience else { return true }
                return own == audience
            }
        }
    }

    public static let none = DirectoryRoutes(default: [], sites: [:])

    private let `default`: [Entry]
    private let sites: [SiteID: [Entry]]

    public init(default: [Entry], sites: [SiteID: [Entry]]) {
        self.default = `default`
        self.sites = sites
    }

    public var isEmpty: Bool { `default`.isEmpty && sites.values.allSatisfy(\.isEmpty) }

    /// Those whom the site's own entries mean.
    func own(of kind: AlertKind, _ telling: Telling, at site: SiteID) -> [Target] {
        (sites[site] ?? []).filter { $0.takes(kind, telling) }.map(\.target)
    }

    /// Those whom the default's entries mean.
    func standard(of kind: AlertKind, _ telling: Telling) -> [Target] {
        `default`.filter { $0.takes(kind, telling) }.map(\.target)
    }
}

extension DirectoryRoutes {
    /// Whether an entry of the routes file is one of these.
    static func holds(_ entry: RouteNode) -> Bool {
        entry.node.mapping?.contains { ["person", "role"].contains($0.key.scalar?.string) } ?? false
    }

    /// These entries of a list of recipients.
    static func entries(_ place: RouteNode) throws(RoutesError) -> [Entry] {
        var entries: [Entry] = []
        for node in try place.list() where holds(node) { entries.append(try entry(node)) }
        return entries
    }

    private static func entry(_ place: RouteNode) throws(RoutesError) -> Entry {
        let fields = try place.fields(knowing: "person", "role", "kinds", "escalations")
        let target: Target
        switch (fields.optional("person"), fields.optional("role")) {
        case (let person?, nil):
            guard let id = PersonID(try person.text()) else { throw person.refusal("is not an id: \(PersonID.form)") }
            target = .person(id)
        case (nil, let role?):
            switch try role.text() {
            case "clinician": target = .clinician
            case "supervisor": target = .supervisor
            case "duty_desk": target = .dutyDesk
            default: throw role.refusal("must be one of clinician, supervisor, duty_desk")
            }
        case (nil, nil), (.some, .some): throw place.refusal("must be either person or role")
        }
        return Entry(
            target: target, kinds: try fields.optional("kinds").map(RoutesReader.kinds) ?? Set(AlertKind.allCases),
            takesEscalations: try fields.optional("escalations")?.flag() ?? true)
    }
}
