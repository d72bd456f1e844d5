import Contracts
import Foundation
import LocalStack
import Logging
import Messaging
import Persistence

/// What a rating costs everywhere on its way: processor time of each process, bytes in PostgreSQL, its log and Kafka.
struct CostBench {
    let bench: Bench

    func figures() throws -> [Figure] {
        let connection = try bench.superuser()
        defer { connection.close() }
        let clinic = bench.clinic(seed: 70, episodes: max(500, bench.ratings / 20))
        try bench.post(clinic.episodes, "opening episodes") { clinic.opening($0) }
        try bench.drain()
        // What was written for the first time after a checkpoint is logged whole: that belongs to the cost.
        try connection.script("checkpoint")
        let before = try Reading(bench.stack, connection)
        try bench.sendBatches(0..<bench.ratings, of: clinic)
        try bench.drain()
        let after = try Reading(bench.stack, connection)
        return figures(from: before, to: after) + (try recordBytes(of: clinic))
    }

    /// What one episode's ratings have left in each topic: keys, values and headers, without what Kafka adds to a batch.
    private func recordBytes(of clinic: SimulatedClinic) throws -> [Figure] {
        let search = try RecordSearch(
            KafkaSettings(bootstrapServers: bench.stack.endpoints.kafka, clientID: "attune-bench"),
            logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
        let episode = clinic.episode(0)
        let ratings = Double(bench.ratings) / Double(clinic.episodes)
        return try [Topic.episodeEvents, .trajectories, .alerts, .notifications].map { topic in
            let records = try search.records(
                of: CloudEventsBinding.key(of: episode), in: topic.name, fromMilliseconds: 0, limit: 1_000_000, timeout: .seconds(60))
            return Figure(
                name: "records in \(topic.name)", value: Double(records.map(\.bytes).reduce(0, +)) / ratings, unit: "B/rating")
        }
    }

    private func figures(from before: Reading, to after: Reading) -> [Figure] {
        func each(_ value: Double) -> Double { value / Double(bench.ratings) }
        var figures = after.processes.sorted { $0.key < $1.key }.map { name, seconds in
            Figure(name: "processor time of \(name)", value: each((seconds - (before.processes[name] ?? 0)) * 1_000_000), unit: "µs/rating")
        }
        figures.append(Figure(name: "write-ahead log of PostgreSQL", value: each(after.log - before.log), unit: "B/rating"))
        for (name, bytes) in after.tables.sorted(by: { $0.value - (before.tables[$0.key] ?? 0) > $1.value - (before.tables[$1.key] ?? 0) }) {
            let growth = each(bytes - (before.tables[name] ?? 0))
            if growth >= 1 { figures.append(Figure(name: "growth of \(name) with its indexes", value: growth, unit: "B/rating")) }
        }
        let growth = after.tables.values.reduce(0, +) - before.tables.values.reduce(0, +)
        figures.append(Figure(name: "growth of all tables with their indexes", value: each(growth), unit: "B/rating"))
        let events = after.events - before.events
        figures.append(Figure(name: "events in the ledger", value: each(events), unit: "1/rating"))
        return figures
    }

    private struct Reading {
        var processes: [String: Double] = [:]
        let log: Double
        var tables: [String: Double] = [:]
        let events: Double

        init(_ stack: LocalStack, _ connection: Connection) throws {
            for service in StackService.allCases {
                guard let pid = stack.process(service)?.processID else { continue }
                processes[service.executable] = ProcessTimes.seconds(of: pid)
            }
            if let server = stack.cluster?.processID { processes["PostgreSQL"] = ProcessTimes.seconds(of: server) }
            if let broker = stack.kafkaProcessID { processes["the local Kafka"] = ProcessTimes.seconds(of: broker) }
            log = Double(try connection.run("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint").only().int64(0))
            for row in try connection.run(Self.sizes) { tables[try row.text(0)] = Double(try row.int64(1)) }
            events = Double(try connection.run("select last_value from ledger.event_position").only().int64(0))
        }

        /// Parts under the name of the whole.
        private static let sizes: Statement = """
            select coalesce(p.oid, c.oid)::regclass::text, sum(pg_total_relation_size(c.oid))::bigint
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
            where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema') group by 1
            """
    }
}

extension ConsumedRecord {
    fileprivate var bytes: Int {
        key.count + (value?.count ?? 0) + headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.count }
    }
}
