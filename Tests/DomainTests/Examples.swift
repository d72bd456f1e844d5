import Domain
import FoundationEssentials

/// Instruments and ratings that the tests share. Figures are those of the built-in catalogue.
enum Examples {
    static let licence = InstrumentLicence(wording: .siteOwned, holder: "site", notice: "none")
    static let adults = Population(raterRoles: [.`self`], ageBands: [.adult])

    static let outcome = outcomeScale(.higherIsBetter)
    static let adultNorms = NormSet(
        id: NormSetID(unchecked: "ors-adult"), title: "adults", population: adults,
        cutOff: CutOff(value: 250, isInclusive: false), reliableChange: 50, source: "manual", confidence: .sourced)

    /// Four items of 0.0 to 10.0.
    static func outcomeScale(
        _ direction: ScoreDirection, norms: [NormSet] = [adultNorms], stalled: StalledRule? = nil
    ) -> Instrument {
        Instrument(
            reference: InstrumentReference(id: InstrumentID(unchecked: "ors"), version: "2000"),
            title: "Outcome Rating Scale", purpose: .outcome,
            items: ItemScale(count: 4, range: 0...100), stepDenominator: 10, totalRange: 0...400,
            direction: direction, allowsTotalEntry: true, normSets: norms, licence: licence,
            stalledRule: stalled)
    }

    static func allianceScale(
        lowestItem: Int? = nil, inclusive: Bool = false, baseline: AllianceBaseline? = nil,
        pattern: AlliancePatternRule? = nil, guardedStart: GuardedStart? = nil
    ) -> Instrument {
        Instrument(
            reference: InstrumentReference(id: InstrumentID(unchecked: "srs"), version: "2002"),
            title: "Session Rating Scale", purpose: .alliance,
            items: ItemScale(count: 4, range: 0...100), stepDenominator: 10, totalRange: 0...400,
            direction: .higherIsBetter, allowsTotalEntry: true,
            allianceRule: AllianceRule(
                cutOff: CutOff(value: 360, isInclusive: inclusive), drop: 10, lowestItem: lowestItem,
                baseline: baseline, pattern: pattern, guardedStart: guardedStart),
            licence: licence)
    }

    /// Nine items of 0 to 3; item 9 from 1 is a safety event.
    static func depression(missing: MissingItemRule = .none, reversed: ItemNumbers = []) -> Instrument {
        Instrument(
            reference: InstrumentReference(id: InstrumentID(unchecked: "phq-9"), version: "2001"),
            title: "Patient Health Questionnaire-9", purpose: .outcome,
            items: ItemScale(
                count: 9, range: 0...3, reversed: reversed, safety: [SafetyItem(item: 9, atLeast: 1)]),
            stepDenominator: 1, totalRange: 0...27, direction: .lowerIsBetter, allowsTotalEntry: false,
            missingItemRule: missing,
            normSets: [
                NormSet(
                    id: NormSetID(unchecked: "phq-9-nhs-tt"), title: "adults", population: adults,
                    cutOff: CutOff(value: 10, isInclusive: true), reliableChange: 6, source: "manual",
                    confidence: .sourced)
            ], licence: licence)
    }

    /// The starting model for the outcome scale.
    static let model = ExpectedResponseModel(
        reference: ModelReference(
            id: ModelID(unchecked: "ors-start"), version: "1", hash: [UInt8](repeating: 7, count: 32)),
        label: "synthetic", instrument: outcome.reference, population: adults,
        coefficients: .init(
            beta: Vector4(0, 1, 9, -0.27),
            betaCovariance: SymmetricMatrix4(diagonal: Vector4(0.04, 0.0001, 0.04, 0.0001)),
            levelVariance: 4, levelSlopeCovariance: 0, slopeVariance: 8, residualVariance: 22),
        baselineSupport: 0...320, maxSession: 16)

    static let basis = ScoringBasis(instrument: outcome, normSet: adultNorms, model: model)

    static func ratingID(_ number: Int) -> RatingID {
        RatingID(rawValue: uuid(0x10, number))
    }

    static func uuid(_ kind: UInt8, _ number: Int) -> UUID {
        UUID(uuid: (kind, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, UInt8(number >> 8), UInt8(number & 255)))
    }

    static func rating(
        _ number: Int, session: Int? = nil, day: Int = 20_000, score: Int, safety: ItemNumbers = [],
        lowestItem: Int? = nil, version: UInt64 = 1
    ) -> ScoredRating {
        ScoredRating(
            id: ratingID(number), session: session ?? number, day: CalendarDay(daysSinceEpoch: day), score: score,
            safetyItems: safety, lowestItem: lowestItem, version: version)
    }

    /// Ratings at sessions 1, 2, 3...
    static func ratings(_ scores: Int...) -> [ScoredRating] {
        scores.enumerated().map { rating($0.offset + 1, score: $0.element) }
    }

    static func states(_ scores: Int..., on basis: ScoringBasis = basis) -> [CourseState] {
        let ratings = scores.enumerated().map { rating($0.offset + 1, score: $0.element) }
        return Trajectory.score(ratings, on: basis).points.map(\.state)
    }
}

/// Numbers that look random and are the same in every run.
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
