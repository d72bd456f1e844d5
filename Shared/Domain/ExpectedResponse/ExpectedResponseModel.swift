/// How a course usually goes on from its first score, for one instrument and one population.
///
/// Nothing is said outside the support: a first score or a session beyond it has no expectation.
public struct ExpectedResponseModel: Hashable, Sendable {
    public let reference: ModelReference
    /// Says what the model rests on; shown wherever its curve is.
    public let label: String
    public let instrument: InstrumentReference
    /// Raters the model speaks about.
    public let population: Population
    public let response: Response
    /// Intake scores the model knows, in steps.
    public let baselineSupport: ClosedRange<Int>
    /// Highest session number, counted from the first rating as 1.
    public let maxSession: Int

    /// The kinds of model.
    public enum Response: Hashable, Sendable {
        /// A curve with bounds, fitted on courses.
        case logLinear(Coefficients)
        /// Success and failure lines, loaded as data.
        case percentileLines(PercentileLines)
    }

    /// A log-linear model.
    public init(
        reference: ModelReference, label: String, instrument: InstrumentReference, population: Population,
        coefficients: Coefficients, baselineSupport: ClosedRange<Int>, maxSession: Int
    ) {
        self.reference = reference
        self.label = label
        self.instrument = instrument
        self.population = population
        self.response = .logLinear(coefficients)
        self.baselineSupport = baselineSupport
        self.maxSession = maxSession
    }

    /// A percentile model; its support is that of the table.
    public init(
        reference: ModelReference, label: String, instrument: InstrumentReference, population: Population,
        lines: PercentileLines
    ) {
        self.reference = reference
        self.label = label
        self.instrument = instrument
        self.population = population
        self.response = .percentileLines(lines)
        self.baselineSupport = lines.intakes
        self.maxSession = lines.lastSession
    }

    /// The figures of the formula; nil for a percentile model.
    public var coefficients: Coefficients? {
        switch response {
        case .logLinear(let coefficients): coefficients
        case .percentileLines: nil
        }
    }

    /// What the model says about a session; nil outside its support.
    /// - Parameters:
    ///   - baseline: the first score of the course, in steps.
    ///   - session: counted from the first rating of the course as 1.
    public func expectation(baseline: Int, session: Int, instrument: Instrument) -> Expectation? {
        switch response {
        case .logLinear:
            expected(baseline: baseline, session: session, instrument: instrument).map(Expectation.bounds)
        case .percentileLines(let lines):
            lines.lines(intake: baseline, session: session).map(Expectation.lines)
        }
    }

    /// The expected score and bounds at a session; nil outside the support, and for a percentile model.
    /// - Parameters: as of `expectation`.
    public func expected(baseline: Int, session: Int, instrument: Instrument) -> ExpectedResponse? {
        guard case .logLinear(let coefficients) = response, baselineSupport.contains(baseline),
            (1...maxSession).contains(session)
        else { return nil }
        let scale = ResponseScale(instrument)
        return IntakeTerms(coefficients, baseline: baseline, scale: scale)
            .expected(at: SessionTerms(coefficients, session: session), scale: scale)
    }

    /// V(j): the variance of a rating around the expected score, in squared points; nil for a percentile
    /// model, which has none.
    /// - Parameters: as of `expectation`; the support is not looked at.
    public func variance(baseline: Int, session: Int, instrument: Instrument) -> Double? {
        coefficients.map {
            IntakeTerms($0, baseline: baseline, scale: ResponseScale(instrument))
                .variance(at: SessionTerms($0, session: session))
        }
    }
}

/// Which model, in which version, with which coefficients.
public struct ModelReference: Hashable, Sendable {
    public let id: ModelID
    public let version: String
    /// SHA-256 over the model's canonical text: 32 bytes.
    public let hash: [UInt8]

    public init(id: ModelID, version: String, hash: [UInt8]) {
        self.id = id
        self.version = version
        self.hash = hash
    }
}
