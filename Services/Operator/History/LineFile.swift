import Foundation
import Glibc

/// A file of lines, mapped into memory: the operating system reads what is asked for and takes it back when it needs
/// the room.
struct LineFile {
    let name: String
    private let data: Data

    /// - Throws: `UnreadableBundle`
    init(path: String) throws {
        name = (path as NSString).lastPathComponent
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        } catch {
            throw UnreadableBundle(place: path, reason: "cannot be read")
        }
    }

    var byteCount: Int { data.count }

    /// Each line with its offset; blank ones left out.
    func forEachLine(_ body: (_ line: UnsafeBufferPointer<UInt8>, _ offset: Int) throws -> Void) throws {
        try data.withUnsafeBytes { raw in
            let bytes = raw.bindMemory(to: UInt8.self)
            var start = 0
            while start < bytes.count {
                let line = Self.line(of: bytes, at: start)
                if !line.isEmpty { try body(line, start) }
                start += line.count + 1
            }
        }
    }

    /// The line that begins at an offset.
    func withLine<Result>(at offset: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        try data.withUnsafeBytes { try body(Self.line(of: $0.bindMemory(to: UInt8.self), at: offset)) }
    }

    /// Which line of the file that is, from 1: for messages.
    func number(ofLineAt offset: Int) -> Int { data.prefix(offset).reduce(1) { $0 + ($1 == 0x0A ? 1 : 0) } }

    private static func line(of bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> UnsafeBufferPointer<UInt8> {
        guard let base = bytes.baseAddress else { return bytes }
        let rest = bytes.count - start
        let end = memchr(base + start, 0x0A, rest).map { UnsafeRawPointer($0) - UnsafeRawPointer(base + start) } ?? rest
        return UnsafeBufferPointer(rebasing: bytes[start..<start + end])
    }
}

/// A bundle that is damaged or incomplete.
struct UnreadableBundle: Error, CustomStringConvertible {
    /// A file, or a file and a line.
    let place: String
    let reason: String

    var description: String { "\(place): \(reason)" }
}
