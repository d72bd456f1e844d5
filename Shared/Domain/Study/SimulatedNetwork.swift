/// A network of services made up for studies: known curves, known deterioration, courses that end as real
/// ones do. What it shows of a rule holds under its assumptions and nowhere else.
///
/// All figures in points are of the instrument; where a source is named it is clinical-reference, all other
/// defaults of `outcomeScale` are assumptions of our own.
public struct SimulatedNetwork: Sendable {
    public var instrument: Instrument
    public var normSet: NormSet
    public var population: Population
    /// The curve that courses follow, deteriorating ones aside. Cov(β) plays no part.
    public var coefficients: ExpectedResponseModel.Coefficients
    /// Normal, in points; intakes outside `intakeRange` are drawn again.
    public var intakeMean: Double
    public var intakeDeviation: Double
    /// In steps.
    public var intakeRange: ClosedRange<Int>
    /// Share of courses that deteriorate by their nature, 0 to 1.
    public var deteriorating: Double
    /// How they do, drawn by weight; empty: steadily.
    public var deteriorations: [Deterioration]
    public var attendance: Attendance

    public init(
        instrument: Instrument, normSet: NormSet, population: Population,
        coefficients: ExpectedResponseModel.Coefficients, intakeMean: Double, intakeDeviation: Double,
        intakeRange: ClosedRange<Int>, deteriorating: Double, deteriorations: [Deterioration],
        attendance: Attendance
    ) {
        self.instrument = instrument
        self.normSet = normSet
        self.population = population
        self.coefficients = coefficients
        self.intakeMean = intakeMean
        self.intakeDeviation = intakeDeviation
        self.intakeRange = intakeRange
        self.deteriorating = deteriorating
        self.deteriorations = deteriorations
        self.attendance = attendance
    }

    /// One way to get worse: level until a session, then down by so much over so many sessions, then level.
    public struct Deterioration: Hashable, Sendable {
        public let weight: Double
        /// Session after which it begins, 1 for at once.
        public let after: Int
        /// Sessions until the whole loss.
        public let over: Int
        /// Loss in points, normal; never less than nothing.
        public let loss: Double
        public let lossDeviation: Double

        public init(weight: Double, after: Int, over: Int, loss: Double, lossDeviation: Double) {
            self.weight = weight
            self.after = after
            self.over = over
            self.loss = loss
            self.lossDeviation = lossDeviation
        }

        /// Share of the loss that a session has seen.
        func share(at session: Int) -> Double {
            min(max(Double(session - after) / Double(max(1, over)), 0), 1)
        }
    }

    /// How courses go on and end.
    public struct Attendance: Hashable, Sendable {
        /// Chance that a session is the last because the work is done; from session 2.
        public var planned: Double
        /// The same while the last score lies in the functional range.
        public var plannedInFunctionalRange: Double
        /// Chance that the client does not come back after a session; from session 1.
        public var dropOut: Double
        /// The same while the last score is worse than the first by half the reliable change.
        public var dropOutWhenWorse: Double
        /// Chance that a session after the first goes unrated.
        public var unrated: Double
        public var lastSession: Int

        public init(
            planned: Double, plannedInFunctionalRange: Double, dropOut: Double, dropOutWhenWorse: Double,
            unrated: Double, lastSession: Int
        ) {
            self.planned = planned
            self.plannedInFunctionalRange = plannedInFunctionalRange
            self.dropOut = dropOut
            self.dropOutWhenWorse = dropOutWhenWorse
            self.unrated = unrated
            self.lastSession = lastSession
        }

        /// Everybody comes to so many sessions and rates each.
        public static func everyone(sessions: Int) -> Attendance {
            Attendance(
                planned: 0, plannedInFunctionalRange: 0, dropOut: 0, dropOutWhenWorse: 0, unrated: 0,
                lastSession: sessions)
        }
    }
}

/// A course with what its maker knows of it.
public struct SimulatedCourse: Hashable, Sendable {
    /// By session from 1; unrated sessions are missing.
    public let ratings: [ClosedCourse.Later]
    /// In steps.
    public let intake: Int
    /// Whether it was made to deteriorate; what the ratings show in the end may differ.
    public let deterioratesByNature: Bool
    /// Whether the client stayed away, rather than ending as agreed.
    public let hasDroppedOut: Bool

    /// The course as a fit takes it.
    public var closed: ClosedCourse? {
        ClosedCourse([(1, intake)] + ratings.map { ($0.session, $0.score) })
    }
}

