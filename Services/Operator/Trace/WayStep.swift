import Contracts
import Domain
import Messaging
import ServiceKit

/// One thing that happened on the way of an event.
struct WayStep {
    /// Where the step is on record: names and values, in the order in which they are shown.
    typealias Detail = (name: String, value: JSON)

    let name: String
    /// Of what the step made or moved.
    let id: String
    /// Nil where nobody has kept the time.
    let at: Timestamp?
    /// Place of the step that this one follows from.
    let follows: Int?
    let details: [Detail]

    init(_ name: String, _ id: some CustomStringConvertible, at: Timestamp?, follows: Int?, _ details: [Detail] = []) {
        self.name = name
        self.id = id.description
        self.at = at
        self.follows = follows
        self.details = details
    }
}

extension RecordPlace {
    var details: [WayStep.Detail] {
        [("topic", .string(partition.topic)), ("partition", .integer(partition.partition)), ("offset", .integer(offset))]
    }
}
