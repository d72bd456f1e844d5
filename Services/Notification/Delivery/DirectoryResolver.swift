import Channels
import Contracts
import Directory
import Domain
import Persistence

/// Finds those whom routes name by role or id, for the alerts of a batch at once.
struct DirectoryResolver {
    /// Whom an alert event wants to be found.
    struct Wish {
        let episode: EpisodeID
        let site: SiteID
        /// Who answers for the alert; nil: the clinician of its episode.
        let owner: String?
        let target: DirectoryRoutes.Target
    }

    enum Finding: Hashable {
        case found(RecipientPlace)
        /// - Parameter person: whom it would have been, where that much is known.
        case nobody(Reason, person: PersonID?)
    }

    /// Why nobody can be told; a label of a metric.
    enum Reason: String, CaseIterable {
        /// The directory does not say who it is.
        case unknown
        case inactive
        /// Has neither e-mail nor webhook.
        case noContact = "no_contact"
        /// The key that has sealed the contact is not at hand, or the contact is damaged.
        case sealed
    }

    let contacts: ContactBook?

    /// What was found for each wish, in their order.
    func resolve(_ wishes: [Wish], on connection: Connection) throws -> [Finding] {
        guard !wishes.isEmpty else { return [] }
        let rows = try connection.run(
            Self.select,
            [
                .texts(wishes.map(\.target.word)), .texts(wishes.map { $0.target.person?.text }),
                .ids(wishes.map(\.episode)), .texts(wishes.map(\.site.text)), .texts(wishes.map(\.owner)),
            ])
        return try rows.map { try finding($0, on: connection) }
    }

    private func finding(_ row: Row, on connection: Connection) throws -> Finding {
        let person = try row.optionalText(0).flatMap { PersonID($0) }
        guard let person, let isActive = try row.optionalBool(1) else { return .nobody(.unknown, person: person) }
        guard isActive else { return .nobody(.inactive, person: person) }
        guard let text = try row.optionalText(2), let kind = ContactKind(rawValue: text) else {
            return .nobody(.noContact, person: person)
        }
        let recipient = ContactBook.recipient(person)
        guard let contacts, let channel = NotificationChannel(rawValue: kind.rawValue),
            try contacts.contact(of: RecipientPlace(id: recipient, channel: channel), on: connection) != nil
        else { return .nobody(.sealed, person: person) }
        return .found(RecipientPlace(id: recipient, channel: channel))
    }

    // The order of the wishes is that of the answers. An e-mail goes before a webhook. Subqueries, and no joins: each can
    // only be answered by a look into an index, also by a plan that was made when the tables were all but empty.
    private static let select: Statement = """
        select w.person_id, (select p.active from published.directory_person p where p.person_id = w.person_id),
               (select c.kind from notification.contact c
                where c.person_id = w.person_id and c.kind in ('email', 'webhook') and c.sealed is not null
                order by c.kind limit 1)
        from (
            select u.nth, case u.target
                when 'person' then u.person
                when 'clinician' then
                    coalesce(u.owner, (select e.clinician from published.episode e where e.episode_id = u.episode_id))
                when 'supervisor' then
                    (select s.supervisor_id from published.directory_person s
                     where s.person_id = coalesce(
                         u.owner, (select e.clinician from published.episode e where e.episode_id = u.episode_id)))
                when 'duty_desk' then
                    (select d.duty_desk from published.directory_site d where d.site = u.site and d.active)
                end as person_id
            from unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[]) with ordinality
                 as u (target, person, episode_id, site, owner, nth)
        ) w
        order by w.nth
        """
}

extension DirectoryRoutes.Target {
    fileprivate var person: PersonID? {
        switch self {
        case .person(let id): id
        case .clinician, .supervisor, .dutyDesk: nil
        }
    }
}
