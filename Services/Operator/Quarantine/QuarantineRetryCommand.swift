import ArgumentParser
import Persistence

struct QuarantineRetryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Have the services try parked events again, episode by episode, in their order.",
        discussion: """
            Without --apply it only says what it would do. With it, it asks: the service that has parked an event takes \
            it up by itself within a second or two, and whatever waits behind it afterwards. An event that fails again \
            stays, with its new reason, and so does all behind it. --wait stays until that is decided. Status 0: said, \
            asked, or with --wait all resumed; 1: refused, or something failed again or is not decided; 2: the database could \
            not be asked.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var filter: QuarantineFilter

    @Flag(help: "Ask for the retry; without this, only say what would be done.")
    var apply = false

    @Option(help: "Who asks; needed with --apply, and kept with the event.")
    var by: String?

    @Option(help: "Seconds to wait until the services are done.")
    var wait: Int?

    func validate() throws {
        if apply, by?.isEmpty ?? true { throw ValidationError("Say with --by who asks for the retry.") }
        if let wait {
            guard apply else { throw ValidationError("--wait needs --apply.") }
            guard (1...86_400).contains(wait) else { throw ValidationError("--wait must be 1 to 86400.") }
        }
    }

    func run() throws {
        try QuarantineCommand.carryOut {
            let connection = try database.connect()
            let queues = try filter.queues(among: ParkedQueue.all(of: ParkedRow.open(on: connection)))
            guard !queues.isEmpty else { return print("nothing in quarantine fits") }
            for line in QuarantineText.lines(queues) { print(line) }
            guard apply, let by else {
                return print("nothing was changed; --apply --by WHO asks the services to try these again")
            }
            let asked = try QuarantineRequest.retry(queues.map(\.front.id), by: by, on: connection)
            print("asked for \(asked) of \(queues.count) episodes")
            guard let wait else { return }
            let watch = QuarantineWatch(queues)
            guard try watch.follow(seconds: wait, on: connection) else { throw ExitCode(1) }
        }
    }
}

struct QuarantineDiscardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Give up parked events: they will never be handled, what waits behind them goes on.",
        discussion: """
            Without --apply it only says what it would do. Chosen by --code or --id; by --code only events that failed, \
            never those that wait behind one. The event stays in the ledger and in the audit log; the \
            service that parked it lacks it from now on. A discarded event stays in the table with who gave it up and \
            why. Status 0: said or done; 1: refused; 2: the database could not be asked.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var filter: QuarantineFilter

    @Flag(help: "Discard; without this, only say what would be done.")
    var apply = false

    @Option(help: "Who discards; needed with --apply.")
    var by: String?

    @Option(help: "Why; needed with --apply. No client data.")
    var reason: String?

    func validate() throws {
        guard filter.code != nil || !filter.id.isEmpty else { throw ValidationError("Say with --code or --id what to discard.") }
        if apply, by?.isEmpty ?? true { throw ValidationError("Say with --by who discards.") }
        if apply, reason?.isEmpty ?? true { throw ValidationError("Say with --reason why.") }
    }

    func run() throws {
        try QuarantineCommand.carryOut {
            let connection = try database.connect()
            let rows = try filter.rows(among: ParkedQueue.all(of: ParkedRow.open(on: connection)))
            guard !rows.isEmpty else { return print("nothing in quarantine fits") }
            for row in rows { print("\(row.id)  \(row.place)  \(row.state)  \(row.code): \(row.reason)") }
            guard apply, let by, let reason else {
                return print("nothing was changed; --apply --by WHO --reason WHY gives these \(rows.count) up")
            }
            print("discarded \(try QuarantineRequest.discard(rows.map(\.id), by: by, reason: reason, on: connection))")
        }
    }
}

/// What an operator may ask of the services, through the functions that are granted for it.
enum QuarantineRequest {
    /// - Returns: how many were changed; fewer when a service was quicker.
    static func retry(_ ids: [ParkedID], by: String, on connection: Connection) throws -> Int {
        try change(ids) { schema, numbers in
            try connection.run(
                Statement("select \(schema.rawValue).request_retry($1, $2)"), [.int64s(numbers), .text(by)])
        }
    }

    static func discard(_ ids: [ParkedID], by: String, reason: String, on connection: Connection) throws -> Int {
        try change(ids) { schema, numbers in
            try connection.run(
                Statement("select \(schema.rawValue).discard_quarantined($1, $2, $3)"),
                [.int64s(numbers), .text(by), .text(reason)])
        }
    }

    private static func change(_ ids: [ParkedID], _ work: (ServiceSchema, [Int64]) throws -> Rows) throws -> Int {
        try Dictionary(grouping: ids, by: \.service).sorted { $0.key.rawValue < $1.key.rawValue }
            .reduce(0) { try $0 + work($1.key, $1.value.map(\.number)).count }
    }
}
