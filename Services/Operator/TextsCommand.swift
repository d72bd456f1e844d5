import ArgumentParser
import Catalogue
import Domain

/// The wording of instruments, which a site brings and Attune never carries.
struct TextsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "texts",
        abstract: "Load, list and check the texts of instruments, as FHIR R4 Questionnaires.",
        subcommands: [Load.self, List.self, Check.self])

    /// Where texts are kept and what they are checked against.
    struct Options: ParsableArguments {
        @Option(help: "Folder of the site's texts; default: ATTUNE_TEXTS_DIR.")
        var folder: String?

        @Option(
            help: "Folder of the site's own instruments (YAML); default: ATTUNE_CATALOGUE_DIR, else built-in ones only."
        )
        var catalogue: String?

        func textFolder() throws -> TextFolder {
            guard let path = folder ?? OperatorEnvironment.text("ATTUNE_TEXTS_DIR") else {
                throw ValidationError("Give --folder PATH or set ATTUNE_TEXTS_DIR.")
            }
            return TextFolder(path: path)
        }

        func loadCatalogue() throws -> Catalogue {
            try Catalogue.load(siteFolder: catalogue ?? OperatorEnvironment.text("ATTUNE_CATALOGUE_DIR"))
        }
    }

    struct Load: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a Questionnaire against its instrument and copy it into the folder, pinned by checksum.")

        @Argument(help: "The resource, as JSON.")
        var file: String

        @Option(help: "ID@VERSION of the instrument; needed where the resource does not name it by code.")
        var instrument: String?

        @Option(help: "Language such as en or pt-BR; needed where the resource does not name it.")
        var language: String?

        @Flag(help: "Take the place of other texts for the same instrument and language.")
        var replace = false

        @OptionGroup var options: Options

        func run() throws {
            let stored = try options.textFolder().store(
                file, against: try options.loadCatalogue(), instrument: try instrument.map(TextsCommand.reference),
                language: try language.map(TextsCommand.tag), replacing: replace)
            let texts = stored.texts
            print("\(texts.instrument) \(texts.language): \(stored.isNew ? "loaded" : "already there")")
            print("sha256 \(texts.checksum)")
            if !texts.unscored.isEmpty {
                note("not scored: " + texts.unscored.joined(separator: ", "))
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List texts with their checksums.")

        @Option(help: "Name the instruments that have no texts in this language, too.")
        var language: String?

        @OptionGroup var options: Options

        func run() throws {
            let catalogue = try options.loadCatalogue()
            let library = try options.textFolder().library(catalogue)
            for texts in library.all {
                print("\(texts.instrument)\t\(texts.language)\t\(texts.items.count) items\t\(texts.checksum)")
            }
            guard let language = try language.map(TextsCommand.tag) else { return }
            for reference in library.missing(catalogue.instruments, in: language) {
                print("\(reference)\t\(language)\tmissing")
            }
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check all texts of the folder against their pins and their instruments.")

        @OptionGroup var options: Options

        func run() throws {
            let library = try options.textFolder().library(try options.loadCatalogue())
            print("\(library.all.count) texts, all as they were checked")
        }
    }

    private static func reference(_ text: String) throws -> InstrumentReference {
        let parts = text.split(separator: "@", maxSplits: 1)
        guard parts.count == 2, let id = InstrumentID(parts[0]) else {
            throw ValidationError("\(text) is not ID@VERSION, such as phq-9@2001.")
        }
        return InstrumentReference(id: id, version: String(parts[1]))
    }

    private static func tag(_ text: String) throws -> LanguageTag {
        guard let tag = LanguageTag(text) else {
            throw ValidationError("\(text) is not a language such as en or pt-BR.")
        }
        return tag
    }
}
