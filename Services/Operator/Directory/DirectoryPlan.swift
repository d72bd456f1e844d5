import Directory
import Domain

/// What a file would change: added, changed, deactivated. The same file again plans nothing.
struct DirectoryPlan {
    enum Action: Hashable {
        case add
        /// Was there before, and is active again.
        case reactivate
        /// Names of the fields that differ; never what they hold.
        case change([String])
        case deactivate
    }

    struct Step<Record: DirectoryRecord> {
        let record: Record
        let action: Action
    }

    private(set) var sites: [Step<SiteRecord>] = []
    private(set) var teams: [Step<TeamRecord>] = []
    private(set) var people: [Step<PersonRecord>] = []
    /// Contacts to be sealed; nil where the file no longer holds one.
    private(set) var contacts: [(person: PersonID, kind: ContactKind, contact: Contact?)] = []
    /// Active records before.
    let activeCount: Int

    init(from stored: StoredDirectory, to wanted: DirectoryContent) {
        activeCount = stored.activeCount
        sites = Self.steps(from: stored.sites, to: wanted.sites)
        teams = Self.steps(from: stored.teams, to: wanted.teams)
        var reached: [String: [String]] = [:]
        for person in wanted.people {
            let (old, new) = (stored.contacts[person.id] ?? [:], wanted.contacts[person.id] ?? [:])
            for kind in ContactKind.allCases where old[kind] != new[kind] {
                contacts.append((person.id, kind, new[kind]))
                reached[person.key, default: []].append(kind.rawValue)
            }
        }
        people = Self.steps(from: stored.people, to: wanted.people, alsoChanged: reached)
    }

    private static func steps<Record: DirectoryRecord>(
        from stored: [String: Stored<Record>], to wanted: [Record], alsoChanged: [String: [String]] = [:]
    ) -> [Step<Record>] {
        var steps: [Step<Record>] = []
        for record in wanted {
            guard let old = stored[record.key] else {
                steps.append(Step(record: record, action: .add))
                continue
            }
            let changes = zip(old.record.fields, record.fields).compactMap { $0.value == $1.value ? nil : $1.name }
                + (alsoChanged[record.key] ?? [])
            if !old.isActive {
                steps.append(Step(record: record, action: .reactivate))
            } else if !changes.isEmpty {
                steps.append(Step(record: record, action: .change(changes)))
            }
        }
        let kept = Set(wanted.map(\.key))
        let gone = stored.values.filter { $0.isActive && !kept.contains($0.record.key) }
        return steps + gone.sorted { $0.record.key < $1.record.key }.map { Step(record: $0.record, action: .deactivate) }
    }

    var isEmpty: Bool { sites.isEmpty && teams.isEmpty && people.isEmpty }

    private var actions: [Action] { sites.map(\.action) + teams.map(\.action) + people.map(\.action) }

    var added: Int { actions.count { $0 == .add || $0 == .reactivate } }
    var deactivated: Int { actions.count { $0 == .deactivate } }
    var changed: Int { actions.count - added - deactivated }

    /// People who would be deactivated.
    var leaving: [PersonID] { people.filter { $0.action == .deactivate }.map(\.record.id) }

    /// Why the plan must not be applied: a file that was cut short would otherwise empty the directory.
    ///
    /// - Parameters:
    ///   - percent: of what is active, how much one file may deactivate.
    ///   - allowed: how many the operator has allowed by number, whatever the share.
    func refusal(percent: Int, allowed: Int?) -> String? {
        if let allowed {
            return deactivated <= allowed ? nil : "it would deactivate \(deactivated) records, and \(allowed) are allowed"
        }
        guard deactivated * 100 > activeCount * percent else { return nil }
        return """
            it would deactivate \(deactivated) of \(activeCount) records, more than \(percent) %; if the file is right, \
            allow it with --allow-removals \(deactivated)
            """
    }
}

extension DirectoryPlan {
    /// A line for each step, ids and names of fields only.
    var lines: [String] { sites.map(Self.line) + teams.map(Self.line) + people.map(Self.line) }

    private static func line<Record: DirectoryRecord>(_ step: Step<Record>) -> String {
        let name = "\(Record.noun) \(step.record.key)"
        return switch step.action {
        case .add: "+ \(name)"
        case .reactivate: "+ \(name): active again"
        case .change(let fields): "~ \(name): \(fields.joined(separator: ", "))"
        case .deactivate: "- \(name): deactivated"
        }
    }

    var summary: String { "\(added) to add, \(changed) to change, \(deactivated) to deactivate" }
}
