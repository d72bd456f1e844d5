import ArgumentParser
import Catalogue
import Domain
import FoundationEssentials

/// Models of expected response.
struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Fit models of expected response.", subcommands: [Fit.self])

    struct Fit: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fit a model on closed courses, or say why none should be made of them.",
            discussion: """
                Reads a CSV file with the columns person, session and score, one row a rating, of one instrument and one \
                population. Prints what the model rests on and how well it holds, and writes it with --out as a file of \
                the catalogue. Status 1: the file cannot be read, or no model should be made of it.
                """)

        @Argument(help: "The CSV file, with a header row.")
        var file: String

        @Option(help: "Instrument, ID@VERSION as in the catalogue, e.g. ors@2000.")
        var instrument: String

        @Option(help: "Folder with the site's catalogue; default: the built-in instruments only.")
        var catalogue: String?

        @Option(help: "First day of the period the courses come from, YYYY-MM-DD.")
        var from: String

        @Option(help: "Last day of the period.")
        var to: String

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
        }

        func run() throws {
            guard let id = ModelID(id) else { throw ValidationError("\(id) is not a model name.") }
            let instrument = try findInstrument()
            do {
                let fit = try fit(instrument)
                print(fit.report(instrument), terminator: "")
                guard let out else { return }
                let text = fit.catalogueText(id: id, version: version, label: label, instrument: instrument)
                try Data(text.utf8).write(to: URL(filePath: out), options: .atomic)
                note("written to \(out); activate it by placing it in the site's catalogue")
            } catch let problem as ModelFitProblem {
                note("attune model fit: \(problem)")
                throw ExitCode(1)
            } catch let problem as CourseFileProblem {
                note("attune model fit: \(file), \(problem)")
                throw ExitCode(1)
            }
        }

        private func fit(_ instrument: Instrument) throws -> FittedModel {
            guard let data = FileManager.default.contents(atPath: file) else {
                throw ValidationError("\(file) cannot be read.")
            }
            let courses = try CourseFile(String(decoding: data, as: UTF8.self), instrument: instrument).courses
            var settings = ModelFitSettings()
            settings.minimumPersons = minimumPersons
            settings.minimumRatings = minimumRatings
            settings.casesAtLastSession = casesAtLastSession
            settings.folds = folds
            return try FittedModel(
                courses, instrument: instrument, population: try population(), period: try period(), settings: settings)
        }

        private func findInstrument() throws -> Instrument {
            let parts = instrument.split(separator: "@", maxSplits: 1)
            guard parts.count == 2, let id = InstrumentID(parts[0]) else {
                throw ValidationError("--instrument must be ID@VERSION, e.g. ors@2000.")
            }
            let reference = InstrumentReference(id: id, version: String(parts[1]))
            guard let found = try Catalogue.load(siteFolder: catalogue).instrument(reference) else {
                throw ValidationError("The catalogue has no instrument \(reference).")
            }
            return found
        }

        private func population() throws -> Population {
            let (roles, bands) = (raters.compactMap(RaterRole.init), ages.compactMap(AgeBand.init))
            guard roles.count == raters.count, bands.count == ages.count, !roles.isEmpty, !bands.isEmpty else {
                throw ValidationError("--raters or --ages names what is not one.")
            }
            return Population(raterRoles: Set(roles), ageBands: Set(bands))
        }

        private func period() throws -> ClosedRange<CalendarDay> {
            guard let first = CalendarDay(from), let last = CalendarDay(to), first <= last else {
                throw ValidationError("--from and --to must be days, YYYY-MM-DD, in order.")
            }
            return first...last
        }
    }
}
