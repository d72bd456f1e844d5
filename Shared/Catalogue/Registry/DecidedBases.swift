import Domain

/// Whom figures are chosen for.
struct Rater: Hashable {
    let role: RaterRole
    let ageBand: AgeBand
    /// Nil where it is not known.
    let sex: Sex?

    static let all = RaterRole.allCases.flatMap { role in
        AgeBand.allCases.flatMap { ageBand in
            (Sex.allCases.map(Optional.some) + [nil]).map { Rater(role: role, ageBand: ageBand, sex: $0) }
        }
    }
}

/// What raters are scored by at the sites that have decided about models, worked out once.
struct DecidedBases {
    private struct Place: Hashable {
        let site: SiteID
        let instrument: InstrumentReference
    }
    private var bases: [Place: [Rater: ScoringBasis]] = [:]

    /// - Parameters:
    ///   - time: decisions made later are left out.
    ///   - undecided: of each instrument all models, and what its raters are scored by where nobody has decided.
    init(
        _ registry: ModelRegistry, at time: Timestamp,
        _ undecided: [InstrumentReference: (models: [ExpectedResponseModel], bases: [Rater: ScoringBasis])]
    ) {
        for place in Set(registry.activations.map({ Place(site: $0.site, instrument: $0.instrument) })) {
            guard let known = undecided[place.instrument] else { continue }
            for rater in Rater.all {
                guard
                    let decision = registry.activation(
                        place.site, place.instrument, rater.role, rater.ageBand, at: time),
                    let usual = known.bases[rater], usual.model?.reference != decision.champion
                else { continue }
                bases[place, default: [:]][rater] = ScoringBasis(
                    instrument: usual.instrument, normSet: usual.normSet,
                    model: known.models.first { $0.reference == decision.champion })
            }
        }
    }

    /// Nil where the rater is scored as at any other site.
    func basis(_ site: SiteID, _ instrument: InstrumentReference, _ rater: Rater) -> ScoringBasis? {
        bases[Place(site: site, instrument: instrument)]?[rater]
    }
}

extension Timestamp {
    /// Behind every decision.
    static let endOfTime = Timestamp(microseconds: .max)
}
