public import Domain

/// The ids along the way from a trajectory to a message: each follows from what came before it.
extension DerivedIdentity {
    public static func alert(raisedBy trajectory: EventID, _ kind: AlertKind) -> AlertID {
        following(trajectory, rule: "alert \(kind.rawValue)")
    }

    /// - Parameter cause: the event of the session or rating; a lack raises once, whatever comes after.
    public static func alert(aboutLack rule: String, of cause: EventID) -> AlertID {
        following(cause, rule: "alert \(rule)")
    }

    /// - Parameter cause: what the step itself names; for what people and clocks do, the trajectory behind the alert.
    public static func event(_ step: AlertStep, of alert: AlertID, following cause: EventID) -> EventID {
        following(cause, rule: "\(step.rule) \(alert)")
    }

    /// What an alert event asks to tell a recipient.
    public static func delivery(following event: EventID, to recipient: String, _ channel: NotificationChannel) -> DeliveryID {
        following(event, rule: "notify \(channel.rawValue) \(recipient)")
    }

    /// The end of a delivery: it has one.
    /// - Parameter cause: the alert event that called for it.
    public static func ending(of delivery: DeliveryID, following cause: EventID) -> EventID {
        following(cause, rule: "notification \(delivery)")
    }

    /// That a delivery was withheld: before its end, which it may still come to.
    public static func withholding(of delivery: DeliveryID, following cause: EventID) -> EventID {
        following(cause, rule: "withheld \(delivery)")
    }

    /// That a message came back after a delivery had ended: once, however often it comes.
    public static func bouncing(of delivery: DeliveryID, following cause: EventID) -> EventID {
        following(cause, rule: "bounced \(delivery)")
    }
}

extension AlertStep {
    fileprivate var rule: String {
        switch self {
        case .raised: "raised"
        case .opened: "opened"
        case .acknowledged: "acknowledged"
        case .resolved: "resolved"
        // One transfer assigns an alert once, whoever has assigned it meanwhile.
        case .assigned(let assignment): assignment.transfer == nil ? "assigned \(assignment.number)" : "transferred"
        case .reviewEntered(let number, _, _): "review \(number)"
        case .superseded: "superseded"
        case .withdrawn: "withdrawn"
        case .escalated(let level, _, _, _, _): "escalated \(level)"
        // Of the alert, whatever rating it is: there is one first.
        case .followedUp: "followed up"
        }
    }
}
