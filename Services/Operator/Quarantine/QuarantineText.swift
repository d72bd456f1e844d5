import Domain
import Persistence
import ServiceKit

/// Parked records for a person and for a program.
enum QuarantineText {
    /// A line for each service and class, then one for each episode.
    static func lines(_ queues: [ParkedQueue]) -> [String] {
        var lines: [String] = []
        for summary in QuarantineClass.all(of: queues) {
            lines.append(summary.text)
            lines += summary.queues.map { "  " + line($0) }
        }
        return lines
    }

    private static func line(_ queue: ParkedQueue) -> String {
        let front = queue.front
        let behind = queue.behind.isEmpty ? "nothing waits behind it" : "\(queue.behind.count) wait behind it"
        let asked = front.requestedBy.map { "; \($0) has asked for it" } ?? ""
        let tries = front.attempts > 1 ? "; failed \(front.attempts) times" : ""
        return "\(front.id)  \(front.place)  since \(front.parkedAt)  \(behind)\(tries)\(asked)\n      \(front.reason)"
    }

    static func json(_ queues: [ParkedQueue]) -> JSON {
        [
            "classes": .array(
                QuarantineClass.all(of: queues).map { summary in
                    [
                        "group": .string("attune-\(summary.service.rawValue)"), "code": .string(summary.code),
                        "episodes": .integer(summary.queues.count), "failed": .integer(summary.failed),
                        "waiting": .integer(summary.waiting),
                    ]
                }),
            "episodes": .array(
                queues.map { queue in
                    [
                        "id": .text(queue.front.id), "group": .string("attune-\(queue.front.id.service.rawValue)"),
                        "episode": .integer(queue.front.episode), "code": .string(queue.front.code),
                        "reason": .string(queue.front.reason), "parked_at": .text(queue.front.parkedAt),
                        "attempts": .integer(queue.front.attempts), "retry_requested_by": .text(queue.front.requestedBy),
                        "waiting": .array(queue.behind.map { .text($0.id) }),
                    ]
                }),
        ]
    }
}

/// What one service has parked for one reason.
struct QuarantineClass {
    let service: ServiceSchema
    let code: String
    let queues: [ParkedQueue]

    var failed: Int { queues.reduce(0) { $0 + $1.rows.count { $0.isFailed } } }
    var waiting: Int { queues.reduce(0) { $0 + $1.rows.count { !$0.isFailed } } }

    var text: String {
        let episodes = queues.count == 1 ? "1 episode" : "\(queues.count) episodes"
        return "attune-\(service.rawValue)  \(code): \(episodes), \(failed) failed, \(waiting) waiting"
    }

    /// By service, then by the code of the front.
    static func all(of queues: [ParkedQueue]) -> [QuarantineClass] {
        struct Key: Hashable {
            let service: ServiceSchema
            let code: String
        }
        return Dictionary(grouping: queues) { Key(service: $0.front.id.service, code: $0.front.code) }
            .sorted { ($0.key.service.rawValue, $0.key.code) < ($1.key.service.rawValue, $1.key.code) }
            .map { QuarantineClass(service: $0.key.service, code: $0.key.code, queues: $0.value) }
    }
}
