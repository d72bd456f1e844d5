import ArgumentParser
import Domain
import Persistence

/// `attune relay`: the way of the ledger to Kafka.
struct RelayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay", abstract: "The relay that publishes the ledger to Kafka.",
        subcommands: [RelayRepublishCommand.self])
}

/// `attune relay republish`: sets lanes back.
struct RelayRepublishCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "republish",
        abstract: "Have the relay publish the ledger again, from a position or a time.",
        discussion: """
            Sets back how far the lanes count as published; the relay in attune-ingestion follows within about a \
            second. Consumers know every event by its id and version: nothing is counted or notified twice. A lane is \
            never set forward, so nothing that waits is passed over.

            A relay that has halted because it met another Kafka cluster goes on after --from 0 --new-cluster. Without \
            --new-cluster it stays halted, in case it is only the address that is wrong.

            Lanes: \(Lane.all.map(\.description).joined(separator: ", ")).
            """)

    @Option(help: "Position of the first event to publish again (0: everything), or a time, YYYY-MM-DDTHH:MM:SSZ.")
    var from: String

    @Option(help: "Lane to set back; repeatable; default: all.")
    var lane: [String] = []

    @Flag(help: "The Kafka cluster that the lanes know is lost: go on with the one the relay is connected to.")
    var newCluster = false

    @Flag(help: "Only say what would be published again.")
    var dryRun = false

    @OptionGroup var database: DatabaseOptions

    /// Where to publish again from.
    enum Start: Hashable {
        case position(Int64)
        case time(Timestamp)

        init?(_ text: String) {
            if let position = Int64(text) {
                guard position >= 0 else { return nil }
                self = .position(position)
            } else if let time = Timestamp(text) {
                self = .time(time)
            } else {
                return nil
            }
        }

        /// The last position of a lane that is not published again.
        func end(of lane: Lane, on connection: Connection) throws -> Int64 {
            switch self {
            case .position(let position): max(0, position - 1)
            case .time(let time): try Republication.position(of: lane, before: time, on: connection)
            }
        }
    }

    func validate() throws {
        if Start(from) == nil {
            throw ValidationError("--from \(from) is neither a position nor a time such as 2026-01-31T08:00:00Z.")
        }
        _ = try lanes()
    }

    private func lanes() throws -> [Lane] {
        guard !lane.isEmpty else { return Lane.all }
        return try lane.map { name in
            guard let lane = Lane.all.first(where: { $0.description == name }) else {
                throw ValidationError("There is no lane \(name): \(Lane.all.map(\.description).joined(separator: ", ")).")
            }
            return lane
        }
    }

    func run() throws {
        guard let start = Start(from) else { return }
        let lanes = try lanes()
        let connection = try database.connect()
        var done: [Republication] = []
        for lane in lanes {
            let end = try start.end(of: lane, on: connection)
            done.append(
                dryRun
                    ? try Republication.plan(lane, after: end, on: connection)
                    : try Republication.carryOut(lane, after: end, newCluster: newCluster, on: connection))
        }
        print(RepublicationText.table(done))
        print(RepublicationText.summary(done, isDry: dryRun))
        for warning in RepublicationText.warnings(done, newCluster: newCluster) { note(warning) }
    }
}
