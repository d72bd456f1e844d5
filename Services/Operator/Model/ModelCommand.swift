import ArgumentParser
import Catalogue
import Domain

/// Models of expected response.
struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "List, fit and compare models of expected response.",
        subcommands: [ModelListCommand.self, ModelFitCommand.self, ModelCompareCommand.self])
}

/// The figures that a command about models works with.
struct ModelOptions: ParsableArguments {
    @Option(
        help: "Folder with the site's own instruments, models and activations (YAML); default: ATTUNE_CATALOGUE_DIR.")
    var catalogue: String?

    func loadCatalogue() throws -> Catalogue {
        try Catalogue.load(siteFolder: catalogue ?? OperatorEnvironment.text("ATTUNE_CATALOGUE_DIR"))
    }
}

/// `ID@VERSION`, as people write instruments and models.
struct VersionedName {
    let id: String
    let version: String

    init(_ text: String, example: String) throws {
        let parts = text.split(separator: "@", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { throw ValidationError("\(text) is not ID@VERSION, such as \(example).") }
        (id, version) = (parts[0], parts[1])
    }
}

extension Catalogue {
    /// The instrument that an argument names.
    func instrument(named text: String) throws -> Instrument {
        let name = try VersionedName(text, example: "ors@2000")
        guard let id = InstrumentID(name.id),
            let found = instrument(InstrumentReference(id: id, version: name.version))
        else { throw ValidationError("The catalogue has no instrument \(text).") }
        return found
    }

    /// The model that an argument names.
    func model(named text: String, for instrument: InstrumentReference) throws -> ExpectedResponseModel {
        let name = try VersionedName(text, example: "ors-own@2026-1")
        guard
            let found = models(for: instrument).first(where: {
                $0.reference.id.text == name.id && $0.reference.version == name.version
            })
        else { throw ValidationError("The catalogue has no model \(text) for \(instrument).") }
        return found
    }
}

extension SiteID {
    /// The site that an argument names.
    init(argument text: String) throws {
        guard let site = SiteID(text) else { throw ValidationError("\(text) is not a site's name.") }
        self = site
    }
}
