import Foundation

/// Holds a folder for this process. The kernel gives it back when the process ends, however it ends.
final class FolderLock: Sendable {
    private let descriptor: Int32

    init(_ file: URL, folder: URL) throws {
        descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StackError.unreadable(file, reason: String(cString: strerror(errno))) }
        // From here on deinit closes, also when this initialiser throws.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw StackError.inUse(folder) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }
}
