public import Domain

/// For how long nobody is told again what fell away by itself and came back.
public struct Rearm: Hashable, Sendable {
    /// Zero: every alert is told.
    public let standard: Duration
    public let sites: [SiteID: Duration]

    public init(standard: Duration, sites: [SiteID: Duration] = [:]) {
        self.standard = standard
        self.sites = sites
    }

    /// Three days, which no publication prescribes: a course about a bound crosses it from one session to the next.
    public static let usual = Rearm(standard: .seconds(72 * 3600))

    private static let hours = 0...720

    /// `{default: 72, north: 24}`, in hours.
    init(_ place: RouteNode?) throws(RoutesError) {
        var standard = Self.usual.standard
        var sites: [SiteID: Duration] = [:]
        for (name, place) in try place?.fields(RoutesReader.refusalOfSite) ?? [] {
            guard let hours = Int(try place.text()), Self.hours.contains(hours) else {
                throw place.refusal("must be a whole number of hours from 0 to \(Self.hours.upperBound)")
            }
            if name == "default" {
                standard = .seconds(hours * 3600)
            } else {
                sites[SiteID(unchecked: name)] = .seconds(hours * 3600)
            }
        }
        self.init(standard: standard, sites: sites)
    }
}
