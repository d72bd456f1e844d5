public import Domain
import FoundationEssentials
import SwiftProtobuf

extension Attune_V1_Provenance {
    init(_ provenance: Provenance) {
        self.init()
        normSet = provenance.normSet?.text ?? ""
        guard let reference = provenance.model else { return }
        model = reference.id.text
        modelVersion = reference.version
        modelHash = Data(reference.hash)
    }
}

extension Provenance {
    init(_ message: Attune_V1_Provenance) throws(MalformedEvent) {
        var normSet: NormSetID?
        if !message.normSet.isEmpty {
            guard let id = NormSetID(message.normSet) else {
                throw MalformedEvent(field: "provenance.norm_set", problem: "not a norm set name")
            }
            normSet = id
        }
        var model: ModelReference?
        if !message.model.isEmpty {
            guard let id = ModelID(message.model), message.modelHash.count == 32 else {
                throw MalformedEvent(field: "provenance.model", problem: "not a model with its hash")
            }
            model = ModelReference(id: id, version: message.modelVersion, hash: Array(message.modelHash))
        }
        self.init(normSet: normSet, model: model)
    }
}

extension Attune_V1_TrajectoryPoint {
    init(_ point: TrajectoryPoint) {
        self.init()
        ratingID = point.rating.id.data
        session = UInt32(point.rating.session)
        day = Int32(point.rating.day.daysSinceEpoch)
        score = Int32(point.rating.score)
        switch point.expectation {
        case .bounds(let bounds): expected = Attune_V1_Expected(bounds)
        case .lines(let target): lines = Attune_V1_TargetLines(target)
        case nil: break
        }
        state = Attune_V1_CourseState(point.state)
        improvement = Int32(point.improvement)
        safetyItems = point.rating.safetyItems.numbers.map(UInt32.init)
        if let lowest = point.rating.lowestItem { lowestItem = Int32(lowest) }
        version = point.rating.version
    }
}

extension Attune_V1_Expected {
    init(_ expected: ExpectedResponse) {
        self.init()
        mean = Int32(expected.mean)
        lower68 = Int32(expected.lower68)
        upper68 = Int32(expected.upper68)
        lower80 = Int32(expected.lower80)
        upper80 = Int32(expected.upper80)
        lower90 = Int32(expected.lower90)
        upper90 = Int32(expected.upper90)
    }
}

extension Attune_V1_TargetLines {
    init(_ lines: TargetLines) {
        self.init()
        success = Int32(clamping: lines.success)
        failure = Int32(clamping: lines.failure)
    }
}

extension Attune_V1_CourseState {
    init(_ state: CourseState) {
        self =
            switch state {
            case .insufficientData: .insufficientData
            case .noExpectedResponse: .noExpectedResponse
            case .onTrack: .onTrack
            case .atRisk: .atRisk
            case .notOnTrack: .notOnTrack
            case .deteriorating: .deteriorating
            case .recovered: .recovered
            }
    }
}

extension CourseState {
    init(_ message: Attune_V1_CourseState) throws(MalformedEvent) {
        switch message {
        case .insufficientData: self = .insufficientData
        case .noExpectedResponse: self = .noExpectedResponse
        case .onTrack: self = .onTrack
        case .atRisk: self = .atRisk
        case .notOnTrack: self = .notOnTrack
        case .deteriorating: self = .deteriorating
        case .recovered: self = .recovered
        case .unspecified, .UNRECOGNIZED: throw MalformedEvent(field: "state", problem: "not a known course state")
        }
    }

    /// The number that stands for the state in the database: that of CourseState in trajectories.proto.
    public var number: Int16 { Int16(Attune_V1_CourseState(self).rawValue) }
}

extension Trajectory {
    /// What scoring stores as the state of the course: 0 where no point is left.
    public var storedState: Int16 { points.isEmpty ? 0 : state.number }
}

extension Attune_V1_Signal {
    init(_ signal: Signal) {
        self.init()
        kind = Attune_V1_SignalKind(signal.kind)
        rule = signal.rule.name
        ratingID = signal.rating.data
    }
}

extension Attune_V1_SignalKind {
    init(_ kind: SignalKind) {
        self =
            switch kind {
            case .notOnTrack: .notOnTrack
            case .deteriorating: .deteriorating
            case .alliance: .alliance
            case .safety: .safety
            case .stalled: .stalled
            case .guarded: .guarded
            case .missedMeasure: .missedMeasure
            case .undiscussed: .undiscussed
            }
    }
}

extension SignalKind {
    /// The number that stands for the kind in the database: that of SignalKind in trajectories.proto.
    public var number: Int16 { Int16(Attune_V1_SignalKind(self).rawValue) }

    /// The kind of a number; nil for one that stands for none.
    public init?(number: Int16) {
        switch Attune_V1_SignalKind(rawValue: Int(number)) {
        case .notOnTrack: self = .notOnTrack
        case .deteriorating: self = .deteriorating
        case .alliance: self = .alliance
        case .safety: self = .safety
        case .stalled: self = .stalled
        case .guarded: self = .guarded
        case .missedMeasure: self = .missedMeasure
        case .undiscussed: self = .undiscussed
        case .unspecified, .UNRECOGNIZED, nil: return nil
        }
    }
}

extension Set<SignalKind> {
    /// The set as bits: bit n stands for the kind of number n.
    public var bits: Int32 { reduce(0) { $0 | 1 << Int32($1.number) } }

    /// The kinds whose bits are set.
    public init(bits: Int32) { self = Set(SignalKind.allCases.filter { bits >> Int32($0.number) & 1 == 1 }) }
}
