import Domain
import Yams

/// One YAML file, read and checked by itself.
///
///     instruments:            # optional list, see InstrumentReader
///       - ...
///     models:                 # optional list, see ModelReader
///       - ...
///     choices:                # optional list, see ChoiceReader
///       - ...
///     activations:            # optional list, see ActivationReader
///       - ...
struct CatalogueFile {
    let name: String
    var instruments: [Placed<Instrument>] = []
    var models: [Placed<ModelDefinition>] = []
    var choices: [ChoiceDefinition] = []
    var activations: [ActivationDefinition] = []

    /// Something read, with the place it was read from.
    struct Placed<Value> {
        let value: Value
        let place: StrictNode
    }

    init(name: String, bytes: [UInt8]) throws(CatalogueError) {
        self.name = name
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CatalogueError(file: name, line: nil, reason: "is not UTF-8 text")
        }
        let root = StrictNode(file: name, path: "file", node: try Self.compose(text, name))
        let lists = try root.mapping(
            "instruments", "models", "choices", "activations"
        ) { fields throws(CatalogueError) in
            (
                instruments: try fields.optional("instruments")?.list() ?? [],
                models: try fields.optional("models")?.list() ?? [],
                choices: try fields.optional("choices")?.list() ?? [],
                activations: try fields.optional("activations")?.list() ?? []
            )
        }
        for place in lists.instruments {
            self.instruments.append(Placed(value: try InstrumentReader.read(place), place: place))
        }
        for place in lists.models {
            self.models.append(Placed(value: try ModelReader.read(place), place: place))
        }
        for place in lists.choices { choices.append(try ChoiceReader.read(place)) }
        for place in lists.activations { activations.append(try ActivationReader.read(place)) }
    }

    static func compose(_ text: String, _ name: String) throws(CatalogueError) -> Node {
        do {
            if let node = try Yams.compose(yaml: text) { return node }
        } catch let error as YamlError {
            throw refusal(error, name)
        } catch {
            throw CatalogueError(file: name, line: nil, reason: "is not YAML")
        }
        throw CatalogueError(file: name, line: nil, reason: "is empty")
    }

    private static func refusal(_ error: YamlError, _ name: String) -> CatalogueError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            CatalogueError(file: name, line: mark.line, reason: problem)
        case .duplicatedKeysInMapping(let duplicates, let context):
            CatalogueError(
                file: name, line: context.mark.line,
                reason: "field given twice: " + duplicates.sorted().joined(separator: ", "))
        case .reader(let problem, _, _, _), .writer(let problem), .emitter(let problem),
            .representer(let problem):
            CatalogueError(file: name, line: nil, reason: problem)
        case .no, .memory, .dataCouldNotBeDecoded:
            CatalogueError(file: name, line: nil, reason: "cannot be read as YAML")
        }
    }
}
