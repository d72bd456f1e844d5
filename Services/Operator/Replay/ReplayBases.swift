import Catalogue
import Domain

/// What courses of the past are scored by: the decisions about models that held at each time, or a model of choice
/// wherever it speaks.
///
/// A decision counts from the time that it names. The services take it up when its file is read, which may be later;
/// `EpisodeReplay` looks there, too, for what it does not find.
final class ReplayBases {
    private let catalogue: Catalogue
    private let model: ExpectedResponseModel?
    private let decisions: [SiteID: [Timestamp]]
    private var decided: [Timestamp: Catalogue] = [:]
    private var chosen: [ObjectIdentifier: ScoringBasis] = [:]

    /// - Parameter model: takes the place of the one that held, for the raters of its instrument to whom it speaks.
    init(_ catalogue: Catalogue, model: ExpectedResponseModel? = nil) {
        self.catalogue = catalogue
        self.model = model
        decisions = Dictionary(grouping: catalogue.registry.activations, by: \.site).mapValues { activations in
            Set(activations.map(\.activatedAt)).sorted()
        }
    }

    /// The times from which on another decision holds at a site, before the first of them included; newest first.
    func epochs(of site: SiteID) -> [Timestamp] {
        decisions[site].map { $0.reversed() + [.beginning] } ?? []
    }

    /// From when on the decisions have held that a site goes by at a time; nil where it has never decided.
    func epoch(of site: SiteID, at time: Timestamp) -> Timestamp? {
        guard let decisions = decisions[site] else { return nil }
        return decisions.last { $0 <= time } ?? .beginning
    }

    /// - Parameter epoch: nil for a site that has never decided.
    func basis(
        for instrument: InstrumentReference, _ rater: Participant, at site: SiteID, _ epoch: Timestamp?
    ) -> ScoringBasis? {
        let figures = epoch.map(figures) ?? catalogue
        let held = figures.basis(
            for: instrument, role: rater.role, ageBand: rater.ageBand, sex: rater.sex, site: site)
        guard let held, let model, model.instrument == instrument, model.population.includes(rater.role, rater.ageBand) else {
            return held
        }
        if let known = chosen[ObjectIdentifier(held)] { return known }
        let basis = ScoringBasis(instrument: held.instrument, normSet: held.normSet, model: model)
        // Held bases live as long as their catalogues, which are kept: no identifier is ever used again.
        chosen[ObjectIdentifier(held)] = basis
        return basis
    }

    private func figures(at time: Timestamp) -> Catalogue {
        if let known = decided[time] { return known }
        let figures = catalogue.asDecided(by: time)
        decided[time] = figures
        return figures
    }
}

extension Timestamp {
    /// Before every decision.
    static let beginning = Timestamp(microseconds: .min)
}
