import Contracts
import Domain
import Persistence

/// One alert and when somebody was first told of it, as the events of its episode say.
struct FollowedAlert {
    let life: AlertLife
    /// When the first message about it was taken over by a receiver; nil where none was.
    let deliveredAt: Timestamp?

    /// By the first due time nobody had answered, and somebody still should have.
    enum Overdue: Hashable {
        case answeredLate
        /// It lost its ground, unanswered, after it was due.
        case fellAwayLate
        case stillUnanswered
    }

    /// Nil where it was answered in time, is not due yet, or lost its ground before it was due.
    /// - Parameter time: as of when.
    func overdue(asOf time: Timestamp) -> Overdue? {
        let dueAt = life.raising.dueAt
        if let answeredAt { return answeredAt > dueAt ? .answeredLate : nil }
        if let closing = life.closing { return closing.at > dueAt ? .fellAwayLate : nil }
        return dueAt <= time ? .stillUnanswered : nil
    }

    /// When a person first took it on: acknowledged, began its review, resolved or withdrew it.
    private var answeredAt: Timestamp? {
        if let acknowledgement = life.acknowledgement { return acknowledgement.at }
        return life.status == .withdrawn ? life.closing?.at : nil
    }
}

extension FollowedAlert {
    /// The alerts of one episode, in the order in which they were raised.
    /// - Throws: `AlertFoldFault`, `MalformedEvent`: an event cannot be read, or cannot follow those before it.
    static func all(of record: EpisodeRecord) throws -> [FollowedAlert] {
        var fold = AlertFold()
        for event in record.alerts { try fold.apply(event) }
        var delivered: [AlertID: Timestamp] = [:]
        for event in record.notifications where event.type == EventType.notificationDelivered.rawValue {
            let told = try NotificationEventCodec.decode(event.payload, type: .notificationDelivered)
            delivered[told.alert] = min(delivered[told.alert] ?? event.recordedAt, event.recordedAt)
        }
        return fold.alerts.map { FollowedAlert(life: $0.life, deliveredAt: delivered[$0.life.id]) }
    }
}
