public import Domain
public import Foundation
import Synchronization

/// A clock that is set from outside, for a database server that is started under it: libfaketime (Debian's package
/// `faketime`) reads it from a file at every look at the time of day.
///
/// It runs as fast as the real one and can only be moved forward. Waiting, which goes by the monotonic clock, is left
/// alone, and so are the times of files. Services take the times of what they record from the database, and cannot be
/// put under it themselves: of two calls by which librdkafka waits, `timespec_get` and `cnd_timedwait`, libfaketime
/// knows only the first, so that every wait would end at once or never.
public final class SimulatedClock: Sendable {
    private let shim: URL
    private let file: URL
    /// Seconds between the real time of day and this one.
    private let offset: Mutex<Int64>

    /// - Parameter file: where the clock stands; every user whose processes go by it must be able to read it.
    public init(shim: URL, file: URL, startingAt time: Timestamp) throws {
        self.shim = shim
        self.file = file
        let offset = Self.seconds(to: time)
        self.offset = Mutex(offset)
        try Self.write(offset, to: file)
    }

    public var now: Timestamp { Self.realNow.advanced(bySeconds: offset.withLock { $0 }) }

    /// Moves on to a time; does nothing where it has passed.
    public func advance(to time: Timestamp) throws {
        try offset.withLock { offset in
            let wanted = Self.seconds(to: time)
            guard wanted > offset else { return }
            try Self.write(wanted, to: file)
            offset = wanted
        }
    }

    private var environment: [String: String] {
        [
            "LD_PRELOAD": shim.path, "FAKETIME_TIMESTAMP_FILE": file.path, "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1",
        ]
    }

    /// A command that goes by the clock. The library must be loaded only after a change of user: it
    /// makes a semaphore named by the process id, which must belong to whoever uses it.
    func over(_ command: Command) -> Command {
        var under = command
        under.executable = URL(fileURLWithPath: "/usr/bin/env")
        under.arguments =
            environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } + [command.executable.path]
            + command.arguments
        return under
    }

    /// Removes what the library leaves behind of a process that did not end by itself.
    static func clear(after process: Int32) {
        for name in ["sem.faketime_sem_\(process)", "faketime_shm_\(process)"] {
            try? FileManager.default.removeItem(atPath: "/dev/shm/\(name)")
        }
    }

    private static var realNow: Timestamp {
        Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
    }

    private static func seconds(to time: Timestamp) -> Int64 {
        let microseconds = time.microseconds - realNow.microseconds
        return microseconds / 1_000_000 + (microseconds % 1_000_000 > 0 ? 1 : 0)
    }

    /// In one step and readable at every moment: whoever could not read it would see the real time.
    private static func write(_ offset: Int64, to file: URL) throws {
        let next = file.appendingPathExtension("next")
        let made = FileManager.default.createFile(
            atPath: next.path, contents: Data("\(offset < 0 ? "" : "+")\(offset)\n".utf8),
            attributes: [.posixPermissions: 0o644])
        guard made, rename(next.path, file.path) == 0 else {
            throw StackError.unreadable(file, reason: "cannot be written")
        }
    }
}
