/// What a rater's course is scored by. Shared by all courses that rest on the same figures, so that a
/// course carries one pointer to it.
public final class ScoringBasis: Sendable {
    public let instrument: Instrument
    /// Nil where no published figures fit the rater.
    public let normSet: NormSet?
    /// Nil where no model fits the rater.
    public let model: ExpectedResponseModel?
    public let provenance: Provenance
    /// The same as text: part of the identity of every result, so it is put together once.
    public let provenanceText: String
    /// What the courses on this basis have in common of the arithmetic, worked out once.
    let arithmetic: BasisArithmetic

    /// - Precondition: a model belongs to the instrument, in the same version.
    public init(instrument: Instrument, normSet: NormSet?, model: ExpectedResponseModel?) {
        precondition(model == nil || model?.instrument == instrument.reference)
        self.instrument = instrument
        self.normSet = normSet
        self.model = model
        self.provenance = Provenance(normSet: normSet?.id, model: model?.reference)
        self.provenanceText = provenance.text
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

    /// `adult-outpatients phq9-default@1#<hash>`; `none` for what is absent. Never changes for the same figures.
    fileprivate var text: String {
        let model = model.map { "\($0.id)@\($0.version)#\(Hexadecimal.text($0.hash))" }
        return "\(normSet?.text ?? "none") \(model ?? "none")"
    }
}
