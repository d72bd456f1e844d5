/// One file in a tar archive (POSIX.1-1988 ustar): readable by every tar there is.
public enum TarEntry {
    public static let blockSize = 512

    /// What ends an archive.
    public static let end = [UInt8](repeating: 0, count: 2 * blockSize)

    /// The block before a file's bytes. Times are 0 and owners nobody, so that the same files give the same archive.
    ///
    /// - Parameter path: ASCII, at most 100 bytes.
    /// - Returns: nil for a path or a size that the form cannot say.
    public static func header(path: String, size: Int) -> [UInt8]? {
        let name = Array(path.utf8)
        guard (1...100).contains(name.count), name.allSatisfy({ (0x20...0x7E).contains($0) }), size >= 0, size < 1 << 33
        else { return nil }
        var block = [UInt8](repeating: 0, count: blockSize)
        func put(_ bytes: some Sequence<UInt8>, at place: Int) {
            for (index, byte) in bytes.enumerated() { block[place + index] = byte }
        }
        put(name, at: 0)
        put(octal(0o600, digits: 7), at: 100)
        put(octal(0, digits: 7), at: 108)
        put(octal(0, digits: 7), at: 116)
        put(octal(size, digits: 11), at: 124)
        put(octal(0, digits: 11), at: 136)
        // The sum is taken as if its own field were blanks.
        put(repeatElement(UInt8(ascii: " "), count: 8), at: 148)
        put("0".utf8, at: 156)
        put("ustar\u{0}00".utf8, at: 257)
        put(octal(block.reduce(0) { $0 + Int($1) }, digits: 6), at: 148)
        block[154] = 0
        return block
    }

    /// Bytes behind a file of that size, up to the next block.
    public static func padding(after size: Int) -> Int { (blockSize - size % blockSize) % blockSize }

    private static func octal(_ number: Int, digits: Int) -> [UInt8] {
        let text = String(number, radix: 8)
        return Array((String(repeating: "0", count: digits - text.count) + text).utf8)
    }
}
