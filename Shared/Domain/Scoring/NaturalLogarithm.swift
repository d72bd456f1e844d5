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
    var exponent = Int.bitWidth - 1 - number.leadingZeroBitCount
    var mantissa = Double(number) / Double(1 << exponent)
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
