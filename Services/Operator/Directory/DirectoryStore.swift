import ClientText
import Directory
import Domain
import Persistence
import ServiceKit

/// The directory in the database: read whole, changed in one transaction.
enum DirectoryStore {
    /// One change of the directory or its contacts at a time.
    static func lock(_ connection: Connection) throws(DatabaseError) {
        try connection.run("select pg_advisory_xact_lock(4180, 0)")
    }

    /// - Parameter people: those whose contacts are compared.
    static func read(
        contactsOf people: [PersonID], _ masters: MasterKeys?, on connection: Connection
    ) throws -> StoredDirectory {
        var stored = StoredDirectory()
        for row in try connection.run(selectSites) {
            let record = SiteRecord(
                id: SiteID(unchecked: try row.text(0)), timeZone: try row.text(1), language: try row.optionalText(2),
                workingHours: try row.optionalText(3), dutyDesk: try row.optionalText(4).flatMap { PersonID($0) })
            stored.sites[record.key] = Stored(record: record, isActive: try row.bool(5))
        }
        for row in try connection.run(selectTeams) {
            guard let id = PersonID(try row.text(0)) else { continue }
            let record = TeamRecord(id: id, site: SiteID(unchecked: try row.text(1)))
            stored.teams[record.key] = Stored(record: record, isActive: try row.bool(2))
        }
        for row in try connection.run(selectPeople) {
            guard let id = PersonID(try row.text(0)) else { continue }
            let record = PersonRecord(
                id: id, site: SiteID(unchecked: try row.text(1)), team: try row.optionalText(2).flatMap { PersonID($0) },
                roles: Set(try row.texts(3).compactMap(DirectoryRole.init(rawValue:))),
                supervisor: try row.optionalText(4).flatMap { PersonID($0) }, language: try row.optionalText(5),
                timeZone: try row.optionalText(6), workingHours: try row.optionalText(7))
            stored.people[record.key] = Stored(record: record, isActive: try row.bool(8))
        }
        stored.contacts = try contacts(of: people, masters, on: connection)
        return stored
    }

    private static func contacts(
        of people: [PersonID], _ masters: MasterKeys?, on connection: Connection
    ) throws -> [PersonID: [ContactKind: Contact]] {
        var contacts: [PersonID: [ContactKind: Contact]] = [:]
        for row in try connection.run(selectContacts, [.texts(people.map(\.text))]) {
            let sealed = try SealedContact(row)
            guard let masters else { throw DirectoryRefusal.noKeyFile }
            contacts[sealed.person, default: [:]][sealed.kind] = try sealed.open(with: masters)
        }
        return contacts
    }

    /// How many open alerts are those of each of these people.
    static func openAlerts(of people: [PersonID], on connection: Connection) throws -> [(person: String, count: Int64)] {
        try connection.run(countAlerts, [.texts(people.map(\.text))]).map { (try $0.text(0), try $0.int64(1)) }
    }

    /// Carries a plan out, in the transaction in which it was made.
    static func apply(
        _ plan: DirectoryPlan, _ masters: MasterKeys?, by actor: String, digest: [UInt8], on connection: Connection
    ) throws {
        let sites = plan.sites.filter { $0.action != .deactivate }.map(\.record)
        try connection.run(
            putSites,
            [
                .texts(sites.map(\.key)), .texts(sites.map(\.timeZone)), .texts(sites.map(\.language)),
                .texts(sites.map(\.workingHours)), .texts(sites.map { $0.dutyDesk?.text }),
            ])
        let teams = plan.teams.filter { $0.action != .deactivate }.map(\.record)
        try connection.run(putTeams, [.texts(teams.map(\.key)), .texts(teams.map(\.site.text))])
        let people = plan.people.filter { $0.action != .deactivate }.map(\.record)
        try connection.run(
            putPeople,
            [
                .texts(people.map(\.key)), .texts(people.map(\.site.text)), .texts(people.map { $0.team?.text }),
                .texts(people.map { $0.roles.sorted().map(\.rawValue).joined(separator: " ") }),
                .texts(people.map { $0.supervisor?.text }), .texts(people.map(\.language)),
                .texts(people.map(\.timeZone)), .texts(people.map(\.workingHours)),
            ])
        for (statement, keys) in [
            (endSites, plan.sites.filter { $0.action == .deactivate }.map(\.record.key)),
            (endTeams, plan.teams.filter { $0.action == .deactivate }.map(\.record.key)),
            (endPeople, plan.leaving.map(\.text)),
        ] where !keys.isEmpty {
            try connection.run(statement, [.texts(keys)])
        }
        try put(plan.contacts, masters, on: connection)
        try connection.run(
            insertApplication,
            [
                .text(actor), .bytes(digest), .int32(Int32(plan.added)), .int32(Int32(plan.changed)),
                .int32(Int32(plan.deactivated)),
            ])
        // Last: it locks the lane until the commit.
        _ = try Ledger.append(plan.events(by: actor, digest: digest, at: .now), to: .access, on: connection)
    }

