import ArgumentParser
import Contracts
import Domain
import Persistence
import ServiceKit

/// `attune hold`: legal holds, which beat erasure.
struct HoldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Place, lift and list legal holds on clients' data.",
        discussion: """
            Under a hold a client's key is not destroyed, whoever asks; a request for erasure is kept and waits. Holds \
            placed, holds lifted and requests refused are events in the ledger and in the audit log. \
            Status 0: done; 1: refused; 2: the database could not be asked.
            """,
        subcommands: [HoldPlaceCommand.self, HoldLiftCommand.self, HoldListCommand.self])
}

struct HoldPlaceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "place", abstract: "Forbid the erasure of a client.")

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var options: ClientOptions

    func validate() throws { _ = try options.grounds() }

    func run() throws {
        let (by, reason) = try options.grounds()
        try EraseCommand.carryOut("hold") {
            let isErased = try database.connect().transaction { connection in
                try ClientRecord.lock(options.client, on: connection)
                let record = try ClientRecord(options.client, on: connection)
                if let hold = record.hold { throw ErasureRefusal.heldAlready(hold) }
                try connection.run(
                    "insert into ledger.legal_hold (participant_id, placed_by, reason) values ($1, $2, $3)",
                    [.id(options.client), .text(by), .text(reason)])
                try record.append(.holdPlaced(options.client, reason: reason), by: by, on: connection)
                return record.isErased
            }
            print("the hold is placed")
            if isErased { note("the client's words had been erased before: the hold cannot bring them back") }
        }
    }
}

struct HoldLiftCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "lift", abstract: "Allow the erasure of a client again.")

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var options: ClientOptions

    func validate() throws { _ = try options.grounds() }

    func run() throws {
        let (by, reason) = try options.grounds()
        try EraseCommand.carryOut("hold") {
            let waiting = try database.connect().transaction { connection in
                try ClientRecord.lock(options.client, on: connection)
                let record = try ClientRecord(options.client, on: connection)
                guard record.hold != nil else { throw ErasureRefusal.notHeld(options.client) }
                try connection.run(
                    """
                    update ledger.legal_hold set lifted_at = clock_timestamp(), lifted_by = $2, lifted_reason = $3
                    where participant_id = $1 and lifted_at is null
                    """, [.id(options.client), .text(by), .text(reason)])
                try record.append(.holdLifted(options.client, reason: reason), by: by, on: connection)
                return record.waiting
            }
            print("the hold is lifted")
            if let waiting {
                print("\(waiting.by) has asked for erasure at \(waiting.at): \(waiting.reason)")
                print("`attune erase` carries it out")
            }
        }
    }
}

struct HoldListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the holds in force and the requests for erasure that wait.")

    @OptionGroup var database: DatabaseOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        try EraseCommand.carryOut("hold") {
            let connection = try database.connect()
            let holds = try LegalHold.inForce(on: connection)
            let requests = try ErasureRequest.waiting(on: connection)
            guard json else {
                print(holds.isEmpty ? "no hold is in force" : "holds in force")
                for hold in holds { print("  \(hold.participant)  since \(hold.placedAt)  by \(hold.by): \(hold.reason)") }
                print(requests.isEmpty ? "no request for erasure waits" : "requests for erasure that wait")
                for request in requests {
                    let isHeld = holds.contains { $0.participant == request.participant }
                    let state = isHeld ? "held" : "free: `attune erase` carries it out"
                    print("  \(request.participant)  since \(request.at)  by \(request.by): \(request.reason)  (\(state))")
                }
                return
            }
            let document: JSON = [
                "holds": .array(holds.map { Self.line($0.participant, $0.placedAt, $0.by, $0.reason) }),
                "waiting_requests": .array(requests.map { Self.line($0.participant, $0.at, $0.by, $0.reason) }),
            ]
            print(String(decoding: document.encoded, as: UTF8.self))
        }
    }

    private static func line(_ client: ParticipantID, _ at: Timestamp, _ by: String, _ reason: String) -> JSON {
        ["client": .text(client), "at": .text(at), "by": .string(by), "reason": .string(reason)]
    }
}
