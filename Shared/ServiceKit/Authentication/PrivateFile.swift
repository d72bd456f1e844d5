import FoundationEssentials
public import Glibc

/// Files whose mode matters from the first moment on.
public enum PrivateFile {
    /// Creates a file that must not exist yet.
    public static func create(_ path: String, _ bytes: [UInt8], mode: mode_t) throws(FileError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw FileError(path: path, code: errno) }
        defer { close(descriptor) }
        try write(bytes, to: descriptor, path)
    }

    /// Writes a file so that a reader sees either nothing, the old or the whole new content.
    public static func replace(_ path: String, _ bytes: [UInt8], mode: mode_t) throws(FileError) {
        let draft = "\(path).\(getpid()).new"
        unlink(draft)
        try create(draft, bytes, mode: mode)
        guard rename(draft, path) == 0 else { throw FileError(path: path, code: errno) }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(FileError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileError(path: path, code: errno) }
            rest = rest.dropFirst(count)
        }
    }
}

/// A file that could not be written.
public struct FileError: Error, CustomStringConvertible {
    let path: String
    let code: Int32
    public var description: String { "\(path): \(String(cString: strerror(code)))" }
}
