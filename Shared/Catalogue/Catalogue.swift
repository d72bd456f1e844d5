import Crypto
public import Domain

/// Instruments with their norm sets, and the models of expected response: the built-in ones and a
/// site's own, checked as a whole.
public struct Catalogue: Sendable {
    /// SHA-256 over names and bytes of all files, in the order they were read: same digest, same figures.
    public let digest: [UInt8]
    /// In the order of their references.
    public let instruments: [Instrument]
    /// All models with what they rest on, and who activated which of them where.
    public let registry: ModelRegistry

    private let byReference: [InstrumentReference: Entry]
    private var decided: DecidedBases

    /// An instrument with what its raters are scored by, worked out once.
    private struct Entry {
        let instrument: Instrument
        let models: [ExpectedResponseModel]
        let bases: [Rater: ScoringBasis]
    }

    public func instrument(_ reference: InstrumentReference) -> Instrument? {
        byReference[reference]?.instrument
    }

    /// All models for an instrument, a site's own before the built-in ones; what only an activation puts to use
    /// comes last.
    public func models(for reference: InstrumentReference) -> [ExpectedResponseModel] {
        byReference[reference]?.models ?? []
    }

    /// The model that speaks about a rater where nobody has decided: a site's own where it has one, else the
    /// built-in one.
    public func model(
        for reference: InstrumentReference, role: RaterRole, ageBand: AgeBand
    ) -> ExpectedResponseModel? {
        basis(for: reference, role: role, ageBand: ageBand)?.model
    }

    /// What a rater's course is scored by where nobody has decided about models; nil for an unknown instrument.
    /// Always the same object for the same question.
    ///
    /// - Parameter sex: nil where it is not known; figures that need it then do not hold.
    public func basis(
        for reference: InstrumentReference, role: RaterRole, ageBand: AgeBand, sex: Sex? = nil
    ) -> ScoringBasis? {
        byReference[reference]?.bases[Rater(role: role, ageBand: ageBand, sex: sex)]
    }

    /// What a rater's course is scored by at a site: the newest decision of the site that speaks to the rater
    /// chooses the model, and without one everything is as at any other site. Always the same object for the same
    /// question.
    ///
    /// A decision holds from the moment its file is read, and changes nothing of the past by itself: every result
    /// names its model, and a course is scored again only when something new happens to it.
    /// - Parameters: as of the variant without a site.
    public func basis(
        for reference: InstrumentReference, role: RaterRole, ageBand: AgeBand, sex: Sex? = nil, site: SiteID
    ) -> ScoringBasis? {
        let rater = Rater(role: role, ageBand: ageBand, sex: sex)
        return decided.basis(site, reference, rater) ?? byReference[reference]?.bases[rater]
    }

    /// The catalogue with the decisions that had been made by a time and none that were made later: for
    /// explaining what was scored then.
    public func asDecided(by time: Timestamp) -> Catalogue {
        var catalogue = self
        catalogue.decided = DecidedBases(registry, at: time, byReference.mapValues { ($0.models, $0.bases) })
        return catalogue
    }

    /// Puts files together. Sources of the site come after the built-in ones.
    init(_ sources: [CatalogueSource]) throws(CatalogueError) {
        var instruments: [InstrumentReference: Instrument] = [:]
        var definitions: [(model: CatalogueFile.Placed<ModelDefinition>, isBuiltIn: Bool)] = []
        var choices: [ChoiceDefinition] = []
        var activations: [ActivationDefinition] = []
        var hasher = SHA256()
        for source in sources {
            hasher.update(data: Array("\(source.name)\n\(source.bytes.count)\n".utf8))
            hasher.update(data: source.bytes)
            let file = try CatalogueFile(name: source.name, bytes: source.bytes)
            for placed in file.instruments {
                guard instruments.updateValue(placed.value, forKey: placed.value.reference) == nil else {
                    throw placed.place.refusal(
                        "\(placed.value.reference) is defined twice; give the site's own figures their own version")
                }
            }
            definitions += file.models.map { ($0, source.isBuiltIn) }
            choices += file.choices
            activations += file.activations
        }
        try Self.apply(choices, to: &instruments)
        let models = try ModelSelection(definitions, instruments)
        self.digest = Array(hasher.finalize())
        self.instruments = instruments.values.sorted { $0.reference < $1.reference }
        registry = try ModelRegistry(models, activations, instruments)
        byReference = instruments.mapValues { Self.entry($0, models) }
        decided = DecidedBases(registry, at: .endOfTime, byReference.mapValues { ($0.models, $0.bases) })
    }

    /// Puts a site's choices into effect, wherever among its files they stand.
    private static func apply(
        _ choices: [ChoiceDefinition], to instruments: inout [InstrumentReference: Instrument]
    ) throws(CatalogueError) {
        var decided: Set<InstrumentReference> = []
        for choice in choices {
            guard let instrument = instruments[choice.instrument] else {
                throw choice.place.refusal("\(choice.instrument) is not in the catalogue")
            }
            guard decided.insert(choice.instrument).inserted else {
                throw choice.place.refusal("\(choice.instrument) is chosen for twice; put its choices together")
            }
            instruments[choice.instrument] = try choice.applied(to: instrument)
        }
    }

    private static func entry(_ instrument: Instrument, _ models: ModelSelection) -> Entry {
        var bases: [Rater: ScoringBasis] = [:]
        for rater in Rater.all {
            bases[rater] = ScoringBasis(
                instrument: instrument,
                normSet: instrument.normSet(for: rater.role, ageBand: rater.ageBand, sex: rater.sex),
                model: models.model(for: instrument.reference, rater.role, rater.ageBand))
        }
        return Entry(instrument: instrument, models: models.all(for: instrument.reference), bases: bases)
    }
}
