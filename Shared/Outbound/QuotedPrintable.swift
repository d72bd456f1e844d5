/// Body text as ASCII lines of at most 76 characters (RFC 2045 section 6.7), so that no server on
/// the way has cause to change a byte.
enum QuotedPrintable {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// - Parameter text: with line ends of any kind; they become CRLF.
    static func encode(_ text: String) -> [UInt8] {
        var out: [UInt8] = []
        for line in lines(text) {
            encode(line, into: &out)
            out += [0x0D, 0x0A]
        }
        return out
    }

    /// Splits at CRLF, CR and LF; a final line end does not begin another line.
    private static func lines(_ text: String) -> [[UInt8]] {
        var lines: [[UInt8]] = [[]]
        var previous: UInt8 = 0
        for byte in text.utf8 {
            switch byte {
            case 0x0A where previous == 0x0D: break
            case 0x0A, 0x0D: lines.append([])
            default: lines[lines.count - 1].append(byte)
            }
            previous = byte
        }
        if lines.last == [] { lines.removeLast() }
        return lines
    }

    private static func encode(_ line: [UInt8], into out: inout [UInt8]) {
        var width = 0
        for (position, byte) in line.enumerated() {
            let isLast = position == line.count - 1
            let literal: Bool =
                switch byte {
                case UInt8(ascii: "="): false
                // Blanks at the end of a line may be dropped on the way.
                case 0x20, 0x09: !isLast
                default: (0x21...0x7E).contains(byte)
                }
            let needed = literal ? 1 : 3
            if width + needed > (isLast ? 76 : 75) {
                out += [UInt8(ascii: "="), 0x0D, 0x0A]
                width = 0
            }
            out += literal ? [byte] : [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            width += needed
        }
    }
}
