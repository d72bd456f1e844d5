public import Domain

/// What people are told of an alert.
public enum Telling: Hashable, Sendable {
    case raised
    /// Nobody has answered it in time.
    /// - Parameter audience: whom it is passed on to; nil where the event does not tell.
    case passedOn(to: AlertAudience?)
    /// It was given to another clinician.
    case assigned

    public var isEscalation: Bool {
        switch self {
        case .passedOn: true
        case .raised, .assigned: false
        }
    }
}

/// Whom the routes mean.
public struct RouteChoice: Sendable {
    public let named: [Recipient]
    /// Of the directory.
    public let people: [DirectoryRoutes.Target]

    public var isEmpty: Bool { named.isEmpty && people.isEmpty }
}

extension Routes {
    /// Those of the site, or those of the default where the site has nobody for it. That an alert was given to another
    /// clinician is told to that one alone, and only where clinicians are told of alerts of the kind at all.
    public func choice(of kind: AlertKind, _ telling: Telling, at site: SiteID) -> RouteChoice {
        let isEscalation = telling.isEscalation
        var choice = RouteChoice(
            named: ownRecipients(of: kind, isEscalation: isEscalation, at: site),
            people: people.own(of: kind, telling, at: site))
        if choice.isEmpty {
            choice = RouteChoice(
                named: fallback(for: kind, isEscalation: isEscalation), people: people.standard(of: kind, telling))
        }
        guard telling == .assigned else { return choice }
        return RouteChoice(named: [], people: choice.people.contains(.clinician) ? [.clinician] : [])
    }
}
