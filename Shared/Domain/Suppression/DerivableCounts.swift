/// The hidden counts that follow from the shown ones, by whatever combination of sums: those that have one value in all
/// solutions of the sums as equations in the hidden counts.
struct DerivableCounts {
    /// In order.
    let places: [Int]

    init(_ sums: [CountTable.Sum], isHidden: [Bool]) {
        var solved = Elimination()
        for sum in sums {
            var equation: [Int: Int] = [:]
            for part in sum.parts where isHidden[part] { equation[part, default: 0] += 1 }
            if isHidden[sum.total] { equation[sum.total, default: 0] += Elimination.prime - 1 }
            solved.add(equation.filter { $0.value != 0 })
        }
        places = solved.determined
    }
}

/// Equations, each solved for one unknown that is in no other. The right sides play no part in what is determined.
///
/// Arithmetic is that of a prime field: exact, and of numbers that do not grow. The equations of tables have coefficients
/// of 1 and -1, so that what is determined there is determined among fractions.
private struct Elimination {
    /// 2³¹ − 1: products fit into 64 bits.
    static let prime = 2_147_483_647

    /// By the unknown it is solved for, whose coefficient is 1.
    private var equations: [Int: [Int: Int]] = [:]

    var determined: [Int] { equations.filter { $0.value.count == 1 }.keys.sorted() }

    mutating func add(_ equation: [Int: Int]) {
        var rest = equation
        for unknown in equation.keys where equations[unknown] != nil {
            guard let factor = rest[unknown], let known = equations[unknown] else { continue }
            Self.subtract(known, times: factor, from: &rest)
        }
        guard let pivot = rest.keys.min(), let leading = rest[pivot] else { return }
        let inverse = Self.inverse(leading)
        rest = rest.mapValues { $0 * inverse % Self.prime }
        for (unknown, other) in equations {
            guard let factor = other[pivot] else { continue }
            var reduced = other
            Self.subtract(rest, times: factor, from: &reduced)
            equations[unknown] = reduced
        }
        equations[pivot] = rest
    }

    private static func subtract(_ known: [Int: Int], times factor: Int, from equation: inout [Int: Int]) {
        for (unknown, coefficient) in known {
            let value = ((equation[unknown] ?? 0) + (prime - factor) * coefficient) % prime
            equation[unknown] = value == 0 ? nil : value
        }
    }

    /// By Fermat: a^(p−2).
    private static func inverse(_ number: Int) -> Int {
        var (result, base, exponent) = (1, number, prime - 2)
        while exponent > 0 {
            if exponent & 1 == 1 { result = result * base % prime }
            base = base * base % prime
            exponent >>= 1
        }
        return result
    }
}
