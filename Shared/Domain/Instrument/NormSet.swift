/// The line between the clinical and the functional range, in steps.
///
/// Whether the value itself is still clinical is part of the figure: PHQ-9 caseness begins at 10
/// (inclusive), an ORS of exactly 25.0 is functional (not inclusive).
public struct CutOff: Hashable, Sendable {
    public let value: Int
    /// True where a score equal to `value` lies in the clinical range.
    public let isInclusive: Bool

    public init(value: Int, isInclusive: Bool) {
        self.value = value
        self.isInclusive = isInclusive
    }

    /// Whether a score lies on the unfavourable side.
    public func isClinical(_ score: Int, _ direction: ScoreDirection) -> Bool {
        switch direction {
        case .higherIsBetter: isInclusive ? score <= value : score < value
        case .lowerIsBetter: isInclusive ? score >= value : score > value
        }
    }
}

/// What a reliable change follows from after Jacobson and Truax, kept beside the published value.
public struct ReliableChangeDerivation: Hashable, Sendable {
    /// Standard deviation of the sample, in points.
    public let deviation: Double
    public let reliability: Double
    public let level: JacobsonTruax.Level

    public init(deviation: Double, reliability: Double, level: JacobsonTruax.Level) {
        self.deviation = deviation
        self.reliability = reliability
        self.level = level
    }

    /// The reliable change that follows, in points, not rounded.
    public var points: Double {
        JacobsonTruax.reliableChange(deviation: deviation, reliability: reliability, level: level)
    }
}

/// One published set of figures for one population.
///
/// Published values conflict for nearly every instrument, so figures are data with provenance and
/// never constants in code (clinical-reference, rule 1).
public struct NormSet: Hashable, Sendable {
    public let id: NormSetID
    /// In words, e.g. `adult outpatients`.
    public let title: String
    public let population: Population
    /// Nil where no cut-off is published: nobody is then called recovered.
    public let cutOff: CutOff?
    /// The smallest change in steps that is more than measurement error; a change of exactly this many
    /// counts. Nil where none is published: nobody is then called deteriorating or recovered.
    public let reliableChange: Int?
    /// Sample figures that a reliable change follows from, which need not be those of the published value
    /// (OQ-45; clinical-reference 1.2.3).
    public let derivation: ReliableChangeDerivation?
    /// Where the figures come from.
    public let source: String
    public let confidence: Confidence
    /// Where the cut-off comes from.
    public let cutOffEvidence: Evidence
    /// Where the reliable change comes from.
    public let reliableChangeEvidence: Evidence
    public internal(set) var standing: Standing

    /// - Parameters:
    ///   - cutOffEvidence: nil: the source and confidence of the set.
    ///   - reliableChangeEvidence: nil: the source and confidence of the set.
    public init(
        id: NormSetID, title: String, population: Population, cutOff: CutOff?, reliableChange: Int?,
        source: String, confidence: Confidence, standing: Standing = .standard,
        cutOffEvidence: Evidence? = nil, reliableChangeEvidence: Evidence? = nil,
        derivation: ReliableChangeDerivation? = nil
    ) {
        let evidence = Evidence(source: source, confidence: confidence)
        self.id = id
        self.title = title
        self.population = population
        self.cutOff = cutOff
        self.reliableChange = reliableChange
        self.derivation = derivation
        self.source = source
        self.confidence = confidence
        self.cutOffEvidence = cutOffEvidence ?? evidence
        self.reliableChangeEvidence = reliableChangeEvidence ?? evidence
        self.standing = standing
    }
}

extension Instrument {
    /// The figures that hold for a rater: those that the site chose, else the standard ones; nil where
    /// none, or more than one set, fits.
    ///
    /// - Parameter sex: nil where it is not known; figures that need it then do not hold.
    public func normSet(for role: RaterRole, ageBand: AgeBand, sex: Sex?) -> NormSet? {
        normSets.holding(for: role, ageBand, sex)
    }

    /// The figures that hold for a rater whose sex is not known.
    public func normSet(for role: RaterRole, _ ageBand: AgeBand) -> NormSet? {
        normSet(for: role, ageBand: ageBand, sex: nil)
    }
}

extension [NormSet] {
    func holding(for role: RaterRole, _ ageBand: AgeBand, _ sex: Sex?) -> NormSet? {
        let fitting = filter { $0.population.includes(role, ageBand, sex) }
        let chosen = fitting.filter { $0.standing == .chosen }
        let holding = chosen.isEmpty ? fitting.filter { $0.standing == .standard } : chosen
        return holding.count == 1 ? holding.first : nil
    }
}
