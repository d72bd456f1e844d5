import Crypto
import Domain
public import Foundation

/// A folder in which a bundle comes to be. It is new or empty: a bundle is never mixed with another.
public final class EvidenceFolder {
    public let url: URL
    private(set) var entries: [EvidenceManifest.Entry] = []

    /// Its files hold client data: they are for their owner alone.
    public init(_ path: String) throws {
        url = URL(fileURLWithPath: path)
        let files = FileManager.default
        if files.fileExists(atPath: path), try !files.contentsOfDirectory(atPath: path).isEmpty {
            throw EvidenceUnavailable("\(path) is there and not empty")
        }
        for folder in [url, url.appendingPathComponent("keys"), url.appendingPathComponent(EvidenceFile.checkpoints)] {
            try files.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
    }

    /// Writes a file through `body`, and notes its size and digest.
    func write(_ path: String, _ body: (inout EvidenceWriter) throws -> Void) throws {
        var writer = try EvidenceWriter(url.appendingPathComponent(path))
        try body(&writer)
        entries.append(try writer.finish(as: path))
    }

    /// Takes over files that were written side by side.
    func add(_ writers: [(path: String, writer: EvidenceWriter)]) throws {
        for (path, writer) in writers {
            var writer = writer
            entries.append(try writer.finish(as: path))
        }
    }

    func writer(_ path: String) throws -> EvidenceWriter { try EvidenceWriter(url.appendingPathComponent(path)) }

    /// The last file: a folder without it is no bundle.
    public func writeManifest(_ bytes: [UInt8]) throws {
        let draft = url.appendingPathComponent(EvidenceFile.manifest + ".new")
        var writer = try EvidenceWriter(draft)
        try writer.write(bytes)
        _ = try writer.finish(as: EvidenceFile.manifest)
        try FileManager.default.moveItem(at: draft, to: url.appendingPathComponent(EvidenceFile.manifest))
    }
}

/// Writes one file, digesting what goes by.
struct EvidenceWriter {
    private static let bufferSize = 1 << 16

    private let handle: FileHandle
    private var buffer: [UInt8] = []
    private var digest = SHA256()
    private var size = 0

    init(_ url: URL) throws {
        guard FileManager.default.createFile(atPath: url.path, contents: nil, attributes: [.posixPermissions: 0o600])
        else { throw EvidenceUnavailable("\(url.path) cannot be written") }
        handle = try FileHandle(forWritingTo: url)
        buffer.reserveCapacity(Self.bufferSize + 4096)
    }

    mutating func line(_ bytes: [UInt8]) throws {
        buffer.append(contentsOf: bytes)
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= Self.bufferSize { try flush() }
    }

    mutating func write(_ bytes: [UInt8]) throws {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Everything is on disk when this returns.
    mutating func finish(as path: String) throws -> EvidenceManifest.Entry {
        try flush()
        try handle.synchronize()
        try handle.close()
        return EvidenceManifest.Entry(path: path, size: size, digest: Hexadecimal.text(Array(digest.finalize())))
    }

    private mutating func flush() throws {
        try handle.write(contentsOf: buffer)
        digest.update(data: buffer)
        size += buffer.count
        buffer.removeAll(keepingCapacity: true)
    }
}

/// Reads a file line by line, a piece at a time.
struct LineReader {
    private static let pieceSize = 1 << 16

    private let handle: FileHandle
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    /// Lines returned so far.
    private(set) var number = 0

    init(_ url: URL) throws { handle = try FileHandle(forReadingFrom: url) }

    /// Nil behind the last line.
    mutating func next() throws -> [UInt8]? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(buffer[start..<end])
                start = end + 1
                number += 1
                return line
            }
            searched = buffer.count
            guard !isAtEnd else { return try lastLine() }
            let piece = try handle.read(upToCount: Self.pieceSize) ?? Data()
            isAtEnd = piece.isEmpty
            buffer.removeFirst(start)
            searched -= start
            start = 0
            buffer.append(contentsOf: piece)
        }
    }

    private mutating func lastLine() throws -> [UInt8]? {
        guard start < buffer.count else { return nil }
        defer { start = buffer.count }
        number += 1
        return Array(buffer[start...])
    }
}
