import Persistence

/// Follows a retry until every record of the queues is settled, or one in front has failed again.
struct QuarantineWatch {
    private let queues: [ParkedQueue]

    init(_ queues: [ParkedQueue]) { self.queues = queues }

    /// - Returns: whether everything was resumed within the time.
    func follow(seconds: Int, on connection: Connection) throws -> Bool {
        let end = ContinuousClock.now + .seconds(seconds)
        let wanted = Set(queues.flatMap(\.rows).map(\.id))
        var bar = ProgressBar("resuming", total: wanted.count)
        defer { bar.end() }
        while true {
            let open = ParkedQueue.all(of: try ParkedRow.open(on: connection))
                .filter { $0.rows.contains { wanted.contains($0.id) } }
            let left = open.reduce(0) { $0 + $1.rows.count { wanted.contains($0.id) } }
            bar.advance(to: wanted.count - left)
            let failed = open.filter { $0.front.isFailed && $0.front.requestedBy == nil }
            if failed.count == open.count {
                if failed.isEmpty { print("resumed \(wanted.count) events") }
                for queue in failed { print("failed again: \(queue.front.id)  \(queue.front.code): \(queue.front.reason)") }
                return failed.isEmpty
            }
            guard ContinuousClock.now < end else {
                print("not decided after \(seconds) s: is the service running? \(left) events wait")
                return false
            }
            Pause.seconds(0.2)
        }
    }
}