    private static func put(
        _ contacts: [(person: PersonID, kind: ContactKind, contact: Contact?)], _ masters: MasterKeys?,
        on connection: Connection
    ) throws {
        guard !contacts.isEmpty else { return }
        guard let masters else { throw DirectoryRefusal.noKeyFile }
        let sealed = try contacts.map { entry in
            try entry.contact.map { contact in try SealedContact(contact, of: entry.person, with: masters) }
        }
        try connection.run(
            putContacts,
            [
                .texts(contacts.map(\.person.text)), .texts(contacts.map(\.kind.rawValue)),
                .texts(sealed.map { $0?.sealed.by }), .byteArrays(sealed.map { $0?.sealed.bytes }),
            ])
    }

    static let putContacts: Statement = "select notification.put_contacts($1, $2, $3, $4)"

    private static let selectSites: Statement =
        "select site, time_zone, language, working_hours, duty_desk, active from directory.site"
    private static let selectTeams: Statement = "select team, site, active from directory.team"
    private static let selectPeople: Statement = """
        select person_id, site, team, roles, supervisor_id, language, time_zone, working_hours, active
        from directory.person
        """
    private static let selectContacts: Statement =
        "select person_id, kind, sealed_by, sealed from notification.sealed_contacts($1)"
    private static let countAlerts: Statement = """
        select clinician, count(*) from published.alert where clinician = any($1) and closed_at is null
        group by clinician order by clinician
        """
    private static let putSites: Statement = """
        insert into directory.site (site, time_zone, language, working_hours, duty_desk, active)
        select u.*, true from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) as u
        on conflict (site) do update set time_zone = excluded.time_zone, language = excluded.language,
            working_hours = excluded.working_hours, duty_desk = excluded.duty_desk, active = true, changed_at = now()
        """
    private static let putTeams: Statement = """
        insert into directory.team (team, site, active) select u.*, true from unnest($1::text[], $2::text[]) as u
        on conflict (team) do update set site = excluded.site, active = true, changed_at = now()
        """
    private static let putPeople: Statement = """
        insert into directory.person
            (person_id, site, team, roles, supervisor_id, language, time_zone, working_hours, active)
        select u.id, u.site, u.team, string_to_array(u.roles, ' '), u.supervisor, u.language, u.zone, u.hours, true
        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
             as u (id, site, team, roles, supervisor, language, zone, hours)
        on conflict (person_id) do update set site = excluded.site, team = excluded.team, roles = excluded.roles,
            supervisor_id = excluded.supervisor_id, language = excluded.language, time_zone = excluded.time_zone,
            working_hours = excluded.working_hours, active = true, changed_at = now()
        """
    private static let endSites: Statement =
        "update directory.site set active = false, changed_at = now() where site = any($1)"
    private static let endTeams: Statement =
        "update directory.team set active = false, changed_at = now() where team = any($1)"
    private static let endPeople: Statement =
        "update directory.person set active = false, changed_at = now() where person_id = any($1)"
    private static let insertApplication: Statement = """
        insert into directory.application (applied_by, file_digest, added, changed, deactivated) values ($1, $2, $3, $4, $5)
        """
}

extension SealedContact {
    /// From the columns person_id, kind, sealed_by, sealed.
    init(_ row: Row) throws {
        guard let person = PersonID(try row.text(0)), let kind = ContactKind(rawValue: try row.text(1)) else {
            throw UnreadableContact()
        }
        self.init(person: person, kind: kind, sealed: WrappedKey(by: try row.text(2), bytes: try row.bytes(3)))
    }
}

/// A stored contact that this version cannot read: a fault of the deployment.
struct UnreadableContact: Error {}
