/// A log-linear model as fitted, with all that a reader needs to trust it or not.
public struct FittedModel: Hashable, Sendable {
    public let instrument: InstrumentReference
    public let population: Population
    /// Days between which the courses ran, as given by the caller.
    public let period: ClosedRange<CalendarDay>
    public let coefficients: ExpectedResponseModel.Coefficients
    /// Of β0, β1, β2, β3, in points.
    public let standardErrors: Vector4
    /// Of level variance, covariance, slope variance and residual variance, in squared points; from the
    /// expected information, so only roughly right near zero.
    public let varianceErrors: Vector4
    public let logLikelihood: Double
    public let iterations: Int
    /// Courses with a rating after the first session.
    public let persons: Int
    /// Ratings after the first session.
    public let ratings: Int
    /// Courses that ended with their first session and could tell nothing.
    public let coursesLeftOut: Int
    /// Intakes the model may speak about, in steps.
    public let baselineSupport: ClosedRange<Int>
    /// Last session the model may speak about, counted from the first rating as 1.
    public let maxSession: Int
    /// On the courses of the fit themselves; flattering.
    public let calibration: Calibration
    /// Each course against a model fitted without it; nil where a part could not be fitted.
    public let crossValidation: Calibration?
    public let warnings: [ModelFitWarning]

    /// The model for scoring.
    public func model(reference: ModelReference, label: String) -> ExpectedResponseModel {
        ExpectedResponseModel(
            reference: reference, label: label, instrument: instrument, population: population,
            coefficients: coefficients, baselineSupport: baselineSupport, maxSession: maxSession)
    }
}
