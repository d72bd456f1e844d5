import Directory
import Domain

/// What the records of a file say of each other.
struct DirectoryReferences {
    private let content: DirectoryContent
    private let entries: [String: DirectoryEntry]
    private let sites: Set<SiteID>
    private let teams: [PersonID: TeamRecord]
    private let people: [PersonID: PersonRecord]

    init(_ content: DirectoryContent, _ entries: [String: DirectoryEntry]) {
        self.content = content
        self.entries = entries
        sites = Set(content.sites.map(\.id))
        teams = Dictionary(content.teams.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        people = Dictionary(content.people.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func faults() -> [DirectoryFault] {
        var faults: [DirectoryFault] = []
        for site in content.sites { site.dutyDesk.map { check(dutyDesk: $0, of: site, &faults) } }
        for team in content.teams where !sites.contains(team.site) {
            faults.append(fault(team, "site", "is no site of this file", "add the site"))
        }
        for person in content.people { check(person, &faults) }
        return faults
    }

    /// Whom alerts go to when nobody else can be told must be there to be told.
    private func check(dutyDesk: PersonID, of site: SiteRecord, _ faults: inout [DirectoryFault]) {
        guard let person = people[dutyDesk], person.roles.contains(.dutyDesk) else {
            faults.append(fault(site, "duty_desk", "is nobody with the role duty_desk", "name such a person of this file"))
            return
        }
        let contacts = content.contacts[dutyDesk] ?? [:]
        if contacts[.email] == nil, contacts[.webhook] == nil {
            faults.append(
                fault(site, "duty_desk", "could not be told of an alert", "give that person an email or a webhook"))
        }
    }

    private func check(_ person: PersonRecord, _ faults: inout [DirectoryFault]) {
        if !sites.contains(person.site) {
            faults.append(fault(person, "site", "is no site of this file", "add the site"))
        }
        if let team = person.team, teams[team]?.site != person.site {
            faults.append(fault(person, "team", "is no team of that site in this file", "add the team, or correct the site"))
        }
        guard let supervisor = person.supervisor else { return }
        guard supervisor != person.id else {
            faults.append(fault(person, "supervisor", "is the person", "name somebody else, or leave it empty"))
            return
        }
        guard people[supervisor]?.roles.contains(.supervisor) == true else {
            faults.append(
                fault(person, "supervisor", "is nobody with the role supervisor", "name such a person of this file"))
            return
        }
        if isCircular(from: person) {
            faults.append(fault(person, "supervisor", "supervision goes round in a circle", "let it end with somebody"))
        }
    }

    private func isCircular(from person: PersonRecord) -> Bool {
        var seen: Set<PersonID> = [person.id]
        var next = person.supervisor
        while let id = next {
            guard seen.insert(id).inserted else { return id == person.id }
            next = people[id]?.supervisor
        }
        return false
    }

    private func fault(
        _ record: some DirectoryRecord, _ field: String, _ problem: String, _ advice: String
    ) -> DirectoryFault {
        entries["\(type(of: record).noun) \(record.key)"]?.fault(field, problem, advice)
            ?? DirectoryFault(place: field, problem: problem, advice: advice)
    }
}
