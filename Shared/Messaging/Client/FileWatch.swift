import Glibc

/// Notices that files were replaced or written anew. Belongs to one thread.
struct FileWatch {
    /// What tells one state of a file from another without reading it; nil for a file that is not there. Links are followed:
    /// an orchestrator puts a new folder in the place of the old one.
    private struct Mark: Equatable {
        let device, inode: UInt64
        let size, seconds, nanoseconds: Int64

        init?(_ path: String) {
            var found = stat()
            guard stat(path, &found) == 0 else { return nil }
            (device, inode) = (UInt64(found.st_dev), UInt64(found.st_ino))
            (size, seconds, nanoseconds) = (Int64(found.st_size), Int64(found.st_mtim.tv_sec), Int64(found.st_mtim.tv_nsec))
        }
    }

    private let files: [String]
    private let interval: Duration
    private var known: [Mark?]
    private var last: [Mark?]
    private var due: ContinuousClock.Instant

    init(_ files: [String], every interval: Duration) {
        self.files = files
        self.interval = interval
        known = files.map(Mark.init)
        last = known
        due = .now + interval
    }

    /// Whether the files are others than before and have come to rest; true once for each change.
    mutating func hasChanged(at now: ContinuousClock.Instant = .now) -> Bool {
        guard !files.isEmpty, now >= due else { return false }
        due = now + interval
        let present = files.map(Mark.init)
        defer { last = present }
        guard present != known, present == last, !present.contains(nil) else { return false }
        known = present
        return true
    }
}

extension FileWatch {
    init(_ security: KafkaSecurity?) {
        self.init(security?.files ?? [], every: security?.checkInterval ?? .seconds(3600))
    }
}