extension SimulatedNetwork {
    /// Draws one course. The same generator state gives the same course.
    public func course(using numbers: inout some RandomNumberGenerator) -> SimulatedCourse {
        let intake = drawIntake(&numbers)
        let nature = drawNature(&numbers)
        let (ownLevel, ownSlope) = drawPerson(&numbers)
        let path = Path(self, intake: intake, ownLevel: ownLevel, ownSlope: ownSlope, nature)
        let deviation = coefficients.residualVariance.squareRoot()
        var ratings: [ClosedCourse.Later] = []
        var latest = intake
        var session = 1
        while true {
            if session > 1 {
                let score = steps(path.level(at: session) + deviation * numbers.nextNormal())
                if numbers.nextShare() >= attendance.unrated {
                    ratings.append(ClosedCourse.Later(session: session, score: score))
                    latest = score
                }
            }
            if session >= attendance.lastSession { break }
            if numbers.nextShare() < chanceOfDropOut(intake: intake, latest: latest) {
                return SimulatedCourse(
                    ratings: ratings, intake: intake, deterioratesByNature: nature != nil, hasDroppedOut: true)
            }
            if session > 1, numbers.nextShare() < chanceOfEnding(latest) { break }
            session += 1
        }
        return SimulatedCourse(
            ratings: ratings, intake: intake, deterioratesByNature: nature != nil, hasDroppedOut: false)
    }

    /// Draws courses, one after the other.
    public func courses(_ count: Int, using numbers: inout some RandomNumberGenerator) -> [SimulatedCourse] {
        (0..<count).map { _ in course(using: &numbers) }
    }

    private func chanceOfDropOut(intake: Int, latest: Int) -> Double {
        let loss = -instrument.direction.improvement(from: intake, to: latest)
        guard let reliable = normSet.reliableChange, 2 * loss >= reliable else { return attendance.dropOut }
        return attendance.dropOutWhenWorse
    }

    private func chanceOfEnding(_ latest: Int) -> Double {
        guard let cutOff = normSet.cutOff, !cutOff.isClinical(latest, instrument.direction) else {
            return attendance.planned
        }
        return attendance.plannedInFunctionalRange
    }

    private func drawIntake(_ numbers: inout some RandomNumberGenerator) -> Int {
        for _ in 0..<1000 {
            let drawn = steps(intakeMean + intakeDeviation * numbers.nextNormal())
            if intakeRange.contains(drawn) { return drawn }
        }
        // A range in which hardly any intake falls: its end nearest to the mean.
        return min(max(steps(intakeMean), intakeRange.lowerBound), intakeRange.upperBound)
    }

    private func drawNature(
        _ numbers: inout some RandomNumberGenerator
    ) -> (kind: Deterioration, loss: Double)? {
        guard numbers.nextShare() < deteriorating else { return nil }
        let kinds =
            deteriorations.isEmpty
            ? [Deterioration(weight: 1, after: 1, over: 6, loss: 10, lossDeviation: 3)] : deteriorations
        var rest = numbers.nextShare() * kinds.reduce(0) { $0 + $1.weight }
        var chosen = kinds[0]
        for kind in kinds where rest >= 0 {
            chosen = kind
            rest -= kind.weight
        }
        return (chosen, max(0, chosen.loss + chosen.lossDeviation * numbers.nextNormal()))
    }

    /// A person's own level and slope, of covariance G.
    private func drawPerson(_ numbers: inout some RandomNumberGenerator) -> (level: Double, slope: Double) {
        let (one, other) = (numbers.nextNormal(), numbers.nextNormal())
        let level = coefficients.levelVariance.squareRoot()
        guard level > 0 else { return (0, coefficients.slopeVariance.squareRoot() * other) }
        let mixed = coefficients.levelSlopeCovariance / level
        let rest = max(0, coefficients.slopeVariance - mixed * mixed).squareRoot()
        return (level * one, mixed * one + rest * other)
    }

    /// Points as a score, in steps, cut to the range.
    private func steps(_ points: Double) -> Int {
        let range = instrument.totalRange
        let scaled = (points * Double(instrument.stepDenominator)).rounded()
        return Int(min(max(scaled, Double(range.lowerBound)), Double(range.upperBound)))
    }

    /// The level that a course moves along, in points, before the scatter of single ratings.
    private struct Path {
        private let start: Double
        private let slope: Double
        private let nature: (kind: Deterioration, loss: Double)?
        private let favourable: Double

        init(
            _ network: SimulatedNetwork, intake: Int, ownLevel: Double, ownSlope: Double,
            _ nature: (kind: Deterioration, loss: Double)?
        ) {
            let beta = network.coefficients.beta
            let y0 = Double(intake) / Double(network.instrument.stepDenominator)
            favourable =
                switch network.instrument.direction {
                case .higherIsBetter: 1
                case .lowerIsBetter: -1
                }
            let expected = beta.c + beta.d * y0
            start = beta.a + beta.b * y0 + ownLevel
            // The mean never turns for the worse, as in the model; who deteriorates does not rise first.
            slope = nature == nil ? (expected * favourable > 0 ? expected : 0) + ownSlope : 0
            self.nature = nature
        }

        func level(at session: Int) -> Double {
            let usual = start + slope * naturalLogarithm(session)
            guard let nature else { return usual }
            return usual - favourable * nature.loss * nature.kind.share(at: session)
        }
    }
}
