import Logging
import Metrics

/// The rounds of a relay, on its own thread with its own connection.
///
/// A round: take free lanes, renew leases, read a page of every lane held, publish all, move the cursors. It starts
/// from nothing but the rows of `ledger.lane`, so after any failure the next round simply begins again.
struct RelayLoop {
    static let idleWait = Duration.milliseconds(250)
    /// From one publication to the next while single events trickle in: a round costs as much for one event as for
    /// fifty. Nobody who comes after a pause waits.
    private static let gathering = Duration.milliseconds(8)
    private static let longestPause = Duration.seconds(1)
    private static let channel = "attune_ledger"

    let settings: DatabaseSettings
    let wanted: [Lane]
    let batchSize: Int
    let lanes: RelayLanes
    let publisher: any RelayPublisher
    let onNewCluster: NewClusterPolicy
    let logger: Logger
    let onFailure: @Sendable (RelayFailure) -> Void
    let control: RelayControl

    private var pace: BackfillPace?
    private var held: [Lane: RelayLanes.Lease] = [:]
    /// The cluster is asked for anew after this, after each takeover, and after each failure.
    private var clusterKnownUntil: ContinuousClock.Instant?
    private var nextTakeover = ContinuousClock.now
    private var nextLagCount = ContinuousClock.now
    private var failingSince: ContinuousClock.Instant?
    private var lastPublication = ContinuousClock.now
    private var pause = Duration.milliseconds(50)
    private var reported: RelayFailure?
    private var metrics: RelayMetrics

    init(
        settings: DatabaseSettings, wanted: [Lane], batchSize: Int, pace: BackfillPace?, lanes: RelayLanes,
        publisher: any RelayPublisher, onNewCluster: NewClusterPolicy, logger: Logger,
        onFailure: @escaping @Sendable (RelayFailure) -> Void, control: RelayControl, metrics: RelayMetrics
    ) {
        self.settings = settings
        self.wanted = wanted
        self.batchSize = batchSize
        self.pace = pace
        self.lanes = lanes
        self.publisher = publisher
        self.onNewCluster = onNewCluster
        self.logger = logger
        self.onFailure = onFailure
        self.control = control
        self.metrics = metrics
    }

    mutating func run() {
        metrics.enter(.starting)
        var connection: Connection?
        while !control.mustStop {
            do {
                let usable = try connection ?? open()
                connection = usable
                let rest = try round(on: usable)
                succeeded()
                if rest > .zero, try usable.waitForNotification(upTo: rest) { gather() }
            } catch let failure as RelayFailure {
                halted(by: failure, connection)
            } catch {
                failed(error, connection)
            }
        }
        release(on: connection)
        connection?.close()
        enter(.stopped)
    }

    private func gather() {
        let rest = Self.gathering - (ContinuousClock.now - lastPublication)
        if rest > .zero { control.pause(rest) }
    }

    private func open() throws(DatabaseError) -> Connection {
        let connection = try Connection(settings)
        try connection.listen(Self.channel)
        return connection
    }

    /// - Returns: how long there is nothing to publish, unless somebody tells that there is.
    private mutating func round(on connection: Connection) throws -> Duration {
        try countLag(on: connection)
        try takeOver(on: connection)
        try renewWhereDue(on: connection)
        guard !held.isEmpty else { return Self.idleWait }
        try checkCluster(on: connection)
        let limits = limits(at: .now)
        let page = try lanes.page(held, limits: limits, on: connection)
        if !page.events.isEmpty {
            guard let limit = timeLeft(for: page) else { return .zero }
            try publish(page, within: limit, on: connection)
        }
        return Self.rest(of: held.keys, after: page.counts, limits, pace, at: .now)
    }

    /// Nothing where a lane may have more to publish; of imports, only when the next step of them is due.
    /// - Parameters:
    ///   - counts: what the page had of each lane.
    ///   - limits: what it could have had; nil for one that was not asked for.
    static func rest(
        of lanes: some Sequence<Lane>, after counts: [Lane: Int], _ limits: [Lane: Int], _ pace: BackfillPace?,
        at now: ContinuousClock.Instant
    ) -> Duration {
        let full = lanes.filter { limits[$0] == nil || limits[$0] == counts[$0] }
        guard !full.isEmpty else { return idleWait }
        guard let pace, full.allSatisfy(\.backfill) else { return .zero }
        return min(idleWait, max(.zero, pace.restsUntil - now))
    }

    /// How much of each lane the next page may hold: nothing of imports while they rest.
    private func limits(at now: ContinuousClock.Instant) -> [Lane: Int] {
        var limits = held.mapValues { _ in batchSize }
        guard let pace else { return limits }
        for lane in held.keys where lane.backfill {
            limits[lane] = pace.restsUntil > now ? nil : min(batchSize, pace.step)
        }
        return limits
    }

    private mutating func publish(
        _ page: RelayLanes.Page, within limit: Duration, on connection: Connection
    ) throws {
        let began = ContinuousClock.now
        lastPublication = began
        try publisher.publish(page.events, within: limit)
        metrics.publishing.recordNanoseconds((ContinuousClock.now - began).nanoseconds)
        let moved = try lanes.advance(held, past: page, on: connection)
        let imported = page.counts.filter(\.key.backfill).values.reduce(0, +)
        if imported > 0 { pace?.took(imported) }
        for lane in page.last.keys {
            held[lane] = moved[lane]
            // Asked for again soon: it may have been an operator, who has set the cursor, and not another relay.
            if moved[lane] == nil { logger.warning("a lane was taken or set back", metadata: ["lane": "\(lane)"]) }
        }
        let count = moved.keys.reduce(0) { $0 + (page.counts[$1] ?? 0) }
        metrics.published.increment(by: count)
        control.update { $0.published += Int64(count) }
    }

