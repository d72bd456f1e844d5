import Contracts
import Domain
import Glibc
import Messaging
import Persistence
import ServiceKit

/// Next offsets of each group, by partition.
struct GroupPositions {
    private(set) var byGroup: [String: [TopicPartition: Int64]] = [:]

    static func read(cluster: String, on connection: Connection) throws -> GroupPositions {
        var positions = GroupPositions()
        let rows = try connection.run(
            "select consumer_group, topic, partition, next_offset from published.consumer_position where cluster_id = $1",
            [.text(cluster)])
        for row in rows {
            let partition = TopicPartition(topic: try row.text(1), partition: try row.int32(2))
            positions.byGroup[try row.text(0), default: [:]][partition] = max(0, try row.int64(3))
        }
        return positions
    }
}

/// How far one group is behind on one topic.
struct GroupLag {
    let group: String
    let topic: String
    let events: Int64
    /// Events per second while the command looked.
    let rate: Double

    /// Nil while events wait and none moves.
    var secondsToDrain: Double? {
        if events == 0 { return 0 }
        return rate > 0 ? Double(events) / rate : nil
    }

    static func all(
        before: GroupPositions, after: GroupPositions, heads: [TopicPartition: Int64], seconds: Int
    ) -> [GroupLag] {
        after.byGroup.keys.sorted().flatMap { group in
            let positions = after.byGroup[group] ?? [:]
            let earlier = before.byGroup[group] ?? [:]
            return Set(positions.keys.map(\.topic)).sorted().map { topic in
                let own = positions.filter { $0.key.topic == topic }
                let waiting = own.reduce(Int64(0)) { $0 + max(0, (heads[$1.key] ?? $1.value) - $1.value) }
                let moved = own.reduce(Int64(0)) { $0 + max(0, $1.value - (earlier[$1.key] ?? $1.value)) }
                return GroupLag(group: group, topic: topic, events: waiting, rate: Double(moved) / Double(seconds))
            }
        }
    }
}

/// Ledger events that are not on Kafka yet.
struct RelayLag {
    let lane: String
    let events: Int64
    let owner: String

    static func read(on connection: Connection) throws -> [RelayLag] {
        let rows = try connection.run(
            """
            select l.category, l.backfill, coalesce(l.owner, ''),
                   (select count(*) from (select from published.event e where e.category = l.category
                    and e.backfill = l.backfill and e.position > l.cursor order by e.position limit 100000) waiting)
            from published.lane l order by 1, 2
            """)
        return try rows.map { row in
            let category = LedgerCategory(rawValue: try row.int16(0))
            let lane = category.map { "\(Lane(category: $0, backfill: (try? row.bool(1)) ?? false))" } ?? "unknown"
            return RelayLag(lane: lane, events: try row.int64(3), owner: try row.text(2))
        }
    }
}

struct QuarantineCount {
    let group: String
    let reason: String
    let count: Int64

    static func read(on connection: Connection) throws -> [QuarantineCount] {
        try connection.run(
            """
            select consumer_group, reason_code, count(*) from published.quarantine
            where state in ('failed', 'waiting') group by 1, 2 order by 1, 2
            """
        ).map { QuarantineCount(group: try $0.text(0), reason: try $0.text(1), count: try $0.int64(2)) }
    }
}

struct CheckpointLine {
    let size: Int64
    let signedAt: Timestamp
    let treeSize: Int64

    static func read(on connection: Connection) throws -> CheckpointLine? {
        try connection.run(
            """
            select c.tree_size, c.signed_at, t.size from published.audit_checkpoint c, published.audit_tree t
            order by c.tree_size desc limit 1
            """
        ).first.map { CheckpointLine(size: try $0.int64(0), signedAt: try $0.timestamp(1), treeSize: try $0.int64(2)) }
    }
}

/// A receiver that does not answer, or a recipient that could not be reached for good: by name, never by address.
struct UnreachedLine {
    let name: String
    let since: Timestamp
    let what: String

