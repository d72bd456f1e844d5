import Synchronization

/// What a health check found.
public enum HealthFinding: Hashable, Sendable {
    case healthy
    /// What is missing or stuck, without client data; shown to anybody.
    case failing(String)
}

/// The checks behind `/live` and `/ready`.
///
/// Live: the process makes progress; if not, it should be restarted. Ready: it can do its work now; if
/// not, it should get no requests. A missing database makes a service unready, never dead.
public final class Health: Sendable {
    public typealias Check = @Sendable () async -> HealthFinding

    public enum Kind: Hashable, Sendable {
        case live, ready
    }

    public struct Report: Sendable {
        /// In alphabetical order.
        public let findings: [(name: String, finding: HealthFinding)]
        public var isHealthy: Bool { findings.allSatisfy { $0.finding == .healthy } }
    }

    private struct State {
        var checks: [Kind: [String: SharedCheck]] = [:]
        var isDraining = false
    }

    private let state = Mutex(State())
    private let patience: Duration

    /// - Parameter patience: how long a check may take before it counts as failing.
    public init(patience: Duration = .seconds(2)) { self.patience = patience }

    /// Adds a check. Checks of one kind run at the same time; a name stands once for each kind.
    public func register(_ kind: Kind, _ name: String, _ check: @escaping Check) {
        state.withLock { state in
            precondition(state.checks[kind]?[name] == nil, "health check \(name) is registered twice")
            state.checks[kind, default: [:]][name] = SharedCheck(check)
        }
    }

    /// From now on the service is not ready: it is about to stop.
    public func startDraining() { state.withLock { $0.isDraining = true } }

    public func report(_ kind: Kind) async -> Report {
        let (checks, isDraining) = state.withLock { ($0.checks[kind] ?? [:], $0.isDraining) }
        let patience = self.patience
        var findings = await withTaskGroup(of: (String, HealthFinding).self) { group in
            for (name, check) in checks { group.addTask { (name, await check.finding(within: patience)) } }
            var findings: [(name: String, finding: HealthFinding)] = []
            for await (name, finding) in group { findings.append((name, finding)) }
            return findings
        }
        if isDraining, kind == .ready { findings.append(("running", .failing("the service is stopping"))) }
        return Report(findings: findings.sorted { $0.name < $1.name })
    }
}

/// A check that runs at most once at a time, however many ask: anybody may ask, and a check may cost a
/// database connection.
private final class SharedCheck: Sendable {
    private let check: Health.Check
    private let running = Mutex<Task<HealthFinding, Never>?>(nil)

    init(_ check: @escaping Health.Check) { self.check = check }

    /// The finding, or failing when it does not come in time. A check that hangs is not started anew.
    func finding(within patience: Duration) async -> HealthFinding {
        let task = running.withLock { running in
            if let running { return running }
            let task = Task {
                let finding = await check()
                self.running.withLock { $0 = nil }
                return finding
            }
            running = task
            return task
        }
        let (findings, continuation) = AsyncStream.makeStream(of: HealthFinding.self)
        let waiting = Task { continuation.yield(await task.value) }
        let limit = Task {
            try? await Task.sleep(for: patience)
            continuation.yield(.failing("no answer within \(patience)"))
        }
        defer {
            waiting.cancel()
            limit.cancel()
        }
        for await finding in findings { return finding }
        return .failing("the check was cancelled")
    }
}
