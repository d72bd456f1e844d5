import Glibc
import Synchronization

/// A file descriptor that takes whole lines from any thread.
///
/// A line is one `write`, so that lines of several processes on one pipe do not mix; the lock keeps a
/// long line, which the system may take in parts, in one piece within this process.
public final class LineOutput: Sendable {
    public static let standardError = LineOutput(descriptor: STDERR_FILENO)

    private let descriptor: Int32
    private let turn = Mutex(())

    public init(descriptor: Int32) { self.descriptor = descriptor }

    /// Writes a line that ends with a line break. A line that cannot be written is lost: a service must
    /// not stop because nobody reads its log.
    public func write(_ line: [UInt8]) {
        turn.withLock { _ in
            var rest = line[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }
}
