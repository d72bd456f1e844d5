public import Domain
import FoundationEssentials

/// A folder of checked texts with a file of pins beside them.
public struct TextFolder: Sendable {
    public let path: String

    static let pinFile = "pins.json"

    public init(path: String) { self.path = path }

    /// Checks a resource and copies it into the folder, pinned by its checksum. Loading the same again changes
    /// nothing.
    ///
    /// - Parameter replacing: whether it may take the place of other texts for the instrument and language.
    /// - Returns: the texts, and whether they were not there before.
    public func store(
        _ file: String, against catalogue: Catalogue, instrument: InstrumentReference? = nil,
        language: LanguageTag? = nil, replacing: Bool = false
    ) throws(TextRefusal) -> (texts: InstrumentTexts, isNew: Bool) {
        let bytes = try Self.read(file)
        let texts = try InstrumentTexts(
            checking: bytes, file: file, against: catalogue, instrument: instrument, language: language)
        var pins = try pins()
        let pinning = try pins.pin(texts, replacing: replacing, file: file)
        if pinning.isNew {
            do {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                // The texts come before their pin: a process that dies in between leaves texts that are
                // refused as not pinned, never a pin without texts.
                try Data(bytes).write(to: URL(filePath: place(pinning.file)), options: .atomic)
                try Data(try pins.encoded()).write(to: URL(filePath: place(Self.pinFile)), options: .atomic)
            } catch {
                throw TextRefusal(file: path, reason: "cannot be written to")
            }
        }
        return (texts, pinning.isNew)
    }

    /// All texts of the folder over Attune's own. Every one must fit its pin and, still, its definition; a
    /// resource that is not pinned is refused.
    public func library(_ catalogue: Catalogue) throws(TextRefusal) -> TextLibrary {
        var library = try TextLibrary.builtIn(catalogue)
        let pins = try pins()
        try refuseUnpinned(pins)
        for pin in pins.texts {
            let file = place(pin.file)
            let bytes = try Self.read(file)
            guard InstrumentTexts.checksum(of: bytes) == pin.sha256 else {
                throw TextRefusal(file: file, reason: "is not what was checked: its checksum is not the pinned one")
            }
            library.insert(
                try InstrumentTexts(
                    checking: bytes, file: file, against: catalogue, instrument: pin.reference,
                    language: LanguageTag(pin.language)))
        }
        return library
    }

    private func pins() throws(TextRefusal) -> TextPins {
        let file = place(Self.pinFile)
        guard FileManager.default.fileExists(atPath: file) else { return TextPins() }
        let pins = try TextPins(try Self.read(file), file: file)
        for pin in pins.texts where pin.file.contains("/") || pin.reference == nil || LanguageTag(pin.language) == nil {
            throw TextRefusal(file: file, reason: "holds a pin that \(Self.pinFile) never holds; load the texts again")
        }
        return pins
    }

    private func refuseUnpinned(_ pins: TextPins) throws(TextRefusal) {
        let known = Set(pins.texts.map(\.file))
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            guard pins.texts.isEmpty, !FileManager.default.fileExists(atPath: path) else {
                throw TextRefusal(file: path, reason: "is not a folder that can be read")
            }
            return
        }
        for name in names.sorted() where name.hasSuffix(".json") && name != Self.pinFile && !known.contains(name) {
            throw TextRefusal(file: place(name), reason: "is not pinned; load it, so that it is checked")
        }
    }

    private func place(_ name: String) -> String { path.hasSuffix("/") ? path + name : "\(path)/\(name)" }

    private static func read(_ file: String) throws(TextRefusal) -> [UInt8] {
        let size: Int?
        do {
            size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int
        } catch {
            throw TextRefusal(file: file, reason: "cannot be read")
        }
        guard let size, size <= QuestionnaireReading.largestFile else {
            throw TextRefusal(file: file, reason: "is larger than \(QuestionnaireReading.largestFile) bytes")
        }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw TextRefusal(file: file, reason: "cannot be read")
        }
        return Array(data)
    }
}
