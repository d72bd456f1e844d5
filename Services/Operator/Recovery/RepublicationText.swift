import Persistence

/// What setting lanes back comes to, in words.
enum RepublicationText {
    static func table(_ done: [Republication]) -> String {
        let head = ["lane", "published to", "again from", "events", "cluster"]
        let rows = done.map { lane in
            [
                lane.lane.description, "\(lane.cursor)", lane.events == 0 ? "-" : "\(lane.newCursor + 1)", "\(lane.events)",
                lane.clusterID ?? "none yet",
            ]
        }
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        return ([head] + rows).map { row in
            row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                // Names to the left, figures to the right.
                return (1...3).contains(column) ? padding + row[column] : row[column] + padding
            }.joined(separator: "  ").trimmingEnd()
        }.joined(separator: "\n")
    }

    static func summary(_ done: [Republication], isDry: Bool) -> String {
        let events = done.reduce(0) { $0 + $1.events }
        return isDry ? "\(events) events would be published again" : "\(events) events are published again"
    }

    static func warnings(_ done: [Republication], newCluster: Bool) -> [String] {
        guard newCluster else { return [] }
        return done.filter { $0.newCursor > 0 }.map { lane in
            """
            lane \(lane.lane): nothing up to position \(lane.newCursor) goes to the new cluster, unless that has it already; \
            --from 0 publishes everything
            """
        }
    }
}

extension String {
    fileprivate func trimmingEnd() -> String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
