import Domain
import Foundation
import LocalStack
import Persistence
import ServiceKit

/// Many alerts due in the same minute among more that are open: how long until all are passed on, by one process of
/// alerting and by two, beside one bare loop that writes the same rows and events in the same batches.
struct EscalationBench {
    /// As alerting takes them.
    private static let batch = 500
    /// Until the processes have joined their group and look for what is due.
    private static let settling = 15

    let bench: Bench
    let open: Int
    let due: Int

    func figures() throws -> [Figure] {
        // Messages and leaves of ten thousand events would share the processor.
        for service in [StackService.scoring, .notification, .audit] { bench.stack.stop(service) }
        let connection = try bench.superuser()
        defer { connection.close() }
        let one = try measure(processes: 1, on: connection)
        let two = try measure(processes: 2, on: connection)
        let floor = try self.floor(on: connection)
        let name = "\(due) due of \(open) open alerts passed on"
        return [
            Figure(name: "\(name), one process", value: one.seconds, unit: "s", floor: floor),
            Figure(name: "\(name), two processes", value: two.seconds, unit: "s", floor: floor),
            Figure(name: "peak memory of alerting meanwhile, one process", value: one.peak, unit: "MiB"),
            Figure(name: "peak memory of alerting meanwhile, larger of two", value: two.peak, unit: "MiB"),
        ]
    }

    /// From the moment at which they are due until none is left, and the most memory that a process had.
    private func measure(processes: Int, on connection: Connection) throws -> (seconds: Double, peak: Double) {
        try fill(on: connection)
        try bench.stack.restart(.alerting)
        let replicas = try (1..<processes).map { _ in try bench.stack.addReplica(of: .alerting) }
        defer { for replica in replicas { bench.stack.remove(replica) } }
        let dueAt = try connection.run(Self.now).only().timestamp(0).advanced(bySeconds: Int64(Self.settling))
        try connection.run(Self.setDue, [.timestamp(dueAt), .int64(Int64(due))])
        try connection.script("analyze alerting.alert")
        var passedOn = dueAt
        try bench.until(lookingEvery: 0.02) {
            let row = try connection.run(Self.countLeft, [.timestamp(dueAt)]).only()
            passedOn = try row.timestamp(1)
            return try passedOn > dueAt && row.int64(0) == 0
        }
        let pids = [bench.stack.process(.alerting)?.processID] + replicas.map { bench.stack.process($0)?.processID }
        let peaks = pids.compactMap { $0 }.compactMap { ProcessMemory(pid: $0)?.peakMiB }
        guard peaks.count == processes else { throw BenchFailure("a process of alerting has ended") }
        return (Double(passedOn.microseconds - dueAt.microseconds) / 1_000_000, peaks.max() ?? 0)
    }

    /// Alerts as rows only, each of an episode of its own.
    private func fill(on connection: Connection) throws {
        bench.stack.stop(.alerting)
        try connection.script("delete from alerting.alert")
        // In pieces: a statement has its time limit.
        for first in stride(from: 1, through: open, by: 5000) {
            try connection.run(Self.insertAlerts, [.int64(Int64(first)), .int64(Int64(min(first + 4999, open)))])
        }
    }

    // MARK: - Floor

    private func floor(on connection: Connection) throws -> Double {
        try fill(on: connection)
        try connection.script(
            """
            create schema bench;
            create table bench.stream (like ledger.stream including all) with (fillfactor = 80);
            """ + NoticeFloor.tables)
        try connection.run("insert into bench.alert select * from alerting.alert")
        try connection.run("update bench.alert set due_at = now() where alert_id in (select alert_id from bench.alert limit $1)",
            [.int64(Int64(due))])
        try connection.script("analyze bench.alert")
        let taken = try bench.seconds {
            var left = due
            while left > 0 {
                let count = try connection.transaction { connection in
                    let alerts: [AlertID] = try connection.run(Self.passOn, [.int64(Int64(Self.batch))]).map { try $0.id(0) }
                    try connection.run(Self.insertStreams, [.ids(alerts)])
                    try connection.run(Self.insertEvents, [.ids(alerts), .int64(Int64(left))])
                    return alerts.count
                }
                guard count > 0 else { throw BenchFailure("\(left) rows of the floor are not due") }
                left -= count
            }
        }
        try connection.script("drop schema bench cascade")
        return taken
    }

    private static let now: Statement = "select clock_timestamp()"
    private static let insertAlerts: Statement = """
        insert into alerting.alert (alert_id, episode_id, site, kind, status, rule, rating_id, participant_id, instrument,
            clinician, cause_event_id, raised_at, due_at, first_due_at)
        select gen_random_uuid(), gen_random_uuid(), 'north', 2, 'raised', 'rci.worse', gen_random_uuid(), gen_random_uuid(),
               'ors', 'c-' || n % 100, gen_random_uuid(), now() - interval '1 day', d.due, d.due
        from generate_series($1::bigint, $2::bigint) as n
        cross join lateral (select now() + interval '1 day' as due) d
        """
    private static let setDue: Statement = """
        update alerting.alert set due_at = $1, first_due_at = $1
        where alert_id in (select alert_id from alerting.alert limit $2)
        """
    private static let countLeft: Statement = """
        select count(*), clock_timestamp() from alerting.alert
        where due_at <= $1 and status in ('raised', 'opened') and not ladder_ended
        """
    private static let passOn: Statement = """
        update bench.alert set due_at = now() + interval '1 day', escalation_level = escalation_level + 1, audience = 'supervisor'
        where alert_id in (
            select alert_id from bench.alert where due_at <= now() and status in ('raised', 'opened') and not ladder_ended
            order by due_at limit $1 for update skip locked)
        returning alert_id
        """
    private static let insertStreams: Statement = """
        insert into bench.stream (category, stream_id, site, version)
        select 2::smallint, id, 'north', 1 from unnest($1::uuid[]) as a (id)
        """
    private static let insertEvents: Statement = """
        insert into bench.event (position, category, backfill, event_id, stream_id, version, site, type, recorded_at, payload)
        select $2 * 1000 + n, 2, false, id, id, 1, 'north', 'attune.alert.escalated.v1', now(), decode(repeat('07', 96), 'hex')
        from unnest($1::uuid[]) with ordinality as e (id, n)
        """
}

/// What the kernel says of a process's memory.
struct ProcessMemory {
    let residentMiB: Double
    /// The most that it ever had at once.
    let peakMiB: Double

    /// Nil for a process that is not there.
    init?(pid: Int32) {
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8),
            let resident = Self.mebibytes("VmRSS:", in: status), let peak = Self.mebibytes("VmHWM:", in: status)
        else { return nil }
        (residentMiB, peakMiB) = (resident, peak)
    }

    private static func mebibytes(_ field: String, in status: String) -> Double? {
        status.split(separator: "\n").first { $0.hasPrefix(field) }?
            .split(separator: " ").compactMap { Double($0) }.first.map { $0 / 1024 }
    }
}
