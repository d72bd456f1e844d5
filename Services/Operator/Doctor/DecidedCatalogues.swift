import Catalogue
import Domain

/// The catalogue at hand, and as it was before each decision about models that a site has made since.
///
/// A decision changes nothing of the past, so that what stands may rest on an earlier one.
struct DecidedCatalogues {
    let current: Catalogue
    private var earlier: [SiteID: [Catalogue]] = [:]

    init(_ current: Catalogue) { self.current = current }

    /// The newest first.
    mutating func all(at site: SiteID) -> [Catalogue] {
        if let known = earlier[site] { return [current] + known }
        let decisions = Set(current.registry.activations.filter { $0.site == site }.map(\.activatedAt))
        let times = decisions.isEmpty ? [] : decisions.sorted(by: >).dropFirst() + [Timestamp(microseconds: .min)]
        let made = times.map { current.asDecided(by: $0) }
        earlier[site] = made
        return [current] + made
    }
}
