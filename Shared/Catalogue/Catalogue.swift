import Crypto
public import Domain

/// Instruments with their norm sets, and the models of expected response: the built-in ones and a
/// site's own, checked as a whole.
public struct Catalogue: Sendable {
    /// SHA-256 over names and bytes of all files, in the order they were read: same digest, same figures.
    public let digest: [UInt8]
    /// In the order of their references.
    public let instruments: [Instrument]

    private let byReference: [InstrumentReference: Entry]

    /// An instrument with what its raters are scored by, worked out once.
    private struct Entry {
        let instrument: Instrument
        let models: [ExpectedResponseModel]
        let bases: [Rater: ScoringBasis]
    }

    private struct Rater: Hashable {
        let role: RaterRole
        let ageBand: AgeBand
        let sex: Sex?
    }

    public func instrument(_ reference: InstrumentReference) -> Instrument? {
        byReference[reference]?.instrument
    }

    /// All models for an instrument, a site's own before the built-in ones.
    public func models(for reference: InstrumentReference) -> [ExpectedResponseModel] {
        byReference[reference]?.models ?? []
    }

    /// The model that speaks about a rater: a site's own where it has one, else the built-in one.
    public func model(
        for reference: InstrumentReference, role: RaterRole, ageBand: AgeBand
    ) -> ExpectedResponseModel? {
        basis(for: reference, role: role, ageBand: ageBand)?.model
    }

    /// What a rater's course is scored by; nil for an unknown instrument. Always the same object for the
    /// same question.
    ///
    /// - Parameter sex: nil where it is not known; figures that need it then do not hold.
    public func basis(
        for reference: InstrumentReference, role: RaterRole, ageBand: AgeBand, sex: Sex? = nil
    ) -> ScoringBasis? {
        byReference[reference]?.bases[Rater(role: role, ageBand: ageBand, sex: sex)]
    }

    /// Puts files together. Sources of the site come after the built-in ones.
    init(_ sources: [CatalogueSource]) throws(CatalogueError) {
        var instruments: [InstrumentReference: Instrument] = [:]
        var definitions: [(model: CatalogueFile.Placed<ModelDefinition>, isBuiltIn: Bool)] = []
        var choices: [ChoiceDefinition] = []
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
        }
        try Self.apply(choices, to: &instruments)
        let models = try ModelSelection(definitions, instruments)
        self.digest = Array(hasher.finalize())
        self.instruments = instruments.values.sorted { $0.reference < $1.reference }
        self.byReference = instruments.mapValues { Self.entry($0, models) }
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
        for role in RaterRole.allCases {
            for ageBand in AgeBand.allCases {
                for sex in Sex.allCases.map(Optional.some) + [nil] {
                    bases[Rater(role: role, ageBand: ageBand, sex: sex)] = ScoringBasis(
                        instrument: instrument, normSet: instrument.normSet(for: role, ageBand: ageBand, sex: sex),
                        model: models.model(for: instrument.reference, role, ageBand))
                }
            }
        }
        return Entry(instrument: instrument, models: models.all(for: instrument.reference), bases: bases)
    }
}

/// Which model speaks about whom.
private struct ModelSelection {
    private var site: [InstrumentReference: [ExpectedResponseModel]] = [:]
    private var builtIn: [InstrumentReference: [ExpectedResponseModel]] = [:]

    init(
        _ definitions: [(model: CatalogueFile.Placed<ModelDefinition>, isBuiltIn: Bool)],
        _ instruments: [InstrumentReference: Instrument]
    ) throws(CatalogueError) {
        var references: Set<String> = []
        for (placed, isBuiltIn) in definitions {
            let definition = placed.value
            guard let instrument = instruments[definition.instrument] else {
                throw definition.instrumentPlace.refusal("\(definition.instrument) is not in the catalogue")
            }
            guard references.insert("\(definition.id)@\(definition.version)").inserted else {
                throw placed.place.refusal("model \(definition.id)@\(definition.version) is defined twice")
            }
            let model = try definition.model(on: instrument)
            let others = (isBuiltIn ? builtIn : site)[instrument.reference] ?? []
            for other in others where other.population.overlaps(model.population) {
                throw placed.place.refusal(
                    "\(definition.id) and \(other.reference.id) could both speak about the same rater")
            }
            if isBuiltIn {
                builtIn[instrument.reference, default: []].append(model)
            } else {
                site[instrument.reference, default: []].append(model)
            }
        }
    }

    func all(for reference: InstrumentReference) -> [ExpectedResponseModel] {
        (site[reference] ?? []) + (builtIn[reference] ?? [])
    }

    func model(for reference: InstrumentReference, _ role: RaterRole, _ ageBand: AgeBand) -> ExpectedResponseModel? {
        all(for: reference).first { $0.population.includes(role, ageBand) }
    }
}
