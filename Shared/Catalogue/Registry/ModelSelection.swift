import Domain

/// The models of a catalogue, and which of them speaks about whom where nobody has decided.
struct ModelSelection {
    private(set) var versions: [CatalogueFile.Placed<ModelVersion>] = []
    private var byName: [String: ExpectedResponseModel] = [:]
    /// Models without a status.
    private var site: [InstrumentReference: [ExpectedResponseModel]] = [:]
    private var builtIn: [InstrumentReference: [ExpectedResponseModel]] = [:]
    /// Models that only an activation puts to use.
    private var registered: [InstrumentReference: [ExpectedResponseModel]] = [:]

    init(
        _ definitions: [(model: CatalogueFile.Placed<ModelDefinition>, isBuiltIn: Bool)],
        _ instruments: [InstrumentReference: Instrument]
    ) throws(CatalogueError) {
        for (placed, isBuiltIn) in definitions {
            let definition = placed.value
            guard let instrument = instruments[definition.instrument] else {
                throw definition.instrumentPlace.refusal("\(definition.instrument) is not in the catalogue")
            }
            let model = try definition.model(on: instrument)
            guard byName.updateValue(model, forKey: Self.name(definition.id, definition.version)) == nil else {
                throw placed.place.refusal("model \(definition.id)@\(definition.version) is defined twice")
            }
            try take(model, definition.status, isBuiltIn, placed.place)
            versions.append(
                CatalogueFile.Placed(
                    value: ModelVersion(
                        reference: model.reference, instrument: model.instrument, population: model.population,
                        origin: definition.origin, status: definition.status ?? .approved),
                    place: placed.place))
        }
    }

    private mutating func take(
        _ model: ExpectedResponseModel, _ status: ModelVersion.Status?, _ isBuiltIn: Bool, _ place: StrictNode
    ) throws(CatalogueError) {
        guard status == nil else {
            registered[model.instrument, default: []].append(model)
            return
        }
        let others = (isBuiltIn ? builtIn : site)[model.instrument] ?? []
        for other in others where other.population.overlaps(model.population) {
            throw place.refusal(
                "\(model.reference.id) and \(other.reference.id) could both speak about the same rater; "
                    + "give them a status, and name the one to use in activations")
        }
        if isBuiltIn {
            builtIn[model.instrument, default: []].append(model)
        } else {
            site[model.instrument, default: []].append(model)
        }
    }

    /// A site's own before the built-in ones, and those that need an activation last.
    func all(for reference: InstrumentReference) -> [ExpectedResponseModel] {
        unasked(for: reference) + (registered[reference] ?? [])
    }

    /// What speaks about a rater where nobody has decided.
    func model(for reference: InstrumentReference, _ role: RaterRole, _ ageBand: AgeBand) -> ExpectedResponseModel? {
        unasked(for: reference).first { $0.population.includes(role, ageBand) }
    }

    func model(_ id: ModelID, _ version: String) -> ExpectedResponseModel? { byName[Self.name(id, version)] }

    private func unasked(for reference: InstrumentReference) -> [ExpectedResponseModel] {
        (site[reference] ?? []) + (builtIn[reference] ?? [])
    }

    private static func name(_ id: ModelID, _ version: String) -> String { "\(id)@\(version)" }
}
