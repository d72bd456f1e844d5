import Contracts
public import Domain

/// Who is told about the alerts of which site, how, and when.
public struct Routes: Sendable {
    private let sites: [SiteID: [Recipient]]
    private let `default`: [Recipient]
    private let siteTimes: [SiteID: MessageTimes]
    private let defaultTimes: MessageTimes?
    private let rearm: Rearm
    private let contacts: [RecipientPlace: Recipient.Contact]
    /// Those whom the file names by role or id, and the directory knows.
    public let people: DirectoryRoutes

    public init(
        default: [Recipient], sites: [SiteID: [Recipient]], defaultTimes: MessageTimes? = nil,
        siteTimes: [SiteID: MessageTimes] = [:], people: DirectoryRoutes = .none, rearm: Rearm = .usual
    ) {
        self.default = `default`
        self.sites = sites
        self.defaultTimes = defaultTimes
        self.siteTimes = siteTimes
        self.people = people
        self.rearm = rearm
        var contacts: [RecipientPlace: Recipient.Contact] = [:]
        for recipient in `default` + sites.values.flatMap({ $0 }) {
            let contact = recipient.contact
            contacts[recipient.place] = contact
            // A second channel has no second channel of its own.
            guard let second = contact.second else { continue }
            contacts[RecipientPlace(id: recipient.id, channel: second.channel)] = Recipient.Contact(
                address: second, language: contact.language, times: contact.times)
        }
        self.contacts = contacts
    }

    /// The recipients of an alert; those of the default where the site has nobody for it.
    public func recipients(of kind: AlertKind, isEscalation: Bool, at site: SiteID) -> [Recipient] {
        let own = ownRecipients(of: kind, isEscalation: isEscalation, at: site)
        return own.isEmpty ? fallback(for: kind, isEscalation: isEscalation) : own
    }

    /// The site's own recipients of an alert, none where it leaves that to the default.
    public func ownRecipients(of kind: AlertKind, isEscalation: Bool, at site: SiteID) -> [Recipient] {
        (sites[site] ?? []).filter { $0.takes(kind, isEscalation: isEscalation) }
    }

    /// Those whom an alert reaches wherever it is: for safety never nobody.
    public func fallback(for kind: AlertKind, isEscalation: Bool) -> [Recipient] {
        `default`.filter { $0.takes(kind, isEscalation: isEscalation) }
    }

    /// Who is told when somebody of the directory cannot be: the default's recipients of the alert or, where it has none,
    /// those of safety alerts, for whom there is always somebody.
    public func lastResort(of kind: AlertKind, isEscalation: Bool) -> [Recipient] {
        let usual = fallback(for: kind, isEscalation: isEscalation)
        return usual.isEmpty ? fallback(for: .safety, isEscalation: isEscalation) : usual
    }

    /// All recipients under this name.
    public func recipients(named id: String) -> [RecipientPlace] {
        contacts.keys.filter { $0.id == id }.sorted { $0.channel.rawValue < $1.channel.rawValue }
    }

    /// How a recipient is reached; nil for one that the routes no longer hold.
    public func contact(of place: RecipientPlace) -> Recipient.Contact? { contacts[place] }

    /// When a recipient wants to hear of a site's alerts: at their own times or those of the site. What nobody reads at
    /// night, a system or an inbox, knows no times but its own.
    public func times(of place: RecipientPlace, at site: SiteID) -> MessageTimes? {
        if let own = contacts[place]?.times { return own }
        return place.channel == .email ? siteTimes[site] ?? defaultTimes : nil
    }

    /// For how long a recipient who was told of an alert is not told the same again, where it fell away by itself and came
    /// back. Danger is always told.
    public func rearmTime(of kind: AlertKind, at site: SiteID) -> Duration {
        kind == .safety ? .zero : rearm.sites[site] ?? rearm.standard
    }

    /// Recipients that a webhook of this URL serves.
    public func webhookRecipients(of url: String) -> [String] {
        contacts.compactMap { place, contact in
            if case .webhook(let target) = contact.address, target.url == url { place.id } else { nil }
        }.sorted()
    }

    /// Whether anybody may have a mail address; of people of the directory any may.
    public var usesMail: Bool { !people.isEmpty || contacts.keys.contains { $0.channel == .email } }
}
