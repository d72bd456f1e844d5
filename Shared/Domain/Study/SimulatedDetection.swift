import FoundationEssentials

/// A detection study from nothing but a network and a seed: one part of the simulated courses is the
/// history that a model is fitted on, the other is scored with it.
public struct SimulatedDetection: Sendable {
    /// Against what clinics count: the last rating reliably worse than the first.
    public let study: DetectionStudy
    /// Against what the network was made to do, which no clinic can know.
    public let byNature: DetectionStudy
    public let fit: FittedModel
    /// Courses made to deteriorate, and courses whose client stayed away, of all that were scored.
    public let deterioratingByNature: Proportion
    public let droppedOut: Proportion

    /// - Parameters:
    ///   - courses: to be scored.
    ///   - history: to fit the model on.
    /// - Throws: `ModelFitProblem`, e.g. for a history that is too short.
    public init(
        _ network: SimulatedNetwork, courses: Int, history: Int, seed: UInt64,
        settings: ModelFitSettings = ModelFitSettings()
    ) throws(ModelFitProblem) {
        var numbers = SplitMix64(seed: seed)
        let past = network.courses(history, using: &numbers).compactMap(\.closed)
        let today = CalendarDay(daysSinceEpoch: 0)
        fit = try FittedModel(
            past, instrument: network.instrument, population: network.population, period: today...today,
            settings: settings)
        let basis = ScoringBasis(
            instrument: network.instrument, normSet: network.normSet,
            model: fit.model(
                reference: ModelReference(
                    id: ModelID(unchecked: "simulated"), version: "1", hash: [UInt8](repeating: 0, count: 32)),
                label: "fitted on simulated courses"))
        let drawn = network.courses(courses, using: &numbers)
        let trajectories = drawn.map { Trajectory.score($0.scoredRatings, on: basis) }
        let direction = network.instrument.direction
        let reliableChange = network.normSet.reliableChange ?? .max
        study = DetectionStudy(trajectories, direction: direction, reliableChange: reliableChange)
        byNature = DetectionStudy(
            zip(trajectories, drawn.lazy.map(\.deterioratesByNature)).lazy.map { ($0.0, hasDeteriorated: $0.1) },
            truth: .madeToDeteriorate, direction: direction, reliableChange: reliableChange)
        deterioratingByNature = Proportion(drawn.count(where: \.deterioratesByNature), of: drawn.count)
        droppedOut = Proportion(drawn.count(where: \.hasDroppedOut), of: drawn.count)
    }
}

extension SimulatedCourse {
    /// The course as scoring takes it; ids and days mean nothing.
    public var scoredRatings: [ScoredRating] {
        ([ClosedCourse.Later(session: 1, score: intake)] + ratings).map { rating in
            ScoredRating(
                id: RatingID(rawValue: UUID(uuid: Self.bytes(rating.session))), session: rating.session,
                day: CalendarDay(daysSinceEpoch: 7 * rating.session), score: rating.score, safetyItems: [],
                lowestItem: nil, version: 1)
        }
    }

    private static func bytes(_ session: Int) -> uuid_t {
        (0, 0, 0, 0, 0, 0, 0x80, 0, 0x80, 0, 0, 0, 0, 0, UInt8(session >> 8 & 255), UInt8(session & 255))
    }
}
