public import Domain

/// How far everything that was accepted has come, as the published views tell it at one moment.
public struct PipelineState: Sendable, Equatable {
    /// Ratings accepted and not withdrawn.
    public var ratings = 0
    /// Points on all courses: the same number once all is scored.
    public var points = 0
    /// Alerts ever raised, by kind.
    public var alerts: [SignalKind: Int] = [:]
    /// Alerts that nobody has resolved and nothing has superseded.
    public var openAlerts = 0
    /// Messages delivered, by channel.
    public var delivered: [String: Int] = [:]
    /// Messages that were never sent because their alert was superseded first.
    public var withdrawn = 0
    /// Messages given up on.
    public var failedDeliveries = 0
    public var treeSize = 0
    /// Merkle root in lower-case hexadecimal.
    public var root = ""

    /// Ledger events that are not on Kafka yet.
    public var notRelayed = 0
    /// Episodes with events that scoring has not applied.
    public var notScored = 0
    /// Courses whose newest state alerting has not looked at.
    public var notAlerted = 0
    /// Alert events that notification has not read, and messages that wait to be sent.
    public var notNotified = 0
    /// Events that are not in the audit log, as far as the database can tell.
    public var notAudited = 0
    /// Leaves that no signed checkpoint covers.
    public var notSigned = 0
    /// Events set aside because they could not be handled, by consumer group.
    public var quarantined: [String: Int] = [:]

    public init() {}

    /// What is still to come about, in words; empty when everything accepted has been scored, alerted,
    /// notified and audited.
    public var missing: [String] {
        var missing: [String] = []
        func note(_ count: Int, _ what: String) {
            if count > 0 { missing.append("\(count) \(what)") }
        }
        note(notRelayed, "events not relayed to Kafka")
        note(notScored, "episodes not scored to the end")
        if notScored == 0, points != ratings { missing.append("\(points) points scored of \(ratings) ratings") }
        note(notAlerted, "courses not looked at for alerts")
        note(notNotified, "notifications not settled")
        note(notAudited, "events not in the audit log")
        note(notSigned, "audit leaves not covered by a signed checkpoint")
        for (group, count) in quarantined.sorted(by: { $0.key < $1.key }) { note(count, "events in quarantine of \(group)") }
        return missing
    }
}
