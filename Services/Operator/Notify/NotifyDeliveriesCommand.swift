import ArgumentParser
import Contracts
import Domain
import Persistence
import ServiceKit

/// What was sent about an alert.
struct NotifyDeliveriesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries",
        abstract: "Show who was told of an alert: when, over which channel, by which text, with which answer.",
        discussion: """
            Recipients are ids of the routes; addresses are nowhere in the database. Status 0: there are deliveries, or \
            the alert is known and has none; 1: there is no such alert; 2: the database could not be asked.
            """)

    @Option(help: "The alert's id.")
    var alert: String

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var database: DatabaseOptions

    func validate() throws {
        guard AlertID(alert) != nil else { throw ValidationError("--alert is not an id such as an alert list shows.") }
    }

    func run() throws {
        guard let alert = AlertID(alert) else { return }
        let told: [ToldRecipient]
        let isKnown: Bool
        do {
            let connection = try database.connect()
            told = try ToldRecipient.all(of: alert, on: connection)
            isKnown = try !told.isEmpty || connection.run(
                "select from published.alert where alert_id = $1", [.id(alert)]).first != nil
        } catch {
            note("attune notify deliveries: \(error)")
            throw ExitCode(2)
        }
        guard isKnown else {
            note("attune notify deliveries: there is no such alert; correct its id")
            throw ExitCode(1)
        }
        if json {
            print(String(decoding: JSON.array(told.map(\.json)).encoded, as: UTF8.self))
        } else if told.isEmpty {
            print("Nobody has been told yet.")
        } else {
            for line in told.flatMap(\.lines) { print(line) }
        }
    }
}

/// One delivery with its attempts.
struct ToldRecipient {
    struct Attempt {
        let number: Int32
        let startedAt: Timestamp
        let outcome: String?
        let reply: Int32?
        let reason: String?
        let template: String?
    }

    let delivery: DeliveryID
    let recipient: String
    let channel: String
    let status: String
    let level: Int32
    let heldFor: String?
    let nextAttemptAt: Timestamp
    let insteadOf: DeliveryID?
    let withheldFor: DeliveryID?
    let bouncedAt: Timestamp?
    let bounceStatus: String?
    private(set) var attempts: [Attempt] = []

    static func all(of alert: AlertID, on connection: Connection) throws -> [ToldRecipient] {
        var told = try connection.run(Self.selectDeliveries, [.id(alert)]).map { try ToldRecipient($0) }
        var attempts: [DeliveryID: [Attempt]] = [:]
        for row in try connection.run(Self.selectAttempts, [.ids(told.map(\.delivery))]) {
            attempts[try row.id(0), default: []].append(
                Attempt(
                    number: try row.int32(1), startedAt: try row.timestamp(2), outcome: try row.optionalText(3),
                    reply: try row.optionalInt32(4), reason: try row.optionalText(5), template: try row.optionalText(6)))
        }
        for index in told.indices { told[index].attempts = attempts[told[index].delivery] ?? [] }
        return told
    }

    private init(_ row: Row) throws {
        delivery = try row.id(0)
        recipient = try row.text(1)
        channel = try row.text(2)
        status = try row.text(3)
        level = try row.int32(4)
        heldFor = try row.optionalText(5)
        nextAttemptAt = try row.timestamp(6)
        insteadOf = try row.optionalID(7)
        withheldFor = try row.optionalID(8)
        bouncedAt = try row.optionalTimestamp(9)
        bounceStatus = try row.optionalText(10)
    }

    var lines: [String] {
        var heading = "\(recipient) by \(channel), \(level == 0 ? "alert" : "escalation \(level)"): \(status)"
        if let heldFor { heading += ", waits (\(heldFor)) until \(nextAttemptAt)" }
        if let insteadOf { heading += ", in place of \(insteadOf)" }
        if let withheldFor {
            heading += status == "withheld" ? ", told by \(withheldFor) lately" : ", withheld at first for \(withheldFor)"
        }
        if let bouncedAt { heading += ", came back at \(bouncedAt) (\(bounceStatus ?? ""))" }
        return [heading, "  delivery \(delivery)"]
            + attempts.map { attempt in
                var line = "  attempt \(attempt.number) at \(attempt.startedAt): \(attempt.outcome ?? "under way")"
                if let reply = attempt.reply { line += " (\(reply))" }
                if let template = attempt.template { line += ", text \(template)" }
                if let reason = attempt.reason { line += ", \(reason)" }
                return line
            }
    }

    var json: JSON {
        [
            "deliveryId": .text(delivery), "recipient": .string(recipient), "channel": .string(channel),
            "status": .string(status), "escalationLevel": .integer(level), "heldFor": .text(heldFor),
            "insteadOf": .text(insteadOf), "withheldFor": .text(withheldFor), "bouncedAt": .text(bouncedAt),
            "bounceStatus": .text(bounceStatus),
            "attempts": .array(
                attempts.map {
                    [
                        "attempt": .integer($0.number), "startedAt": .text($0.startedAt), "outcome": .text($0.outcome),
                        "reply": .text($0.reply), "reason": .text($0.reason), "template": .text($0.template),
                    ]
                }),
        ]
    }

    private static let selectDeliveries: Statement = """
        select delivery_id, recipient, channel, status, escalation_level, held_for, next_attempt_at, instead_of,
               withheld_for, bounced_at, bounce_status
        from published.delivery where alert_id = $1 order by created_at, recipient, channel
        """
    private static let selectAttempts: Statement = """
        select delivery_id, attempt, started_at, outcome, reply, reason, template
        from published.delivery_attempt where delivery_id = any($1) order by delivery_id, attempt
        """
}
