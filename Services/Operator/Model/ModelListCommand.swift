import ArgumentParser
import Catalogue
import Domain

/// `attune model list`: the registry as it stands in the catalogue.
struct ModelListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List all models: hash, origin, status, where they are active and by whose decision.",
        discussion: "Reads the catalogue only; what is wrong with it is named with file and line, with status 1.")

    @OptionGroup var options: ModelOptions

    func run() throws {
        let catalogue: Catalogue
        do {
            catalogue = try options.loadCatalogue()
        } catch let error as CatalogueError {
            note("attune model list: \(error)")
            throw ExitCode(1)
        }
        for line in RegistryText(catalogue: catalogue).lines { print(line) }
    }
}

/// The registry in words.
struct RegistryText {
    let catalogue: Catalogue

    var lines: [String] {
        let registry = catalogue.registry
        var lines: [String] = []
        for instrument in Set(registry.versions.map(\.instrument)).sorted() {
            lines.append("\(instrument)")
            for version in registry.versions where version.instrument == instrument { lines += words(version) }
        }
        guard !registry.activations.isEmpty else { return lines + ["", "no site has decided about models"] }
        return lines + ["", "decisions, oldest first of each site and instrument"] + registry.activations.map(words)
    }

    private func words(_ version: ModelVersion) -> [String] {
        let model = version.reference
        var lines = [
            "  \(model.name)  \(version.status.rawValue)", "    hash \(Hexadecimal.text(model.hash))",
            "    raters: \(list(version.population.raterRoles)); ages: \(list(version.population.ageBands))",
            "    \(version.origin.words)",
        ]
        if scoresUnasked(version) { lines.append("    scores where nobody has decided") }
        for decision in catalogue.registry.inForce where decision.instrument == version.instrument {
            let who = "at \(decision.site), by \(decision.by) on \(decision.activatedAt)"
            if decision.champion == model { lines.append("    champion \(who)") }
            if decision.challenger == model { lines.append("    challenger \(who)") }
        }
        return lines
    }

    private func words(_ decision: ModelActivation) -> String {
        "  \(decision.activatedAt)  \(decision.site)  \(decision.instrument)  champion "
            + "\(decision.champion?.name ?? "none"), challenger \(decision.challenger?.name ?? "none"), by \(decision.by)"
    }

    private func scoresUnasked(_ version: ModelVersion) -> Bool {
        RaterRole.allCases.contains { role in
            AgeBand.allCases.contains { ageBand in
                catalogue.model(for: version.instrument, role: role, ageBand: ageBand)?.reference == version.reference
            }
        }
    }

    private func list<Kind: RawRepresentable<String>>(_ kinds: Set<Kind>) -> String {
        kinds.map(\.rawValue).sorted().joined(separator: ", ")
    }
}

extension ModelReference {
    /// As people write it.
    var name: String { "\(id)@\(version)" }
}

extension ModelVersion.Origin {
    fileprivate var words: String {
        switch self {
        case .fitted(let fit):
            "fitted by \(fit.by) on \(fit.fittedAt): \(fit.persons) courses, \(fit.ratings) ratings after the first "
                + "session, \(fit.period.lowerBound) to \(fit.period.upperBound)"
        case .loaded(let time, let by, let source): "loaded by \(by) on \(time): \(source)"
        case .synthetic: "synthetic: rests on nobody's courses"
        case .unstated: "origin not stated"
        }
    }
}
