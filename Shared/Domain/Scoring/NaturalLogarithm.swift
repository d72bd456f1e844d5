/// ln n by additions, multiplications and divisions alone.
///
/// IEEE 754 fixes those operations to the last bit; the C library's `log` differs between systems, and
/// a result that must be the same on every machine for ever cannot rest on it. Swift does not fuse
/// `a * b + c` on its own, so the bits do not depend on the processor either.
///
/// The argument is split as m·2ᵏ with m between √½ and √2, and ln m = 2·artanh((m−1)/(m+1)) is summed to
/// z²⁷, beyond which terms are below the last bit. The error stays within two units in the last place.
/// - Precondition: `number` is positive and at most 2⁵³.
func naturalLogarithm(_ number: Int) -> Double {
    precondition(number > 0 && number <= 1 << 53)
    let exponent = Int.bitWidth - 1 - number.leadingZeroBitCount
    return naturalLogarithm(mantissa: Double(number) / Double(1 << exponent), exponent: exponent)
}

/// ln x in the same way, for statistics; negative infinity at 0, not a number below it.
func naturalLogarithm(_ value: Double) -> Double {
    guard value > 0 else { return value == 0 ? -.infinity : .nan }
    guard value.isFinite else { return value }
    return naturalLogarithm(mantissa: value.significand, exponent: Int(value.exponent))
}

/// eˣ by additions, multiplications and divisions alone, for statistics: x is split as k·ln 2 + r with r
/// between ±½ ln 2, and the series of eʳ is summed to r¹⁴, beyond which terms are below the last bit. The
/// relative error stays below 10⁻¹⁵ for results that are normal numbers.
func exponential(_ value: Double) -> Double {
    guard value < 709.7 else { return value.isNaN ? .nan : .infinity }
    guard value > -708.3 else { return 0 }
    let k = (value / 0x1.62e42fefa39efp-1).rounded()
    let rest = (value - k * 0x1.62e42fee00000p-1) - k * 0x1.a39ef35793c76p-33
    var series = 1.0
    for divisor in stride(from: 14.0, through: 1.0, by: -1.0) {
        series = 1 + rest / divisor * series
    }
    return Double(sign: .plus, exponent: Int(k), significand: series)
}

/// - Parameter mantissa: from 1 to below 2.
private func naturalLogarithm(mantissa: Double, exponent: Int) -> Double {
    var (mantissa, exponent) = (mantissa, exponent)
    if mantissa > 1.4142135623730951 {
        mantissa *= 0.5
        exponent += 1
    }
    let z = (mantissa - 1) / (mantissa + 1)
    let square = z * z
    var series = 0.0
    for odd in stride(from: 27.0, through: 3.0, by: -2.0) {
        series = (series + 1 / odd) * square
    }
    let ofMantissa = 2 * z + 2 * z * series
    // ln 2 in two parts: the first has zeros at its end, so that k times it is exact.
    let k = Double(exponent)
    return k * 0x1.62e42fee00000p-1 + (k * 0x1.a39ef35793c76p-33 + ofMantissa)
}
