import AuditLog
import Contracts
import Domain
import Persistence
import ServiceKit

/// Everything that is on record about the way of one event of an episode, from its acceptance to the messages that it led
/// to and to the checkpoint that covers it.
struct RatingWay {
    let event: LedgerEvent
    private(set) var steps: [WayStep] = []
    /// What has not come about yet, in words.
    private(set) var missing: [String] = []
    /// Whether the topics were looked through.
    let hasOffsets: Bool

    /// Events on the way that the audit log should hold, each with the place of its step.
    private var logged: [(event: EventID, step: Int)] = []

    init(of event: LedgerEvent, places: TopicPlaces?, on connection: Connection) throws {
        self.event = event
        hasOffsets = places != nil
        let reading = WayReading(of: event, places: places, on: connection)
        steps.append(
            WayStep(
                "accepted", event.id, at: event.recordedAt, follows: nil,
                Self.details(of: event) + [("type", .string(event.type))]))
        logged.append((event.id, 0))
        let relayed = try relay(event, after: 0, reading)
        if Self.scoredTypes.contains(event.type) {
            for scored in try score(after: relayed, reading) { try consider(scored, reading) }
        }
        try alerts(reading)
        try lookUp(reading)
    }

    private static let scoredTypes = Set(
        [EventType.ratingRecorded, .ratingCorrected, .ratingWithdrawn].map(\.rawValue))

    private static func details(of event: LedgerEvent) -> [WayStep.Detail] {
        [
            ("lane", .string("\(event.lane)")), ("position", .integer(event.position)), ("version", .integer(event.version)),
        ]
    }

    @discardableResult
    private mutating func add(_ step: WayStep, logging event: EventID? = nil) -> Int {
        steps.append(step)
        if let event { logged.append((event, steps.count - 1)) }
        return steps.count - 1
    }

    /// - Returns: the step that what follows follows from.
    @discardableResult
    private mutating func relay(_ event: LedgerEvent, after step: Int, _ reading: WayReading) throws -> Int {
        let cursor = try reading.cursor(of: event.lane)
        guard cursor >= event.position else {
            missing.append("\(event.id) is not relayed yet: the relay of lane \(event.lane) has come to position \(cursor)")
            return step
        }
        let place = try reading.place(of: event.id, in: event.lane.topic, from: event.recordedAt)
        return add(
            WayStep(
                "relayed", event.id, at: place?.time, follows: step,
                place?.details ?? [("topic", .string(event.lane.topic.name))]))
    }

    // MARK: Scoring

    private mutating func score(after step: Int, _ reading: WayReading) throws -> [(trajectory: EventID, step: Int)] {
        let version = try reading.scoredVersion()
        guard version >= event.version else {
            missing.append(
                "not scored yet: scoring has come to version \(version) of the episode"
                    + (try reading.standing(of: "attune-scoring", before: steps[step])))
            return []
        }
        let trajectories = try reading.trajectories()
        if trajectories.isEmpty { missing.append("its trajectory is in neither alerting nor the audit log yet") }
        return trajectories.map { trajectory, place in
            let details = place?.details ?? [("topic", .string(Topic.trajectories.name))]
            return (trajectory, add(WayStep("scored", trajectory, at: place?.time, follows: step, details), logging: trajectory))
        }
    }

    private mutating func consider(_ scored: (trajectory: EventID, step: Int), _ reading: WayReading) throws {
        let version = try reading.alertedVersion()
        guard version < event.version else { return }
        missing.append(
            "alerting has not handled \(scored.trajectory) yet: it has come to version \(version) of the episode"
                + (try reading.standing(of: "attune-alerting", before: steps[scored.step])))
    }

    // MARK: Alerts and messages

