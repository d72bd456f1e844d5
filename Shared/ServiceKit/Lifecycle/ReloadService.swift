public import ServiceLifecycle
import UnixSignals

/// Reads something again each time the process gets SIGHUP, the signal by which operators ask for that.
public struct ReloadService: Service {
    private let reload: @Sendable () -> Void

    /// - Parameter reload: called once for each signal, one call after the other.
    public init(_ reload: @escaping @Sendable () -> Void) {
        self.reload = reload
    }

    public func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { reload() }
    }
}