    /// How long all lanes of the page are surely held; nil when one of them is not, so that it has to be renewed first.
    private func timeLeft(for page: RelayLanes.Page) -> Duration? {
        let until = page.last.keys.compactMap { held[$0]?.trustedUntil }.min()
        guard let until, until > .now else { return nil }
        return until - .now
    }
}

extension RelayLoop {
    private mutating func takeOver(on connection: Connection) throws(DatabaseError) {
        let missing = wanted.filter { held[$0] == nil }
        guard !missing.isEmpty, ContinuousClock.now >= nextTakeover else { return }
        nextTakeover = .now + min(lanes.leaseDuration / 4, .seconds(1))
        let taken = try lanes.acquire(missing, on: connection)
        guard !taken.isEmpty else { return }
        held.merge(taken) { _, new in new }
        clusterKnownUntil = nil
        logger.info("relaying", metadata: ["lanes": "\(taken.keys.map(\.description).sorted())"])
    }

    private mutating func renewWhereDue(on connection: Connection) throws(DatabaseError) {
        let due = ContinuousClock.now + lanes.leaseDuration / 2
        guard held.values.contains(where: { $0.trustedUntil < due }) else { return }
        let kept = try lanes.renew(held, on: connection)
        for lane in held.keys where kept[lane] == nil {
            logger.warning("a lane was taken by another relay", metadata: ["lane": "\(lane)"])
        }
        held = kept
    }

    /// Nothing goes to a cluster that the lanes do not know: its consumers would miss all that went to the other.
    private mutating func checkCluster(on connection: Connection) throws {
        if let clusterKnownUntil, ContinuousClock.now < clusterKnownUntil { return }
        let found = try publisher.clusterID()
        for (lane, lease) in held where lease.clusterID != found {
            var cursor = lease.cursor
            if let known = lease.clusterID {
                switch onNewCluster {
                case .halt: throw RelayFailure.newCluster(lane: lane, known: known, found: found)
                case .republish: cursor = 0
                }
                logger.error(
                    "new Kafka cluster: everything is published again from the beginning",
                    metadata: ["lane": "\(lane)", "known": "\(known)", "found": "\(found)"])
            }
            var adopted = lease
            adopted.clusterID = found
            adopted.cursor = cursor
            held[lane] = try lanes.adopt(found, cursor: cursor, for: lane, lease, on: connection) ? adopted : nil
        }
        clusterKnownUntil = .now + .seconds(10)
    }

    /// Counted for lanes of others as well, and before anything that can fail: a lane without a working relay is
    /// the one whose lag matters.
    private mutating func countLag(on connection: Connection) throws(DatabaseError) {
        guard ContinuousClock.now >= nextLagCount else { return }
        nextLagCount = .now + .seconds(1)
        var statuses = try lanes.status(of: wanted, on: connection)
        for status in statuses where held[status.lane].map({ $0.term != status.term }) ?? false {
            // With this term nothing would be read any more: the lane is asked for anew at once.
            held[status.lane] = nil
            nextTakeover = .now
            logger.warning("a lane was taken or set back", metadata: ["lane": "\(status.lane)"])
        }
        for index in statuses.indices { statuses[index].isOwned = held[statuses[index].lane] != nil }
        metrics.record(statuses)
        control.update { $0.lanes = statuses }
    }
}

extension RelayLoop {
    private mutating func enter(_ condition: RelayStatus.Condition) {
        metrics.enter(condition)
        control.update { $0.condition = condition }
    }

    private mutating func succeeded() {
        if failingSince != nil || reported != nil { logger.info("the relay works again") }
        failingSince = nil
        reported = nil
        pause = .milliseconds(50)
        enter(held.isEmpty ? .standby : .relaying)
        control.update { $0.lastProgress = .now }
    }

    private mutating func failed(_ error: any Error, _ connection: Connection?) {
        clusterKnownUntil = nil
        let reason = "\(error)"
        if failingSince == nil {
            failingSince = .now
            logger.error("the relay fails and tries again", metadata: ["reason": "\(reason)"])
        }
        enter(.failing(reason))
        metrics.failures.increment()
        // Somebody else may reach what this process does not: after a lease's time of failure give way.
        if let failingSince, ContinuousClock.now - failingSince > lanes.leaseDuration {
            release(on: connection)
            nextTakeover = .now + min(lanes.leaseDuration / 2, .seconds(3))
            self.failingSince = .now
        }
        control.pause(min(pause, lanes.leaseDuration / 4))
        pause = min(pause * 2, Self.longestPause)
    }

    private mutating func halted(by failure: RelayFailure, _ connection: Connection?) {
        clusterKnownUntil = nil
        enter(.halted(failure))
        release(on: connection)
        if reported == nil {
            reported = failure
            logger.critical("the relay halts", metadata: ["reason": "\(failure)"])
            metrics.failures.increment()
            onFailure(failure)
        }
        nextTakeover = .now
        control.pause(min(lanes.leaseDuration / 4, .seconds(1)))
    }

    private mutating func release(on connection: Connection?) {
        defer { held = [:] }
        guard let connection, connection.isUsable, !held.isEmpty else { return }
        do {
            try lanes.release(held, on: connection)
        } catch {
            logger.warning("the lanes were not given back; their leases run out", metadata: ["reason": "\(error)"])
        }
    }
}
