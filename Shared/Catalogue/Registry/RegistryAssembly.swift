import Domain

extension ModelRegistry {
    /// The models and decisions of all files.
    ///
    /// A file says what a model's status is today; a decision was taken on that of its day. So what is retired now
    /// may have been activated before, and only a decision that still holds is refused for it.
    init(
        _ models: ModelSelection, _ definitions: [ActivationDefinition], _ instruments: [InstrumentReference: Instrument]
    ) throws(CatalogueError) {
        self.init()
        for placed in models.versions {
            let version = placed.value
            try Self.at(placed.place) { () throws(ModelRegistryProblem) in
                try register(version.status == .retired ? version.with(.approved) : version)
            }
        }
        var decisions: [(activation: ModelActivation, definition: ActivationDefinition)] = []
        for definition in definitions {
            guard instruments[definition.instrument] != nil else {
                throw definition.instrumentPlace.refusal("\(definition.instrument) is not in the catalogue")
            }
            let activation = ModelActivation(
                site: definition.site, instrument: definition.instrument,
                champion: try definition.champion?.reference(in: models),
                challenger: try definition.challenger?.reference(in: models), activatedAt: definition.at, by: definition.by)
            do throws(ModelRegistryProblem) {
                try activate(activation)
            } catch {
                throw definition.place(of: error, activation).refusal("\(error)")
            }
            decisions.append((activation, definition))
        }
        for placed in models.versions where placed.value.status == .retired {
            try Self.at(placed.place) { () throws(ModelRegistryProblem) in try register(placed.value) }
        }
        try refuseRetired(decisions)
    }

    private func refuseRetired(
        _ decisions: [(activation: ModelActivation, definition: ActivationDefinition)]
    ) throws(CatalogueError) {
        let retired = Set(versions.filter { $0.status == .retired }.map(\.reference))
        let inForce = Set(inForce)
        for (activation, definition) in decisions where inForce.contains(activation) {
            for model in [activation.champion, activation.challenger].compactMap(\.self) where retired.contains(model) {
                let problem = ModelRegistryProblem.retired(model)
                throw definition.place(of: problem, activation).refusal("\(problem)")
            }
        }
    }

    private static func at(
        _ place: StrictNode, _ change: () throws(ModelRegistryProblem) -> Void
    ) throws(CatalogueError) {
        do throws(ModelRegistryProblem) { try change() } catch { throw place.refusal("\(error)") }
    }
}

extension ModelVersion {
    fileprivate func with(_ status: Status) -> ModelVersion {
        ModelVersion(
            reference: reference, instrument: instrument, population: population, origin: origin, status: status)
    }
}

extension ActivationDefinition.NamedModel {
    /// The model of that name; a stated hash must be its own.
    fileprivate func reference(in models: ModelSelection) throws(CatalogueError) -> ModelReference {
        guard let reference = models.model(id, version)?.reference else {
            throw place.refusal("\(ModelRegistryProblem.unknownModel(ModelReference(id: id, version: version, hash: [])))")
        }
        let digits = Hexadecimal.text(reference.hash)
        if let statedHash, try statedHash.text() != digits {
            throw statedHash.refusal("does not fit the content of \(id)@\(version), whose hash is \(digits)")
        }
        return reference
    }
}

extension ActivationDefinition {
    /// The line to correct.
    fileprivate func place(of problem: ModelRegistryProblem, _ activation: ModelActivation) -> StrictNode {
        switch problem {
        case .outOfOrder: atPlace
        case .challengesItself: challenger?.place ?? atPlace
        case .unknownModel(let model), .otherContent(let model), .retired(let model), .notApproved(let model),
            .otherInstrument(let model, _), .otherPopulation(let model):
            (model == activation.champion ? champion : challenger)?.place ?? atPlace
        }
    }
}
