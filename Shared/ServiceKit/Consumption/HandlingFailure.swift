public import Messaging
public import Persistence

/// A failure that belongs to one event of a batch.
struct HandlingFailure: Error {
    /// Index of the record in its batch.
    let place: Int
    let code: String
    let reason: String
    /// The handler said itself that the event can never be handled.
    let isPoison: Bool

    /// Tells the faults of an event from those of the world around it, which come out unchanged: a lost
    /// connection passes, and a missing grant must stop the service, not park every event it meets.
    static func classified(_ error: any Error, recordAt place: (Int) -> Int) -> any Error {
        switch error {
        case let poison as PoisonEvent:
            HandlingFailure(place: place(poison.index), code: poison.code, reason: poison.reason, isPoison: true)
        case let database as DatabaseError:
            switch database.kind {
            case .uniqueViolation, .checkViolation, .integrityViolation, .invalidData:
                HandlingFailure(
                    place: place(0), code: "refused_by_database", reason: database.summary, isPoison: false)
            default:
                database
            }
        case let world as any RetryableFailure:
            // It speaks for itself: try again if it is transient, otherwise the service has to stop.
            world
        default:
            HandlingFailure(place: place(0), code: "unhandled", reason: "\(type(of: error))", isPoison: false)
        }
    }
}

extension DatabaseError: RetryableFailure {}
