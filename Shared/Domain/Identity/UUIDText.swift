public import FoundationEssentials

/// The canonical text of a UUID, such as `018f2c1e-7a00-7000-8000-000000000001`.
///
/// Every event carries several ids as text, so this is read and written more often than anything else;
/// Foundation's own reading goes through `sscanf`.
@usableFromInline
enum UUIDText {
    /// Reads 36 characters, digits in either case; nil for anything else.
    @inlinable
    static func parse(_ text: some StringProtocol) -> UUID? {
        var text = String(text)
        return text.withUTF8 { parse($0) }
    }

    @usableFromInline
    static func parse(_ text: UnsafeBufferPointer<UInt8>) -> UUID? {
        guard text.count == 36 else { return nil }
        var raw: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        let isWellFormed = withUnsafeMutableBytes(of: &raw) { raw in
            var digits = 0
            for place in 0..<36 {
                let character = text[place]
                if isHyphen(place) {
                    guard character == 0x2D else { return false }
                } else {
                    guard let value = Hexadecimal.value(ofDigit: character) else { return false }
                    raw[digits / 2] = raw[digits / 2] << 4 | value
                    digits += 1
                }
            }
            return true
        }
        return isWellFormed ? UUID(uuid: raw) : nil
    }

    /// Lower case.
    static func format(_ uuid: UUID) -> String {
        withUnsafeBytes(of: uuid.uuid) { raw in
            String(unsafeUninitializedCapacity: 36) { text in
                var place = 0
                for byte in raw {
                    if isHyphen(place) {
                        text[place] = 0x2D
                        place += 1
                    }
                    text[place] = Hexadecimal.digit(of: byte >> 4)
                    text[place + 1] = Hexadecimal.digit(of: byte & 15)
                    place += 2
                }
                return place
            }
        }
    }

    private static func isHyphen(_ place: Int) -> Bool { place == 8 || place == 13 || place == 18 || place == 23 }
}
