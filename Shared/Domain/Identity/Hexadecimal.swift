/// Hexadecimal digits, two for a byte.
package enum Hexadecimal {
    /// Lower case.
    package static func text(_ bytes: some Collection<UInt8>) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { text in
            var place = 0
            for byte in bytes {
                text[place] = digit(of: byte >> 4)
                text[place + 1] = digit(of: byte & 15)
                place += 2
            }
            return place
        }
    }

    /// Of a digit in either case; nil for another character.
    package static func value(ofDigit character: UInt8) -> UInt8? {
        switch character {
        case 0x30...0x39: character - 0x30
        case 0x41...0x46: character - 0x41 + 10
        case 0x61...0x66: character - 0x61 + 10
        default: nil
        }
    }

    /// Of a value below 16.
    static func digit(of value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x61 + value - 10 }
}
