import Directory
import Domain

/// A thing of the directory that a file can add, change and leave out.
protocol DirectoryRecord: Hashable, Sendable {
    static var noun: String { get }
    var key: String { get }
    /// All but the key, each with its name: what the plan compares and names.
    var fields: [(name: String, value: String?)] { get }
}

struct SiteRecord: DirectoryRecord {
    static let noun = "site"
    let id: SiteID
    let timeZone: String
    let language: String?
    let workingHours: String?
    let dutyDesk: PersonID?

    var key: String { id.text }
    var fields: [(name: String, value: String?)] {
        [
            ("time_zone", timeZone), ("language", language), ("working_hours", workingHours),
            ("duty_desk", dutyDesk?.text),
        ]
    }
}

struct TeamRecord: DirectoryRecord {
    static let noun = "team"
    let id: PersonID
    let site: SiteID

    var key: String { id.text }
    var fields: [(name: String, value: String?)] { [("site", site.text)] }
}

struct PersonRecord: DirectoryRecord {
    static let noun = "person"
    let id: PersonID
    let site: SiteID
    let team: PersonID?
    let roles: Set<DirectoryRole>
    let supervisor: PersonID?
    let language: String?
    let timeZone: String?
    let workingHours: String?

    var key: String { id.text }
    var fields: [(name: String, value: String?)] {
        [
            ("site", site.text), ("team", team?.text),
            ("roles", roles.sorted().map(\.rawValue).joined(separator: " ")), ("supervisor", supervisor?.text),
            ("language", language), ("time_zone", timeZone), ("working_hours", workingHours),
        ]
    }
}

/// A directory as a whole: as a file wants it.
struct DirectoryContent {
    var sites: [SiteRecord] = []
    var teams: [TeamRecord] = []
    var people: [PersonRecord] = []
    var contacts: [PersonID: [ContactKind: Contact]] = [:]
}

/// What is stored of one record.
struct Stored<Record: DirectoryRecord> {
    let record: Record
    let isActive: Bool
}

/// A directory as it stands in the database.
struct StoredDirectory {
    var sites: [String: Stored<SiteRecord>] = [:]
    var teams: [String: Stored<TeamRecord>] = [:]
    var people: [String: Stored<PersonRecord>] = [:]
    /// Of those people that a file is about.
    var contacts: [PersonID: [ContactKind: Contact]] = [:]

    var activeCount: Int {
        sites.values.count { $0.isActive } + teams.values.count { $0.isActive } + people.values.count { $0.isActive }
    }
}
