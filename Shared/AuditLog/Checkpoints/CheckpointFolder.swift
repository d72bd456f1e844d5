import FoundationEssentials
import Glibc
public import TransparencyLog

/// Checkpoints as files, for somebody else to keep: one a file, each complete or not there, none ever changed.
///
/// They lie in folders of 65,536 leaves, so that no folder grows with the log, and their names say what they are
/// about: `000000065536/000000070001-9f86d081884c7d65.note`. Notes that somebody laid into the folder itself, under
/// whatever name, are read as well.
public struct CheckpointFolder: Hashable, Sendable {
    static let leavesPerFolder = 1 << 16
    private static let suffix = ".note"

    public let path: String

    public init(_ path: String) { self.path = path }

    /// Writes a checkpoint, unless it is there.
    public func file(_ note: String, size: Int, root: LogHash) throws(KeptFileError) {
        let folder = "\(path)/\(Self.digits(size - size % Self.leavesPerFolder))"
        let final = "\(folder)/\(Self.digits(size))-\(root.description.prefix(16))\(Self.suffix)"
        guard access(final, F_OK) != 0 else { return }
        try Self.makeFolder(path)
        try Self.makeFolder(folder)
        let draft = "\(final).\(getpid())"
        unlink(draft)
        try Self.write(Array(note.utf8), to: draft)
        // A link, unlike a rename, never replaces what somebody else has just put there.
        let isLinked = link(draft, final) == 0 || errno == EEXIST
        let code = errno
        unlink(draft)
        guard isLinked else { throw KeptFileError(final, code) }
        try Self.synchronise(folder)
    }

    var exists: Bool { access(path, F_OK) == 0 }

    /// First sizes of the folders that there are, rising.
    func folders() throws(KeptFileError) -> [Int] {
        try Self.names(path).compactMap { name in name.utf8.count == 12 ? Int(name) : nil }.sorted()
    }

    /// The notes of one folder, by size.
    func notes(in first: Int) throws(KeptFileError) -> [KeptNote] {
        let folder = "\(path)/\(Self.digits(first))"
        return try Self.names(folder).compactMap { name -> KeptNote? in
            guard name.hasSuffix(Self.suffix), let size = Int(name.prefix(12)) else { return nil }
            return KeptNote(size: size, path: "\(folder)/\(name)")
        }.sorted { ($0.size, $0.path) < ($1.size, $1.path) }
    }

    /// Notes in the folder itself.
    func looseNotes() throws(KeptFileError) -> [String] {
        var notes: [String] = []
        for name in try Self.names(path) where name.hasSuffix(Self.suffix) {
            notes.append(try KeptNote(size: 0, path: "\(path)/\(name)").text())
        }
        return notes
    }

    private static func names(_ folder: String) throws(KeptFileError) -> [String] {
        guard access(folder, R_OK | X_OK) == 0 else { throw KeptFileError(folder, errno) }
        do { return try FileManager.default.contentsOfDirectory(atPath: folder) } catch { throw KeptFileError(folder, EIO) }
    }

    private static func digits(_ size: Int) -> String {
        let text = String(size)
        return String(repeating: "0", count: max(0, 12 - text.count)) + text
    }

    private static func makeFolder(_ path: String) throws(KeptFileError) {
        if mkdir(path, 0o755) != 0, errno != EEXIST { throw KeptFileError(path, errno) }
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(KeptFileError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw KeptFileError(path, errno) }
        defer { close(descriptor) }
        // A note is smaller than a page: a partial write means that the disk is full.
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            let code = errno
            unlink(path)
            throw KeptFileError(path, code == 0 ? ENOSPC : code)
        }
    }

    /// The new name has to outlast a power failure as well.
    private static func synchronise(_ folder: String) throws(KeptFileError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw KeptFileError(folder, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw KeptFileError(folder, errno) }
    }
}

/// One file of a folder of checkpoints.
struct KeptNote: Hashable {
    /// By its name: only the note itself, when it is believed, tells.
    let size: Int
    let path: String

    func text() throws(KeptFileError) -> String {
        guard access(path, R_OK) == 0 else { throw KeptFileError(path, errno) }
        guard let data = FileManager.default.contents(atPath: path) else { throw KeptFileError(path, EIO) }
        return String(decoding: data, as: UTF8.self)
    }
}

/// A file or folder of checkpoints that could not be read or written.
public struct KeptFileError: Error, Hashable, Sendable, CustomStringConvertible {
    public let path: String
    public let code: Int32

    init(_ path: String, _ code: Int32) {
        self.path = path
        self.code = code
    }

    public var description: String { "\(path): \(String(cString: strerror(code)))" }
}
