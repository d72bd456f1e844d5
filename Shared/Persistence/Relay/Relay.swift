public import Logging
import FoundationEssentials
import Synchronization

/// Publishes the ledger: carries the events of its lanes to Kafka, each lane in order, none left out.
///
/// One relay at a time owns a lane, by a lease with a term; others stand by. An event may be published twice, when
/// a relay dies between the delivery and the move of the cursor; consumers know events by stream and version.
/// While the database or Kafka is away it tries again with growing pauses; the ledger keeps what waits.
public final class Relay: Sendable {
    private let control: RelayControl
    private let loop: @Sendable () -> Void
    private let isStarted = Atomic(false)

    /// - Parameters:
    ///   - lanes: what to publish.
    ///   - batchSize: events per lane and round.
    ///   - pace: of imports; nil: as fast as everything else.
    ///   - leaseDuration: after the death of the owner another relay takes over within this time. A quarter of it is
    ///     kept back as a margin; a publication gets what is left.
    ///   - onFailure: told about each failure that needs a person, once, from the relay's thread. The relay goes on
    ///     looking whether it has been settled: the process need not end.
    public init(
        _ settings: DatabaseSettings, lanes: [Lane] = Lane.all, batchSize: Int = 1000, pace: BackfillPace? = nil,
        leaseDuration: Duration = .seconds(15), publisher: any RelayPublisher, onNewCluster: NewClusterPolicy,
        logger: Logger, onFailure: @escaping @Sendable (RelayFailure) -> Void = { _ in }
    ) {
        let control = RelayControl()
        self.control = control
        // Not the host alone: a restarted process must not pass for the one that may still be running.
        let owner = "\(settings.applicationName)/\(UUID().uuidString.lowercased())"
        let metrics = RelayMetrics()
        loop = {
            var loop = RelayLoop(
                settings: settings, wanted: lanes, batchSize: batchSize, pace: pace,
                lanes: RelayLanes(owner: owner, leaseDuration: leaseDuration), publisher: publisher,
                onNewCluster: onNewCluster, logger: logger, onFailure: onFailure, control: control, metrics: metrics)
            loop.run()
            control.ended.finish()
        }
    }

    deinit { control.requestStop() }

    public var status: RelayStatus { control.status }

    /// Starts the relay's own thread; later calls do nothing.
    public func start() {
        guard !isStarted.exchange(true, ordering: .relaxed) else { return }
        startThread(loop)
    }

    /// Lets the round at hand come to its end and gives the lanes back. False when that took longer than `limit`:
    /// the leases then run out by themselves.
    public func stop(within limit: Duration) async -> Bool {
        control.requestStop()
        guard isStarted.load(ordering: .relaxed) else { return true }
        return await control.ended.wait(upTo: limit)
    }
}

/// What the relay's thread and everybody else share.
final class RelayControl: Sendable {
    let ended = Completion()
    private let state = Monitor((status: RelayStatus(), mustStop: false))

    var status: RelayStatus { state.withLock { $0.status } }
    var mustStop: Bool { state.withLock { $0.mustStop } }

    func update(_ change: (inout RelayStatus) -> Void) { state.withLock { change(&$0.status) } }

    func requestStop() {
        state.withLock { $0.mustStop = true }
        state.broadcast()
    }

    /// Waits, but not for longer than until somebody wants the relay to stop.
    func pause(_ duration: Duration) {
        let until = ContinuousClock.now + duration
        _ = state.wait(until: { _ in until }) { $0.mustStop ? true : nil }
    }
}
