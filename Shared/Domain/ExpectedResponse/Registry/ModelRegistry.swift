/// All versions of all models, and which of them each site uses for which raters: a value that only grows.
///
/// Activations are kept, not replaced, so that a result of last year can be followed to the person who
/// chose its model. A site may use several models for one instrument where their populations do not
/// overlap (adults and adolescents, own rating and caretaker's); each has its activations of its own.
public struct ModelRegistry: Hashable, Sendable {
    private var byName: [Name: ModelVersion] = [:]
    /// In the order in which they were made.
    public private(set) var activations: [ModelActivation] = []

    /// Id and version, which name a model once and for all.
    private struct Name: Hashable {
        let id: ModelID
        let version: String

        init(_ reference: ModelReference) { (id, version) = (reference.id, reference.version) }
    }

    public init() {}

    /// By id and version.
    public var versions: [ModelVersion] {
        byName.values.sorted { ($0.reference.id.text, $0.reference.version) < ($1.reference.id.text, $1.reference.version) }
    }

    /// The version of that name with that hash.
    public func version(_ reference: ModelReference) throws(ModelRegistryProblem) -> ModelVersion {
        guard let version = byName[Name(reference)] else { throw .unknownModel(reference) }
        guard version.reference.hash == reference.hash else { throw .otherContent(reference) }
        return version
    }

    /// Takes in a version, or a new status of one that is there; nothing else of it can change.
    /// Moving back from retired is refused.
    public mutating func register(_ version: ModelVersion) throws(ModelRegistryProblem) {
        guard let known = byName[Name(version.reference)] else {
            byName[Name(version.reference)] = version
            return
        }
        guard
            known.reference == version.reference, known.instrument == version.instrument,
            known.population == version.population, known.origin == version.origin
        else { throw .otherContent(version.reference) }
        guard known.status != .retired || version.status == .retired else { throw .retired(version.reference) }
        byName[Name(version.reference)] = version
    }

    /// Makes a decision of a site known; it holds from its own time on.
    public mutating func activate(_ activation: ModelActivation) throws(ModelRegistryProblem) {
        if let champion = activation.champion {
            let version = try usable(champion, for: activation)
            guard version.status == .approved else { throw .notApproved(champion) }
        }
        if let challenger = activation.challenger {
            let version = try usable(challenger, for: activation)
            if let champion = activation.champion {
                guard champion != challenger else { throw .challengesItself(challenger) }
                guard try self.version(champion).population.overlaps(version.population) else {
                    throw .otherPopulation(challenger)
                }
            }
        }
        if let latest = activations.last(where: { $0.site == activation.site && $0.instrument == activation.instrument }),
            activation.activatedAt < latest.activatedAt
        {
            throw .outOfOrder(latest: latest.activatedAt)
        }
        activations.append(activation)
    }

    /// What holds at a site at a time for a rater; nil where nothing was ever decided.
    public func activation(
        _ site: SiteID, _ instrument: InstrumentReference, _ role: RaterRole, _ ageBand: AgeBand, at time: Timestamp
    ) -> ModelActivation? {
        activations.last { activation in
            activation.site == site && activation.instrument == instrument && activation.activatedAt <= time
                && speaks(activation, to: role, ageBand)
        }
    }

    /// The decisions that no later one has replaced for all of their raters, in the order in which they were made.
    public var inForce: [ModelActivation] {
        activations.enumerated().filter { place, decision in
            let later = activations[(place + 1)...].filter {
                $0.site == decision.site && $0.instrument == decision.instrument
            }
            return RaterRole.allCases.contains { role in
                AgeBand.allCases.contains { ageBand in
                    speaks(decision, to: role, ageBand) && !later.contains { speaks($0, to: role, ageBand) }
                }
            }
        }.map(\.element)
    }

    /// A decision to use no model at all speaks to everybody.
    private func speaks(_ activation: ModelActivation, to role: RaterRole, _ ageBand: AgeBand) -> Bool {
        guard let named = activation.champion ?? activation.challenger else { return true }
        return byName[Name(named)]?.population.includes(role, ageBand) ?? false
    }

    private func usable(
        _ reference: ModelReference, for activation: ModelActivation
    ) throws(ModelRegistryProblem) -> ModelVersion {
        let version = try version(reference)
        guard version.instrument == activation.instrument else {
            throw .otherInstrument(reference, version.instrument)
        }
        guard version.status != .retired else { throw .retired(reference) }
        return version
    }
}

/// Why the registry refuses.
public enum ModelRegistryProblem: Error, Hashable, Sendable {
    case unknownModel(ModelReference)
    /// Same id and version, another hash or another origin: a version never changes.
    case otherContent(ModelReference)
    case retired(ModelReference)
    case notApproved(ModelReference)
    case otherInstrument(ModelReference, InstrumentReference)
    /// Champion and challenger are compared where both speak: they must have raters in common.
    case otherPopulation(ModelReference)
    case challengesItself(ModelReference)
    case outOfOrder(latest: Timestamp)
}

extension ModelRegistryProblem: CustomStringConvertible {
    public var description: String {
        func name(_ reference: ModelReference) -> String { "model \(reference.id) version \(reference.version)" }
        return switch self {
        case .unknownModel(let reference):
            "\(name(reference)) is not registered; register it first"
        case .otherContent(let reference):
            "\(name(reference)) is registered with other content; a version never changes, so give it a new one"
        case .retired(let reference):
            "\(name(reference)) is retired; choose another, or fit a new version"
        case .notApproved(let reference):
            "\(name(reference)) is a candidate; compare it as a challenger and approve it first"
        case .otherInstrument(let reference, let instrument):
            "\(name(reference)) is for instrument \(instrument)"
        case .otherPopulation(let reference):
            "\(name(reference)) speaks about none of the champion's raters"
        case .challengesItself(let reference):
            "\(name(reference)) cannot be compared with itself"
        case .outOfOrder(let latest):
            "a decision of \(latest) is newer than this one; decisions are taken in order of time"
        }
    }
}
