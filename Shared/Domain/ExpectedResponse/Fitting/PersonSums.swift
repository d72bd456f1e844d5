/// What the likelihood needs of one person: sums over the later ratings, in points.
///
/// With Z = [1, ln j] for the ratings of a person, every term of the likelihood is a 2 by 2 matter of
/// Z'Z, Z'y and y'y, because the fixed part of the model is Z times a row of the intake.
struct PersonSums {
    /// Less the mean intake, so that the level is estimated where the data are.
    let intake: Double
    let count: Double
    /// Σ ln j and Σ (ln j)².
    let elapsed: Double
    let elapsedSquares: Double
    /// Σ y, Σ y·ln j and Σ y².
    let scores: Double
    let scoresTimesElapsed: Double
    let scoreSquares: Double

    init(_ course: ClosedCourse, centre: Double, denominator: Double) {
        var (elapsed, elapsedSquares, scores, products, scoreSquares) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for rating in course.later {
            let time = naturalLogarithm(rating.session)
            let score = Double(rating.score) / denominator
            elapsed += time
            elapsedSquares += time * time
            scores += score
            products += score * time
            scoreSquares += score * score
        }
        intake = Double(course.intake) / denominator - centre
        count = Double(course.later.count)
        self.elapsed = elapsed
        self.elapsedSquares = elapsedSquares
        self.scores = scores
        scoresTimesElapsed = products
        self.scoreSquares = scoreSquares
    }

    /// Z'Z
    var design: Symmetric2 { Symmetric2(count, elapsed, elapsedSquares) }
}

/// A symmetric 2 by 2 matrix.
struct Symmetric2 {
    var xx, xy, yy: Double

    init(_ xx: Double, _ xy: Double, _ yy: Double) { (self.xx, self.xy, self.yy) = (xx, xy, yy) }

    var determinant: Double { xx * yy - xy * xy }

    func times(_ x: Double, _ y: Double) -> (x: Double, y: Double) { (xx * x + xy * y, xy * x + yy * y) }
}

/// The variances of the model, in squared points.
struct VarianceParts {
    /// G
    var between: Symmetric2
    /// σ²
    var residual: Double
}

/// The parts of one person's V⁻¹ = (σ²·1 + Z·G·Z')⁻¹ that the likelihood asks for, all from 2 by 2 figures.
///
/// Z'·V⁻¹ = M⁻¹·Z' with M = σ²·1 + Z'Z·G; so G may be singular, as at a variance of zero.
struct PersonWeights {
    /// W = Z'V⁻¹Z = M⁻¹·Z'Z
    let weight: Symmetric2
    /// Z'V⁻²Z
    let squared: Symmetric2
    /// tr(G·M⁻¹·Z'Z) and the trace of its square.
    let shrinkage: Double
    let shrinkageSquare: Double
    /// ln |M|
    let logDeterminant: Double
    private let inverse: (Double, Double, Double, Double)

    init(_ design: Symmetric2, _ parts: VarianceParts) {
        let g = parts.between
        let m = (
            parts.residual + design.xx * g.xx + design.xy * g.xy, design.xx * g.xy + design.xy * g.yy,
            design.xy * g.xx + design.yy * g.xy, parts.residual + design.xy * g.xy + design.yy * g.yy
        )
        let determinant = m.0 * m.3 - m.1 * m.2
        let i = (m.3 / determinant, -m.1 / determinant, -m.2 / determinant, m.0 / determinant)
        // M⁻¹·S is symmetric; the two off-diagonal figures agree but for rounding.
        let weight = Symmetric2(
            i.0 * design.xx + i.1 * design.xy,
            (i.0 * design.xy + i.1 * design.yy + i.2 * design.xx + i.3 * design.xy) / 2,
            i.2 * design.xy + i.3 * design.yy)
        // M⁻¹·S·M⁻ᵀ = W·M⁻ᵀ
        squared = Symmetric2(
            weight.xx * i.0 + weight.xy * i.1, weight.xx * i.2 + weight.xy * i.3,
            weight.xy * i.2 + weight.yy * i.3)
        let h = (
            g.xx * weight.xx + g.xy * weight.xy, g.xx * weight.xy + g.xy * weight.yy,
            g.xy * weight.xx + g.yy * weight.xy, g.xy * weight.xy + g.yy * weight.yy
        )
        shrinkage = h.0 + h.3
        shrinkageSquare = h.0 * h.0 + 2 * h.1 * h.2 + h.3 * h.3
        logDeterminant = naturalLogarithm(determinant)
        self.weight = weight
        inverse = i
    }

    /// M⁻¹·v: turns Z'r into Z'V⁻¹r.
    func applied(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
        (inverse.0 * x + inverse.1 * y, inverse.2 * x + inverse.3 * y)
    }
}
