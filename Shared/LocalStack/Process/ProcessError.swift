public import Foundation

/// Why a process could not be started, did not come up, or failed.
public enum ProcessError: Error, CustomStringConvertible {
    case notExecutable(URL)
    case alreadyRunning(name: String)
    case spawnFailed(name: String, reason: String)
    case logNotWritable(URL, reason: String)
    /// The process ended before it was ready; `log` is the end of what it wrote.
    case endedBeforeReady(name: String, status: ExitStatus, log: String)
    /// It runs but was not ready in time.
    case notReady(name: String, limit: Duration, log: String)
    /// A program that was to run to its end failed.
    case failed(name: String, status: ExitStatus, log: String)
    /// A program that was to run to its end did not in time.
    case tookTooLong(name: String, limit: Duration, log: String)

    public var description: String {
        switch self {
        case .notExecutable(let url):
            "\(url.path) does not exist or cannot be executed"
        case .alreadyRunning(let name):
            "\(name) is running already"
        case .spawnFailed(let name, let reason):
            "\(name) could not be started: \(reason)"
        case .logNotWritable(let url, let reason):
            "log file \(url.path) cannot be written: \(reason)"
        case .endedBeforeReady(let name, let status, let log):
            "\(name) \(status) before it was ready\(Self.quote(log))"
        case .notReady(let name, let limit, let log):
            "\(name) was not ready within \(limit)\(Self.quote(log))"
        case .failed(let name, let status, let log):
            "\(name) \(status)\(Self.quote(log))"
        case .tookTooLong(let name, let limit, let log):
            "\(name) did not end within \(limit)\(Self.quote(log))"
        }
    }

    private static func quote(_ log: String) -> String {
        log.isEmpty ? "" : "; the end of its log:\n" + log.split(separator: "\n").map { "  | \($0)" }.joined(separator: "\n")
    }
}
