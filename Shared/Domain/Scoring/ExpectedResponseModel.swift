/// How a course usually goes on from its intake score: log-linear in the session number.
///
///     ŷ(j | y0) = β0 + β1·y0 + (β2 + β3·y0)·ln j
///     V(j)      = x'·Cov(β)·x + [1, ln j]·G·[1, ln j]' + σ²      with x = [1, y0, ln j, y0·ln j]
///     bound     = ŷ ± z·√V
///
/// (clinical-reference 2.7; the shape is that of Finch, Lambert and Schaalje 2001 and of Delgadillo
/// 2018, the coefficients are nobody's.) y0 and ŷ are in points, not steps, because publications and
/// people use points. Nothing is said outside the support: a baseline or a session beyond it has no
/// expected response.
public struct ExpectedResponseModel: Hashable, Sendable {
    public let reference: ModelReference
    /// Says what the model rests on; shown wherever its curve is.
    public let label: String
    public let instrument: InstrumentReference
    /// Raters the model speaks about.
    public let population: Population
    public let coefficients: Coefficients
    /// Intake scores the model knows, in steps.
    public let baselineSupport: ClosedRange<Int>
    /// Highest session number, counted from the first rating as 1.
    public let maxSession: Int

    public init(
        reference: ModelReference, label: String, instrument: InstrumentReference, population: Population,
        coefficients: Coefficients, baselineSupport: ClosedRange<Int>, maxSession: Int
    ) {
        self.reference = reference
        self.label = label
        self.instrument = instrument
        self.population = population
        self.coefficients = coefficients
        self.baselineSupport = baselineSupport
        self.maxSession = maxSession
    }

    /// The figures of the formula, in points.
    public struct Coefficients: Hashable, Sendable {
        /// β0, β1, β2, β3.
        public let beta: Vector4
        /// Sampling covariance of β.
        public let betaCovariance: SymmetricMatrix4
        /// Variance between persons: of the level, of the slope, and their covariance.
        public let levelVariance: Double
        public let levelSlopeCovariance: Double
        public let slopeVariance: Double
        /// σ², variance of single ratings.
        public let residualVariance: Double

        public init(
            beta: Vector4, betaCovariance: SymmetricMatrix4, levelVariance: Double,
            levelSlopeCovariance: Double, slopeVariance: Double, residualVariance: Double
        ) {
            self.beta = beta
            self.betaCovariance = betaCovariance
            self.levelVariance = levelVariance
            self.levelSlopeCovariance = levelSlopeCovariance
            self.slopeVariance = slopeVariance
            self.residualVariance = residualVariance
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

/// Four numbers, kept in line.
public struct Vector4: Hashable, Sendable {
    public let a, b, c, d: Double

    public init(_ a: Double, _ b: Double, _ c: Double, _ d: Double) {
        (self.a, self.b, self.c, self.d) = (a, b, c, d)
    }
}

/// A symmetric 4 by 4 matrix, kept as its upper triangle, row by row.
public struct SymmetricMatrix4: Hashable, Sendable {
    public let aa, ab, ac, ad, bb, bc, bd, cc, cd, dd: Double

    /// The ten figures of the upper triangle, row by row; nil for another number of them.
    public init?(upperTriangle figures: [Double]) {
        guard figures.count == 10 else { return nil }
        (aa, ab, ac, ad) = (figures[0], figures[1], figures[2], figures[3])
        (bb, bc, bd) = (figures[4], figures[5], figures[6])
        (cc, cd, dd) = (figures[7], figures[8], figures[9])
    }

    public init(diagonal: Vector4) {
        (aa, bb, cc, dd) = (diagonal.a, diagonal.b, diagonal.c, diagonal.d)
        (ab, ac, ad, bc, bd, cd) = (0, 0, 0, 0, 0, 0)
    }

    public var upperTriangle: [Double] { [aa, ab, ac, ad, bb, bc, bd, cc, cd, dd] }

    /// x'·M·x
    func quadraticForm(_ x: Vector4) -> Double {
        let squares = aa * x.a * x.a + bb * x.b * x.b + cc * x.c * x.c + dd * x.d * x.d
        let withFirst = ab * x.a * x.b + ac * x.a * x.c + ad * x.a * x.d
        let others = bc * x.b * x.c + bd * x.b * x.d + cd * x.c * x.d
        return squares + 2 * (withFirst + others)
    }
}
