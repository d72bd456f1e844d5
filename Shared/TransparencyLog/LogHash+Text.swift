extension LogHash: CustomStringConvertible {
    /// Sixty-four lower-case hexadecimal digits.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return withUnsafeBytes { bytes in
            String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
        }
    }

    /// The form in which checkpoints carry a root: standard Base 64 (RFC 4648 section 4).
    public var base64: String { Base64.encode(bytes) }

    /// Reads the canonical Base 64 form; nil for anything else.
    public init?(base64: String) {
        guard let bytes = Base64.decode(Array(base64.utf8)) else { return nil }
        self.init(bytes: bytes)
    }

    /// Reads sixty-four hexadecimal digits of either case; nil for anything else.
    public init?(hexadecimal: String) {
        let digits = Array(hexadecimal.utf8)
        guard digits.count == 2 * Self.byteCount else { return nil }
        var bytes: [UInt8] = []
        for pair in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Hexadecimal.value(digits[pair]), let low = Hexadecimal.value(digits[pair + 1])
            else { return nil }
            bytes.append(high << 4 | low)
        }
        self.init(bytes: bytes)
    }
}

extension [LogHash] {
    /// The hashes one after another, 32 bytes each: the file format of a tile.
    public var concatenatedBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count * LogHash.byteCount)
        for hash in self { hash.withUnsafeBytes { bytes.append(contentsOf: $0) } }
        return bytes
    }

    /// The reverse of ``concatenatedBytes``; nil unless the length is a multiple of 32.
    public init?(concatenatedBytes bytes: [UInt8]) {
        guard bytes.count.isMultiple(of: LogHash.byteCount) else { return nil }
        self.init()
        reserveCapacity(bytes.count / LogHash.byteCount)
        for start in stride(from: 0, to: bytes.count, by: LogHash.byteCount) {
            guard let hash = LogHash(bytes: bytes[start..<start + LogHash.byteCount]) else { return nil }
            append(hash)
        }
    }
}
