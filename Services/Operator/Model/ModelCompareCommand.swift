import ArgumentParser
import Catalogue
import Domain
import ServiceKit

/// `attune model compare`: the challenger beside the champion, in silence.
struct ModelCompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Score a site's courses with champion and challenger, and report where they differ.",
        discussion: """
            Reads the ledger and publishes nothing: no clinician sees what the challenger says. The champion is the model \
            that scores the site today, the challenger the one that the site's activation names, or --challenger. Raters \
            of different roles, ages and norm sets are compared apart, since their figures differ. Prints states, not scores; with \
            --json also the ratings whose flags differ, by their ids. Status 1: the catalogue or the database cannot be \
            read.
            """)

    @Option(help: "The site.")
    var site: String

    @Option(help: "Instrument, ID@VERSION as in the catalogue, e.g. ors@2000.")
    var instrument: String

    @Option(help: "Model to compare, ID@VERSION; default: the challenger of the site's activation.")
    var challenger: String?

    @Option(help: "Only episodes opened on this day or later, YYYY-MM-DD.")
    var since: String?

    @Flag(help: "Print JSON instead of the table.")
    var json = false

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var options: ModelOptions

    func validate() throws {
        if let since, CalendarDay(since) == nil { throw ValidationError("\(since) is not a day, YYYY-MM-DD.") }
    }

    func run() throws {
        let site = try SiteID(argument: site)
        let report: ComparisonReport
        do {
            let catalogue = try options.loadCatalogue()
            let instrument = try catalogue.instrument(named: instrument).reference
            let named = try challenger.map { try catalogue.model(named: $0, for: instrument) }
            var running = LedgerComparison(
                site: site, instrument: instrument, challenger: named, since: since.flatMap { CalendarDay($0) },
                catalogue: catalogue)
            guard running.hasChallenger else { throw ValidationError(Self.nobody(site, instrument, named)) }
            let episodes = LedgerEpisodes(sites: [site], catalogue: catalogue, connection: try database.connect())
            try episodes.forEach("comparing") { running.add($0) }
            report = running.report
        } catch let error as ValidationError {
            throw error
        } catch {
            note("attune model compare: \(error)")
            throw ExitCode(1)
        }
        print(json ? String(decoding: report.json.encoded, as: UTF8.self) : report.text)
    }

    private static func nobody(
        _ site: SiteID, _ instrument: InstrumentReference, _ named: ExpectedResponseModel?
    ) -> String {
        if let named { return "\(named.reference.name) is the champion at \(site) itself." }
        return "No activation names a challenger for \(instrument) at \(site): add one, or give --challenger ID@VERSION."
    }
}
