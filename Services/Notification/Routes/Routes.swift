import Contracts
import Domain

/// Who is told about the alerts of which site.
struct Routes: Sendable {
    private let sites: [SiteID: [Recipient]]
    private let `default`: [Recipient]
    private let places: [RecipientPlace: Recipient.Address]

    init(default: [Recipient], sites: [SiteID: [Recipient]]) {
        self.default = `default`
        self.sites = sites
        let all = `default` + sites.values.flatMap { $0 }
        places = Dictionary(all.map { ($0.place, $0.address) }, uniquingKeysWith: { first, _ in first })
    }

    /// The recipients of an alert; those of the default where the site has nobody for it.
    func recipients(of kind: AlertKind, isEscalation: Bool, at site: SiteID) -> [Recipient] {
        let own = (sites[site] ?? []).filter { $0.takes(kind, isEscalation: isEscalation) }
        return own.isEmpty ? `default`.filter { $0.takes(kind, isEscalation: isEscalation) } : own
    }

    /// The site's own recipients of an alert, none where it leaves that to the default.
    func ownRecipients(of kind: AlertKind, isEscalation: Bool, at site: SiteID) -> [Recipient] {
        (sites[site] ?? []).filter { $0.takes(kind, isEscalation: isEscalation) }
    }

    /// Who is told when somebody of the directory cannot be: the default's recipients of the alert or, where it has none,
    /// those of safety alerts, for whom there is always somebody.
    func lastResort(of kind: AlertKind, isEscalation: Bool) -> [Recipient] {
        let usual = `default`.filter { $0.takes(kind, isEscalation: isEscalation) }
        return usual.isEmpty ? `default`.filter { $0.takes(.safety, isEscalation: isEscalation) } : usual
    }

    /// Where a recipient is reached; nil for one that the routes no longer hold.
    func address(of place: RecipientPlace) -> Recipient.Address? { places[place] }

    /// Recipients that a webhook of this URL serves.
    func webhookRecipients(of url: String) -> [String] {
        places.compactMap { place, address in
            if case .webhook(let target) = address, target.url == url { place.id } else { nil }
        }.sorted()
    }

    var usesMail: Bool { places.keys.contains { $0.channel == .email } }
}
