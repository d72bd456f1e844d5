import ArgumentParser
import Catalogue
import Contracts
import Domain
import Persistence

/// From an alert to its grounds.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Print what an alert rests on: rule, scores, norm set, model, sources, the test that proves the rule.",
        discussion: """
            Scores the episode again from the ledger, as it was known when the alert was raised, so the catalogue must \
            still hold the figures of that time; decisions about models that were made since are set aside. Prints scores: not for logs. Status 0: explained; 1: explained but for the scores, \
            because the catalogue has other figures; 2: there is no such alert, or the database could not be asked.
            """)

    @Argument(help: "The alert's id.")
    var alert: String

    @OptionGroup var database: DatabaseOptions

    @Option(help: "Folder with the site's own instruments and models; default: ATTUNE_CATALOGUE_DIR.")
    var catalogue: String?

    func validate() throws {
        guard AlertID(alert) != nil else { throw ValidationError("ALERT is not an id such as an alert list shows.") }
    }

    func run() throws {
        let chain: AlertChain
        do {
            guard let id = AlertID(alert) else { throw UnknownAlert() }
            let figures = try Catalogue.load(siteFolder: catalogue ?? OperatorEnvironment.text("ATTUNE_CATALOGUE_DIR"))
            chain = try AlertChain(id, catalogue: figures, on: database.connect())
        } catch {
            note("attune explain: \(error)")
            throw ExitCode(2)
        }
        for line in ChainText(chain: chain).lines { print(line) }
        if chain.raising.grounds != nil, chain.history.moment(of: chain.raising.cause) == nil { throw ExitCode(1) }
    }
}
