public import Directory
public import Domain
import Yams

/// The entries of the routes file that name people of the directory, who are looked up anew for every alert:
///
///     sites:
///       north:
///         - person: desk-1             # somebody by id
///           kinds: [safety]
///         - role: clinician            # of the alert's episode
///         - role: supervisor           # of that clinician
///         - role: duty_desk            # of the alert's site
///
/// `kinds` and `escalations` mean what they mean for every recipient.
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
    public func own(of kind: AlertKind, isEscalation: Bool, at site: SiteID) -> [Target] {
        Self.targets(sites[site] ?? [], kind, isEscalation)
    }

    /// Those whom the default's entries mean.
    public func standard(of kind: AlertKind, isEscalation: Bool) -> [Target] { Self.targets(`default`, kind, isEscalation) }

    private static func targets(_ entries: [Entry], _ kind: AlertKind, _ isEscalation: Bool) -> [Target] {
        entries.filter { $0.kinds.contains(kind) && ($0.takesEscalations || !isEscalation) }.map(\.target)
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
