/// How many ratings lie beyond the bounds of a log-linear model, against how many should.
public struct Calibration: Hashable, Sendable {
    public let overall: CalibrationCell
    /// Sessions 2, 3, 4 to 5, 6 to 9, and from 10; those without ratings are left out.
    public let bySession: [CalibrationCell]
    /// Quarters of the intakes seen, lowest first; quarters that coincide are one.
    public let byIntake: [CalibrationCell]

    /// Ratings after the first session and inside the model's support are counted. Ratings of one course
    /// hang together, so intervals around the shares are somewhat too narrow.
    /// - Returns: nil for a percentile model, which has no bounds.
    public init?(_ courses: some Sequence<ClosedCourse>, model: ExpectedResponseModel, instrument: Instrument) {
        guard let coefficients = model.coefficients else { return nil }
        var rows = CalibrationRows()
        rows.add(courses, coefficients, model.baselineSupport, model.maxSession, instrument)
        self = rows.calibration
    }

    init(overall: CalibrationCell, bySession: [CalibrationCell], byIntake: [CalibrationCell]) {
        self.overall = overall
        self.bySession = bySession
        self.byIntake = byIntake
    }
}

/// One group of ratings.
public struct CalibrationCell: Hashable, Sendable {
    public enum Group: Hashable, Sendable {
        case all
        /// Counted from the first rating as 1.
        case sessions(ClosedRange<Int>)
        /// In steps.
        case intakes(ClosedRange<Int>)
    }

    public let group: Group
    public private(set) var ratings = 0
    /// Beyond the bound on the unfavourable and on the favourable side, by bound from narrow to wide.
    private var worse = SIMD4<Int>.zero
    private var better = SIMD4<Int>.zero

    init(_ group: Group) { self.group = group }

    /// Worse than the bound; `ToleranceBound.tail` is the share that should be.
    public func worse(than bound: ToleranceBound) -> Proportion { Proportion(worse[Self.place(bound)], of: ratings) }

    /// Better than the bound.
    public func better(than bound: ToleranceBound) -> Proportion { Proportion(better[Self.place(bound)], of: ratings) }

    /// Inside the bound, both ends included: the share that gives the bound its name.
    public func inside(_ bound: ToleranceBound) -> Proportion {
        Proportion(ratings - worse[Self.place(bound)] - better[Self.place(bound)], of: ratings)
    }

    private static func place(_ bound: ToleranceBound) -> Int {
        switch bound {
        case .sixtyEight: 0
        case .eighty: 1
        case .ninety: 2
        }
    }

    mutating func add(_ score: Int, _ expected: ExpectedResponse, _ direction: ScoreDirection) {
        ratings += 1
        for bound in ToleranceBound.allCases {
            if expected.isWorse(score, than: bound, direction) {
                worse[Self.place(bound)] += 1
            } else if expected.isWorse(score, than: bound, direction.opposite) {
                better[Self.place(bound)] += 1
            }
        }
    }
}

extension ScoreDirection {
    fileprivate var opposite: ScoreDirection {
        switch self {
        case .higherIsBetter: .lowerIsBetter
        case .lowerIsBetter: .higherIsBetter
        }
    }
}

/// Ratings with what was expected of them, gathered from one fit or from the parts of a cross-validation.
struct CalibrationRows {
    private struct Row {
        let intake: Int
        let session: Int
        let score: Int
        let expected: ExpectedResponse
    }
    private var rows: [Row] = []
    private var direction = ScoreDirection.higherIsBetter

    mutating func add(
        _ courses: some Sequence<ClosedCourse>, _ coefficients: ExpectedResponseModel.Coefficients,
        _ support: ClosedRange<Int>, _ maxSession: Int, _ instrument: Instrument
    ) {
        direction = instrument.direction
        let scale = ResponseScale(instrument)
        let sessions = (0..<max(0, maxSession)).map { SessionTerms(coefficients, session: $0 + 1) }
        for course in courses where support.contains(course.intake) {
            let intake = IntakeTerms(coefficients, baseline: course.intake, scale: scale)
            for rating in course.later where rating.session <= maxSession {
                rows.append(
                    Row(
                        intake: course.intake, session: rating.session, score: rating.score,
                        expected: intake.expected(at: sessions[rating.session - 1], scale: scale)))
            }
        }
    }

    var calibration: Calibration {
        var overall = CalibrationCell(.all)
        var bySession = [2...2, 3...3, 4...5, 6...9, 10...999].map { CalibrationCell(.sessions($0)) }
        let bands = quarters
        var byIntake = bands.map { CalibrationCell(.intakes($0)) }
        for row in rows {
            overall.add(row.score, row.expected, direction)
            let session =
                switch row.session {
                case ...2: 0
                case 3: 1
                case 4...5: 2
                case 6...9: 3
                case _: 4
                }
            bySession[session].add(row.score, row.expected, direction)
            if let band = bands.firstIndex(where: { $0.contains(row.intake) }) {
                byIntake[band].add(row.score, row.expected, direction)
            }
        }
        return Calibration(
            overall: overall, bySession: bySession.filter { $0.ratings > 0 }, byIntake: byIntake)
    }

    private var quarters: [ClosedRange<Int>] {
        let intakes = rows.map(\.intake).sorted()
        guard let last = intakes.last, var low = intakes.first else { return [] }
        var bands: [ClosedRange<Int>] = []
        for quarter in 1...4 {
            let high = quarter == 4 ? last : intakes[intakes.count * quarter / 4]
            guard high >= low else { continue }
            bands.append(low...high)
            low = high + 1
        }
        return bands
    }
}