    /// Alerts that it raised, with all that became of them, and alerts that it let fall.
    private mutating func alerts(_ reading: WayReading) throws {
        var causes: [EventID: Int] = [event.id: 0]
        for (id, step) in logged { causes[id] = step }
        var raised: [AlertID: Int] = [:]
        for (alert, record) in try reading.alertEvents() {
            let cause: Int?
            switch alert.step {
            case .raised(let raising): cause = causes[raising.cause]
            case .superseded(let event, _): cause = causes[event] ?? raised[alert.alert]
            default: cause = raised[alert.alert]
            }
            guard let cause else { continue }
            let step = add(
                WayStep(
                    "alert \(alert.step.word)", record.id, at: record.recordedAt, follows: cause,
                    [("alert", .text(alert.alert))] + Self.details(of: record)),
                logging: record.id)
            if case .raised = alert.step { raised[alert.alert] = step }
            let relayed = try relay(record, after: step, reading)
            guard raised[alert.alert] != nil, relayed != step, alert.step.asksToTell else { continue }
            if try !reading.isHandled(record.id) {
                missing.append(
                    "notification has not handled \(record.id) yet"
                        + (try reading.standing(of: "attune-notification", before: steps[relayed])))
            }
            for delivery in try reading.deliveries(of: alert.alert, following: record.id) {
                try add(delivery, after: relayed, reading)
            }
        }
    }

    private mutating func add(_ delivery: TracedDelivery, after step: Int, _ reading: WayReading) throws {
        let created = add(
            WayStep(
                "delivery", delivery.id, at: delivery.createdAt, follows: step,
                [("channel", .string(delivery.channel)), ("recipient", .string(delivery.recipient))]))
        var last = created
        for attempt in delivery.attempts {
            var details: [WayStep.Detail] = [("outcome", .string(attempt.outcome ?? "under way"))]
            if let reply = attempt.reply { details.append(("reply", .integer(reply))) }
            if let end = attempt.endedAt {
                details.append(("took_ms", .integer((end.microseconds - attempt.startedAt.microseconds) / 1000)))
            }
            last = add(WayStep("attempt \(attempt.number)", delivery.id, at: attempt.startedAt, follows: last, details))
        }
        for (result, record) in try reading.results(of: delivery.id) {
            let step = add(
                WayStep(result, record.id, at: record.recordedAt, follows: last, Self.details(of: record)), logging: record.id)
            try relay(record, after: step, reading)
        }
        guard delivery.isOpen else { return }
        let held = delivery.heldFor.map { ", held for \($0)" } ?? ""
        missing.append("\(delivery.id) to \(delivery.recipient) is \(delivery.status)\(held), next at \(delivery.nextAttemptAt)")
    }

    // MARK: Audit log

    private mutating func lookUp(_ reading: WayReading) throws {
        let leaves = try reading.leaves(of: logged.map(\.event))
        for (event, step) in logged {
            guard let leaf = leaves[event] else {
                missing.append("\(event) is not in the audit log yet")
                continue
            }
            guard let checkpoint = try reading.checkpoint(covering: leaf) else {
                missing.append("no checkpoint covers leaf \(leaf) of \(event) yet")
                continue
            }
            add(
                WayStep(
                    "covered", event, at: checkpoint.signedAt, follows: step,
                    [("leaf", .integer(leaf)), ("checkpoint", .integer(checkpoint.size))]))
        }
    }
}

extension AlertStep {
    /// Whether notification keeps that it has handled the event, and tells somebody where the routes say so.
    fileprivate var asksToTell: Bool {
        switch self {
        case .raised, .escalated, .assigned: true
        default: false
        }
    }

    fileprivate var word: String {
        switch self {
        case .raised: "raised"
        case .opened: "opened"
        case .acknowledged: "acknowledged"
        case .assigned: "assigned"
        case .reviewEntered: "review"
        case .resolved: "resolved"
        case .superseded: "superseded"
        case .withdrawn: "withdrawn"
        case .escalated: "escalated"
        case .followedUp: "followed up"
        }
    }
}