    static func read(on connection: Connection) throws -> [UnreachedLine] {
        let circuits = try connection.run(
            "select endpoint, open_since, failures from published.open_circuit order by 1"
        ).map { row in
            let failures = try row.int32(2)
            return UnreachedLine(
                name: try row.text(0), since: try row.timestamp(1),
                what: "does not answer, \(failures) times in a row: its circuit is open")
        }
        return try circuits + connection.run(
            "select recipient, channel, failing_since, reason from published.failing_contact order by 1, 2"
        ).map { row in
            let (recipient, channel, reason) = (try row.text(0), try row.text(1), try row.text(3))
            return UnreachedLine(
                name: "\(recipient) by \(channel)", since: try row.timestamp(2), what: "is failing: \(reason)")
        }
    }
}

/// What `attune status` found, as text and as JSON.
struct StatusReport {
    let services: [ServiceHealth]
    let lags: [GroupLag]
    let relay: [RelayLag]
    let quarantine: [QuarantineCount]
    let checkpoint: CheckpointLine?
    var unreached: [UnreachedLine] = []

    var isWell: Bool {
        services.allSatisfy(\.isReady) && quarantine.isEmpty && unreached.isEmpty && lags.allSatisfy { $0.secondsToDrain != nil }
    }

    /// Services are ready, nothing waits for the relay or a group, nothing has moved meanwhile, and the log is signed to its
    /// end.
    var isDrained: Bool {
        services.allSatisfy(\.isReady) && lags.allSatisfy { $0.events == 0 && $0.rate == 0 }
            && relay.allSatisfy { $0.events == 0 } && (checkpoint.map { $0.size == $0.treeSize } ?? true)
    }

    var text: String {
        var lines: [String] = []
        if !services.isEmpty {
            lines.append("services")
            lines += services.map { "  \(padded($0.name, 24))\($0.answer)" }
        }
        lines.append("consumer groups\(padded("", 45))events   seconds to drain")
        lines += lags.map { lag in
            let drain = lag.secondsToDrain.map { rounded($0) } ?? "stands still"
            return "  \(padded(lag.group, 22))\(padded(lag.topic, 38))\(padded("\(lag.events)", 9))\(drain)"
        }
        lines.append("relay")
        lines += relay.map { "  \(padded($0.lane, 22))\(padded("\($0.events) waiting", 20))\($0.owner)" }
        lines.append(quarantine.isEmpty ? "quarantine: empty" : "quarantine")
        lines += quarantine.map { "  \(padded($0.group, 22))\(padded($0.reason, 24))\($0.count)" }
        if !unreached.isEmpty { lines.append("notification") }
        lines += unreached.map { "  \(padded($0.name, 36))since \($0.since)  \($0.what)" }
        lines.append(
            checkpoint.map { "checkpoint: \($0.size) of \($0.treeSize) leaves, signed \($0.signedAt)" } ?? "checkpoint: none yet")
        return lines.joined(separator: "\n")
    }

    var json: JSON {
        [
            "services": .array(services.map { ["name": .string($0.name), "ready": .bool($0.isReady)] }),
            "groups": .array(
                lags.map {
                    [
                        "group": .string($0.group), "topic": .string($0.topic), "lag_events": .integer($0.events),
                        "lag_seconds_to_drain": .text($0.secondsToDrain.map { rounded($0) }),
                    ]
                }),
            "relay": .array(relay.map { ["lane": .string($0.lane), "waiting_events": .integer($0.events)] }),
            "quarantine": .array(
                quarantine.map {
                    ["group": .string($0.group), "reason_code": .string($0.reason), "events": .integer($0.count)]
                }),
            "unreached": .array(
                unreached.map { ["name": .string($0.name), "since": .text($0.since), "what": .string($0.what)] }),
            "checkpoint_size": .text(checkpoint.map(\.size)), "well": .bool(isWell),
        ]
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    private func rounded(_ seconds: Double) -> String {
        let tenths = Int((seconds * 10).rounded(.up))
        return "\(tenths / 10).\(tenths % 10)"
    }
}
