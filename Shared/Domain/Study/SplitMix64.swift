/// Seeded numbers for simulations: the same seed gives the same numbers everywhere and for ever.
///
/// The generator of Steele, Lea and Flood (OOPSLA 2014). Never for anything secret.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension RandomNumberGenerator {
    /// An even number from 0 to below 1, of 53 bits.
    mutating func nextShare() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A standard normal deviate by Marsaglia's polar method, from our own logarithm, so that a simulation
    /// gives the same courses on every machine. The second deviate of the pair is thrown away: a generator
    /// then needs no memory besides its own.
    mutating func nextNormal() -> Double {
        while true {
            let x = 2 * nextShare() - 1
            let y = 2 * nextShare() - 1
            let square = x * x + y * y
            if square > 0, square < 1 {
                return x * (-2 * naturalLogarithm(square) / square).squareRoot()
            }
        }
    }
}
