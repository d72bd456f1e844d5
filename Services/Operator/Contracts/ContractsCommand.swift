import ArgumentParser
import Contracts
import ServiceKit

/// The contracts that the programs keep, for integrators and for what is checked in.
struct ContractsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contracts", abstract: "Print the contract of the topics.", subcommands: [AsyncAPI.self])

    struct AsyncAPI: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "asyncapi", abstract: "Print the topics, events and messages as an AsyncAPI 3 document.")

        func run() { print(AsyncAPIDocument.text(version: ProjectVersion.current), terminator: "") }
    }
}
