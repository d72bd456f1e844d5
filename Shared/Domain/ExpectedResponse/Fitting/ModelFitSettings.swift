/// What a fit asks of its data, and how far it searches.
///
/// No figure here is published: they are our own defaults, cautious ones, for a site to set
/// (clinical-reference 2.7 asks only that the number of courses is stored with the model).
public struct ModelFitSettings: Hashable, Sendable {
    /// Courses with a rating after the first session.
    public var minimumPersons = 200
    /// Ratings after the first session.
    public var minimumRatings = 600
    /// Courses with ratings at two or more later sessions: only they tell a person's slope from a
    /// person's level.
    public var minimumPersonsWithTwo = 100
    /// Different sessions after the first.
    public var minimumSessions = 3
    /// Courses that must reach a session for the model to speak about it.
    public var casesAtLastSession = 30
    /// Central share of intakes that the model will speak about: 0.95 leaves out the lowest and the highest
    /// 2.5 %.
    public var intakeShare = 0.95
    /// Parts of the cross-validation; 2 to 20.
    public var folds = 5
    /// Steps of the search.
    public var maximumIterations = 500

    public init() {}
}

/// Why no model can be fitted.
public enum ModelFitProblem: Error, Hashable, Sendable {
    case tooFewPersons(Int, needed: Int)
    case tooFewRatings(Int, needed: Int)
    case tooFewPersonsWithTwoRatings(Int, needed: Int)
    case tooFewSessions(Int, needed: Int)
    /// `course` counts the courses as given, from 0; `score` in steps.
    case scoreOutOfRange(course: Int, score: Int, allowed: ClosedRange<Int>)
    /// All intakes, or all sessions, are so alike that the four figures of the curve cannot be told apart.
    case singularDesign
    /// The scores follow a curve without any scatter: such data are made, not measured.
    case noVariation
    /// No session is reached by enough courses.
    case noSupport(needed: Int)
    /// `promised`: what one more step would still have added to the log-likelihood, doubled.
    case notConverged(iterations: Int, promised: Double)
}

extension ModelFitProblem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooFewPersons(let found, let needed):
            "\(found) courses have a rating after the first session, \(needed) are needed; wait for more closed "
                + "episodes, or join those of similar sites"
        case .tooFewRatings(let found, let needed):
            "\(found) ratings after the first session, \(needed) are needed"
        case .tooFewPersonsWithTwoRatings(let found, let needed):
            "\(found) courses have ratings at two later sessions, \(needed) are needed to tell how courses differ "
                + "in their slope"
        case .tooFewSessions(let found, let needed):
            "ratings at \(found) different later sessions, \(needed) are needed to see a curve"
        case .scoreOutOfRange(let course, _, let allowed):
            "course \(course + 1) holds a score outside the instrument's total of \(allowed.lowerBound) to "
                + "\(allowed.upperBound) steps; is it another instrument, or are points taken for steps?"
        case .singularDesign:
            "the intakes or the sessions are too much alike to tell the figures of the curve apart"
        case .noVariation:
            "the scores lie on a curve without scatter, as measured scores never do"
        case .noSupport(let needed):
            "no session after the first is reached by \(needed) courses"
        case .notConverged(let iterations, let promised):
            "the search did not settle in \(iterations) steps (another one promised \(promised)); the data may hold "
                + "courses of another kind, such as another instrument"
        }
    }
}

/// What a reader of a fitted model should know; none of it prevents its use.
public enum ModelFitWarning: Hashable, Sendable {
    /// Courses do not differ in their level, or in their slope, beyond the scatter of ratings.
    case noLevelVariance
    case noSlopeVariance
    /// Level and slope of persons vary as one: the data cannot tell two kinds of difference apart.
    case levelAndSlopeAsOne
    /// At these intakes, in steps, the fitted curve turns for the worse; scoring holds it level there.
    case curveHeldLevel(intakes: ClosedRange<Int>)
    /// More than a tenth of later ratings lie at the lower or upper end of the scale, so that scatter is not
    /// normal there.
    case atEndOfScale(ratings: Int, of: Int)
    /// On courses it was not fitted on, the share beyond the 80 % bound on the unfavourable side is not
    /// 10 % ± 2 (the goal of clinical-reference 2.8).
    case tailOffNominal(Proportion)
    /// A part of the cross-validation could not be fitted.
    case notCrossValidated
}

extension ModelFitWarning: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noLevelVariance: "courses do not measurably differ in their level"
        case .noSlopeVariance: "courses do not measurably differ in their slope"
        case .levelAndSlopeAsOne: "level and slope of courses vary as one; the data cannot tell them apart"
        case .curveHeldLevel(let intakes):
            "from an intake of \(intakes.lowerBound) to \(intakes.upperBound) steps the fitted curve turns for the "
                + "worse; it is held level there, and bounds are less exact"
        case .atEndOfScale(let ratings, let total):
            "\(ratings) of \(total) later ratings lie at an end of the scale; bounds are less exact there"
        case .tailOffNominal(let tail):
            "on courses left out of the fit \(tail.count) of \(tail.total) ratings are worse than the 80 % bound, "
                + "where 10 % ± 2 are expected"
        case .notCrossValidated: "a part of the cross-validation could not be fitted; the model is not validated"
        }
    }
}
