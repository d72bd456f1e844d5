import ArgumentParser
import Persistence
import ServiceKit

/// `attune quarantine`: events that could not be handled, and their episodes that wait.
struct QuarantineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "Show, retry and discard events that could not be handled.",
        discussion: """
            An event that cannot be handled parks its episode: what comes later for the same episode waits behind it, \
            other episodes go on. Mend the cause (an instrument that is missing in the catalogue, a service that is too \
            old), then ask for a retry: the service takes the parked events of each episode through in their order, \
            and new ones of the episode only after them.
            """,
        subcommands: [
            QuarantineListCommand.self, QuarantineShowCommand.self, QuarantineRetryCommand.self,
            QuarantineDiscardCommand.self,
        ])

    /// Runs what asks the database; its failure is status 2, a refusal status 1.
    static func carryOut<Value>(_ work: () throws -> Value) throws -> Value {
        do {
            return try work()
        } catch let refusal as QuarantineError {
            note("attune quarantine: \(refusal)")
            throw ExitCode(1)
        } catch let failure as DatabaseError {
            note("attune quarantine: \(failure)")
            throw ExitCode(2)
        }
    }
}

struct QuarantineListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show what is parked, by service, reason and episode.",
        discussion: """
            An episode shows up as the number of its first parked event; whose it is cannot be seen here. \
            Status 0, however much is parked; 2: the database could not be asked.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var filter: QuarantineFilter

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let queues = try QuarantineCommand.carryOut {
            try filter.queues(among: ParkedQueue.all(of: ParkedRow.open(on: database.connect())))
        }
        if json {
            print(String(decoding: QuarantineText.json(queues).encoded, as: UTF8.self))
        } else if queues.isEmpty {
            print("nothing is in quarantine")
        } else {
            for line in QuarantineText.lines(queues) { print(line) }
        }
    }
}
