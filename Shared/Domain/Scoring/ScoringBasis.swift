/// What a rater's course is scored by. Shared by all courses that rest on the same figures, so that a
/// course carries one pointer to it.
public final class ScoringBasis: Sendable {
    public let instrument: Instrument
    /// Nil where no published figures fit the rater.
    public let normSet: NormSet?
    /// Nil where no model fits the rater.
    public let model: ExpectedResponseModel?
    public let provenance: Provenance
    /// What the courses on this basis have in common of the arithmetic, worked out once.
    let arithmetic: BasisArithmetic

    /// - Precondition: a model belongs to the instrument, in the same version.
    public init(instrument: Instrument, normSet: NormSet?, model: ExpectedResponseModel?) {
        precondition(model == nil || model?.instrument == instrument.reference)
        self.instrument = instrument
        self.normSet = normSet
        self.model = model
        self.provenance = Provenance(normSet: normSet?.id, model: model?.reference)
        self.arithmetic = BasisArithmetic(instrument: instrument, normSet: normSet, model: model)
    }
}

/// Which published figures and which model stand behind a result.
public struct Provenance: Hashable, Sendable {
    public let normSet: NormSetID?
    public let model: ModelReference?

    public init(normSet: NormSetID?, model: ModelReference?) {
        self.normSet = normSet
        self.model = model
    }
}
