/// L of a positive definite matrix A = L·L', for the few small systems of a fit.
struct CholeskyFactor {
    private let size: Int
    /// Row by row, the lower triangle filled.
    private let factor: [Double]

    /// - Parameter matrix: symmetric, row by row.
    /// - Returns: nil for a matrix that is not positive definite beyond rounding.
    init?(_ matrix: [Double], size: Int) {
        var factor = [Double](repeating: 0, count: size * size)
        for row in 0..<size {
            for column in 0...row {
                var rest = matrix[row * size + column]
                for earlier in 0..<column {
                    rest -= factor[row * size + earlier] * factor[column * size + earlier]
                }
                if row == column {
                    // What remains of the diagonal is lost in rounding below this share of it.
                    guard rest > matrix[row * size + row] * 1e-12, rest.isFinite else { return nil }
                    factor[row * size + row] = rest.squareRoot()
                } else {
                    factor[row * size + column] = rest / factor[column * size + column]
                }
            }
        }
        self.size = size
        self.factor = factor
    }

    /// x of A·x = right.
    func solve(_ right: [Double]) -> [Double] {
        var x = right
        for row in 0..<size {
            for column in 0..<row { x[row] -= factor[row * size + column] * x[column] }
            x[row] /= factor[row * size + row]
        }
        for row in (0..<size).reversed() {
            for below in (row + 1)..<max(size, row + 1) { x[row] -= factor[below * size + row] * x[below] }
            x[row] /= factor[row * size + row]
        }
        return x
    }

    /// A⁻¹, row by row.
    var inverse: [Double] {
        var inverse = [Double](repeating: 0, count: size * size)
        for column in 0..<size {
            var unit = [Double](repeating: 0, count: size)
            unit[column] = 1
            let solution = solve(unit)
            for row in 0..<size { inverse[row * size + column] = solution[row] }
        }
        return inverse
    }
}
