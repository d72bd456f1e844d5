import ArgumentParser
import Catalogue
import Domain
import FoundationEssentials
import ServiceKit

/// `attune model fit`: from closed courses to a candidate of the registry.
struct ModelFitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fit",
        abstract: "Fit a model on closed courses, or say why none should be made of them.",
        discussion: """
            Reads a CSV file with the columns person, session and score, one row a rating, of one instrument and one \
            population; or with --from-ledger the closed episodes of sites, of which one with an event that cannot be \
            applied is left out. Prints what the model rests on and how well it holds, and writes it with --out as a file \
            of the catalogue: a candidate, which scores nothing until a site activates it. Status 1: the courses cannot \
            be read, or no model should be made of them.
            """)

    @Argument(help: "The CSV file, with a header row.")
    var file: String?

    @Flag(help: "Read closed episodes from the ledger instead of a file.")
    var fromLedger = false

    @Option(help: "Site whose episodes are read from the ledger; repeatable.")
    var site: [String] = []

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var options: ModelOptions

    @Option(help: "Instrument, ID@VERSION as in the catalogue, e.g. ors@2000.")
    var instrument: String

    @Option(help: "First day of the period, YYYY-MM-DD; from the ledger: only episodes opened on it or later.")
    var from: String?

    @Option(help: "Last day of the period; from the ledger: only episodes closed on it or earlier.")
    var to: String?

    @Option(help: "Who rated: self, caretaker, clinician, collateral.")
    var raters: [String] = ["self"]

    @Option(help: "Age bands of the raters: child, adolescent, adult.")
    var ages: [String] = ["adult"]

    @Option(help: "Id of the model.")
    var id = "own"

    @Option(help: "Version of the model: never used twice.")
    var version: String

    @Option(help: "What the model rests on, shown beside its curve.")
    var label: String

    @Option(help: "File to write the model to.")
    var out: String?

    @Option(help: "Who fits it, a name such as op-17; needed with --out.")
    var by: String?

    @Option(help: "Courses needed.")
    var minimumPersons = ModelFitSettings().minimumPersons

    @Option(help: "Ratings after the first session needed.")
    var minimumRatings = ModelFitSettings().minimumRatings

    @Option(help: "Courses that must reach a session for the model to speak about it.")
    var casesAtLastSession = ModelFitSettings().casesAtLastSession

    @Option(help: "Parts of the cross-validation.")
    var folds = ModelFitSettings().folds

    func validate() throws {
        guard minimumPersons > 0, minimumRatings > 0, casesAtLastSession > 0, (2...20).contains(folds) else {
            throw ValidationError("minima must be above 0, and --folds 2 to 20")
        }
        guard fromLedger != (file != nil) else { throw ValidationError("Give either a file or --from-ledger.") }
        guard fromLedger != site.isEmpty else { throw ValidationError("--from-ledger needs --site, and a file none.") }
        guard fromLedger || (from != nil && to != nil) else {
            throw ValidationError("A file does not say when its courses ran: give --from and --to.")
        }
        guard out == nil || by != nil else { throw ValidationError("--out needs --by: the registry keeps who fitted.") }
    }

    func run() throws {
        guard let id = ModelID(id) else { throw ValidationError("\(id) is not a model name.") }
        guard let name = OperatorName(by ?? "nobody") else { throw ValidationError("--by is not a name such as op-17.") }
        let catalogue = try options.loadCatalogue()
        let found = try catalogue.instrument(named: instrument)
        do {
            let fit = try fit(found, catalogue)
            print(fit.report(found), terminator: "")
            guard let out else { return }
            let written = try FittedModelFile(
                fit, id: id, version: version, label: label, instrument: found, record: fit.record(at: .now, by: name))
            try Data(written.text.utf8).write(to: URL(filePath: out), options: .atomic)
            print("\nsha256 \(Hexadecimal.text(written.model.reference.hash))")
            note("written to \(out), a candidate: compare it, set its status to approved, and activate it at a site")
        } catch let problem as ModelFitProblem {
            note("attune model fit: \(problem)")
            throw ExitCode(1)
        } catch let problem as CourseFileProblem {
            note("attune model fit: \(file ?? ""), \(problem)")
            throw ExitCode(1)
        }
    }

    private func fit(_ instrument: Instrument, _ catalogue: Catalogue) throws -> FittedModel {
        let population = try population()
        let (courses, period) =
            try fromLedger ? ledgerCourses(instrument, population, catalogue) : fileCourses(instrument)
        var settings = ModelFitSettings()
        settings.minimumPersons = minimumPersons
        settings.minimumRatings = minimumRatings
        settings.casesAtLastSession = casesAtLastSession
        settings.folds = folds
        return try FittedModel(
            courses, instrument: instrument, population: population, period: period, settings: settings)
    }

    private func fileCourses(_ instrument: Instrument) throws -> ([ClosedCourse], ClosedRange<CalendarDay>) {
        guard let first = try day(from), let last = try day(to), first <= last else {
            throw ValidationError("--from and --to must be in order.")
        }
        guard let file, let data = FileManager.default.contents(atPath: file) else {
            throw ValidationError("\(file ?? "") cannot be read.")
        }
        return (try CourseFile(String(decoding: data, as: UTF8.self), instrument: instrument).courses, first...last)
    }

    private func ledgerCourses(
        _ instrument: Instrument, _ population: Population, _ catalogue: Catalogue
    ) throws -> ([ClosedCourse], ClosedRange<CalendarDay>) {
        var found = ClosedLedgerCourses(
            instrument: instrument.reference, population: population, from: try day(from), to: try day(to))
        let episodes = LedgerEpisodes(
            sites: try site.map { try SiteID(argument: $0) }, catalogue: catalogue, connection: try database.connect())
        try episodes.forEach("reading episodes") { found.add($0) }
        note(found.words)
        // Without a course there is no period, and the fit will say that there are too few.
        let today = Timestamp.now.day
        return (found.courses, found.period ?? today...today)
    }

    private func population() throws -> Population {
        let (roles, bands) = (raters.compactMap(RaterRole.init), ages.compactMap(AgeBand.init))
        guard roles.count == raters.count, bands.count == ages.count, !roles.isEmpty, !bands.isEmpty else {
            throw ValidationError("--raters or --ages names what is not one.")
        }
        return Population(raterRoles: Set(roles), ageBands: Set(bands))
    }

    private func day(_ text: String?) throws -> CalendarDay? {
        guard let text else { return nil }
        guard let day = CalendarDay(text) else { throw ValidationError("\(text) is not a day, YYYY-MM-DD.") }
        return day
    }
}
