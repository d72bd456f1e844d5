import Domain
import FoundationEssentials

/// What a folder of texts is known to hold, so that a resource that was changed after it was checked is not
/// used.
struct TextPins: Codable, Equatable {
    struct Pin: Codable, Equatable {
        /// Name within the folder.
        let file: String
        let instrument: String
        let version: String
        let language: String
        /// Of the file's bytes, in hexadecimal.
        let sha256: String

        var reference: InstrumentReference? {
            InstrumentID(instrument).map { InstrumentReference(id: $0, version: version) }
        }
    }

    var texts: [Pin] = []

    init() {}

    init(_ bytes: [UInt8], file: String) throws(TextRefusal) {
        do {
            self = try JSONDecoder().decode(TextPins.self, from: Data(bytes))
        } catch {
            throw TextRefusal(file: file, reason: "is not a list of pinned texts")
        }
    }

    /// The same bytes for the same pins.
    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }

    /// Takes up checked texts; says whether anything changed.
    ///
    /// - Parameter replacing: whether texts of other bytes may take the place of pinned ones.
    mutating func pin(_ text: InstrumentTexts, replacing: Bool, file: String) throws(TextRefusal) -> Pinning {
        let pin = Pin(
            file: Self.fileName(text), instrument: text.instrument.id.text, version: text.instrument.version,
            language: text.language.text, sha256: text.checksum)
        guard let index = texts.firstIndex(where: { $0.file == pin.file }) else {
            texts.append(pin)
            texts.sort { $0.file < $1.file }
            return Pinning(file: pin.file, isNew: true)
        }
        let old = texts[index]
        if old == pin { return Pinning(file: pin.file, isNew: false) }
        guard old.reference == pin.reference, old.language == pin.language else {
            throw TextRefusal(file: file, reason: "would take the place of the texts of another version: \(pin.file)")
        }
        guard replacing else {
            throw TextRefusal(
                file: file,
                reason:
                    "differs from the pinned texts of \(text.instrument) in \(text.language); replace them explicitly")
        }
        texts[index] = pin
        return Pinning(file: pin.file, isNew: true)
    }

    /// What became of texts in a folder.
    struct Pinning {
        let file: String
        let isNew: Bool
    }

    static func fileName(_ text: InstrumentTexts) -> String {
        let version = text.instrument.version.map { character in
            character.isASCII && (character.isLetter || character.isNumber || character == "." || character == "-")
                ? character : "_"
        }
        return "\(text.instrument.id)_\(String(version))_\(text.language).json"
    }
}
