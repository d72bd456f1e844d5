/// Strings and numbers.
extension JSONParser {
    mutating func string() throws(JSONSyntaxError) -> String {
        let opening = position
        position += 1
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let text = try valid(bytes[start..<position], at: start)
                position += 1
                return text
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20: throw failure(.controlCharacter)
            default: position += 1
            }
        }
        throw failure(.unclosedString, at: opening)
    }

    /// The rare string with a backslash: gathered piece by piece.
    private mutating func escapedString(from start: Int) throws(JSONSyntaxError) -> String {
        var text = try valid(bytes[start..<position], at: start)
        var plain = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                text += try valid(bytes[plain..<position], at: plain)
                position += 1
                return text
            case UInt8(ascii: "\\"):
                text += try valid(bytes[plain..<position], at: plain)
                text.unicodeScalars.append(try escape())
                plain = position
            case 0..<0x20: throw failure(.controlCharacter)
            default: position += 1
            }
        }
        throw failure(.unclosedString, at: start - 1)
    }

    private func valid(_ slice: Slice<UnsafeBufferPointer<UInt8>>, at offset: Int) throws(JSONSyntaxError) -> String {
        guard let text = String(validating: UnsafeBufferPointer(rebasing: slice), as: UTF8.self) else {
            throw failure(.invalidUTF8, at: offset + Self.lengthOfValidPrefix(slice))
        }
        return text
    }

    private static func lengthOfValidPrefix(_ slice: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
        var decoder = UTF8()
        var bytes = slice.makeIterator()
        var length = 0
        while case .scalarValue(let scalar) = decoder.decode(&bytes) { length += UTF8.width(scalar) }
        return length
    }

    private mutating func escape() throws(JSONSyntaxError) -> Unicode.Scalar {
        let start = position
        position += 1
        guard let kind = peek else { throw failure(.unexpectedEnd) }
        position += 1
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(kind)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape(from: start)
        default: throw failure(.unknownEscape, at: start)
        }
    }

    private mutating func unicodeEscape(from start: Int) throws(JSONSyntaxError) -> Unicode.Scalar {
        let unit = try hexUnit(from: start)
        // PostgreSQL text cannot hold NUL; refusing it here names the place, later it would be a fault.
        if unit == 0 { throw failure(.nulCharacter, at: start) }
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { throw failure(.loneSurrogate, at: start) }
        position += 2
        let low = try hexUnit(from: position - 2)
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
        else { throw failure(.loneSurrogate, at: start) }
        return scalar
    }

    private mutating func hexUnit(from start: Int) throws(JSONSyntaxError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek else { throw failure(.unexpectedEnd) }
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw failure(.unknownEscape, at: start)
            }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }

    /// Digits a number may have; far beyond what any measure needs, short enough to handle exactly.
    static let longestNumber = 40

    mutating func number() throws(JSONSyntaxError) -> JSONNumber {
        let start = position
        if peek == UInt8(ascii: "-") { position += 1 }
        let whole = position
        try digits(from: start)
        if bytes[whole] == UInt8(ascii: "0"), position - whole > 1 { throw failure(.numberForm, at: start) }
        if peek == UInt8(ascii: ".") {
            position += 1
            try digits(from: start)
        }
        if let mark = peek, mark | 0x20 == UInt8(ascii: "e") {
            guard limits.allowsExponents else { throw failure(.numberExponent, at: start) }
            position += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
            try digits(from: start)
        }
        guard position - start <= Self.longestNumber else { throw failure(.numberTooLong, at: start) }
        return JSONNumber(checked: String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func digits(from start: Int) throws(JSONSyntaxError) {
        let first = position
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > first else {
            throw peek == nil ? failure(.unexpectedEnd) : failure(.numberForm, at: start)
        }
    }
}
