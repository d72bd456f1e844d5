import ArgumentParser
import Persistence

/// Which parked records a command is about.
struct QuarantineFilter: ParsableArguments {
    @Option(help: "Only what this service has parked: scoring, alerting, notification or audit.")
    var group: ServiceSchema?

    @Option(help: "Only what failed for this reason, e.g. unknown_instrument.")
    var code: String?

    @Option(parsing: .upToNextOption, help: "Only these, e.g. scoring-12; repeatable.")
    var id: [ParkedID] = []

    var isEmpty: Bool { group == nil && code == nil && id.isEmpty }

    /// The queues whose front fits.
    func queues(among all: [ParkedQueue]) throws(QuarantineError) -> [ParkedQueue] {
        for id in id {
            guard let queue = all.first(where: { $0.rows.contains { $0.id == id } }) else { throw .unknown(id) }
            guard queue.front.id == id else { throw .waits(id, behind: queue.front.id) }
        }
        return all.filter { fits($0.front) }
    }

    /// The records that fit: failed ones, and whatever was named by its id.
    func rows(among all: [ParkedQueue]) throws(QuarantineError) -> [ParkedRow] {
        let rows = all.flatMap(\.rows)
        for id in id where !rows.contains(where: { $0.id == id }) { throw .unknown(id) }
        return rows.filter { fits($0) && (id.contains($0.id) || $0.isFailed) }
    }

    private func fits(_ row: ParkedRow) -> Bool {
        (group == nil || group == row.id.service) && (code == nil || code == row.code)
            && (id.isEmpty || id.contains(row.id))
    }
}
