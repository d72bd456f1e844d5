/// One signature line of a note. The key may be unknown here.
public struct NoteSignature: Hashable, Sendable {
    public let keyName: String
    public let keyID: UInt32
    /// What follows the key id; 64 bytes for Ed25519.
    public let bytes: [UInt8]

    var line: String {
        let id = (0..<4).map { UInt8(truncatingIfNeeded: keyID >> UInt32(24 - 8 * $0)) }
        return "— \(keyName) \(Base64.encode(id + bytes))\n"
    }

    func isBy(_ key: VerifierKey) -> Bool {
        keyID == key.id && keyName.utf8.elementsEqual(key.name.utf8)
    }
}

/// A text with signatures (C2SP signed-note).
///
/// The text counts for nothing before ``verify(keys:)`` has returned.
public struct SignedNote: Hashable, Sendable {
    /// More signatures are refused; the specification asks for 16 at least.
    public static let maxSignatures = 100
    /// Longer notes, in bytes, are refused before anything else is looked at.
    public static let maxBytes = 1_000_000

    /// Ends in a newline.
    public let text: String
    /// In the note's order, those of unknown keys among them.
    public let signatures: [NoteSignature]

    /// Signs a text with one key or, while keys are being exchanged, several.
    /// - Throws: ``NoteError/malformed(_:)`` if the text cannot be a note's text.
    public init(text: String, signedBy keys: [SigningKey]) throws {
        if let defect = Self.defect(in: Array(text.utf8)) { throw NoteError.malformed(defect) }
        guard text.utf8.last == UInt8(ascii: "\n") else { throw NoteError.malformed(.textWithoutFinalNewline) }
        guard !keys.isEmpty else { throw NoteError.malformed(.noSignatureBlock) }
        guard keys.count <= Self.maxSignatures else { throw NoteError.malformed(.tooManySignatures) }
        self.text = text
        signatures = try keys.map { try $0.sign(text) }
    }

    /// Reads a note without judging its signatures.
    public init(parsing note: String) throws(NoteError) {
        try self.init(parsing: Array(note.utf8))
    }

    /// Reads a note without judging its signatures.
    public init(parsing note: [UInt8]) throws(NoteError) {
        if let defect = Self.defect(in: note) { throw .malformed(defect) }
        guard let separator = Self.lastEmptyLine(in: note) else { throw .malformed(.noSignatureBlock) }
        let block = note[(separator + 2)...]
        guard block.last == UInt8(ascii: "\n") else { throw .malformed(.noSignatureBlock) }
        let lines = block.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count <= Self.maxSignatures else { throw .malformed(.tooManySignatures) }
        var signatures: [NoteSignature] = []
        for line in lines { signatures.append(try Self.signature(in: line)) }
        text = String(decoding: note[...separator], as: UTF8.self)
        self.signatures = signatures
    }

    /// The note as it is stored and sent.
    public var encoded: String { text + "\n" + signatures.map(\.line).joined() }

    /// Returns the trusted keys that signed, at least one.
    ///
    /// Signatures by other keys are ignored. A false signature in the name of a trusted key spoils
    /// the note even beside a true one.
    public func verify(keys: [VerifierKey]) throws(NoteError) -> [VerifierKey] {
        var signers: [VerifierKey] = []
        for signature in signatures {
            let candidates = keys.filter(signature.isBy)
            guard !candidates.isEmpty else { continue }
            guard let signer = candidates.first(where: { $0.isValid(signature.bytes, for: text) })
            else { throw .invalidSignature(key: signature.keyName) }
            if !signers.contains(signer) { signers.append(signer) }
        }
        guard !signers.isEmpty else { throw .noTrustedSignature }
        return signers
    }

    private static func defect(in note: [UInt8]) -> NoteDefect? {
        if note.count > maxBytes { return .tooLarge }
        if String(validating: note, as: UTF8.self) == nil { return .notUTF8 }
        if note.contains(where: { $0 < 0x20 && $0 != UInt8(ascii: "\n") }) { return .controlCharacter }
        return nil
    }

    /// Where the newline that ends the text stands: the last one with another newline behind it.
    private static func lastEmptyLine(in note: [UInt8]) -> Int? {
        note.indices.dropLast().last { note[$0] == UInt8(ascii: "\n") && note[$0 + 1] == UInt8(ascii: "\n") }
    }

    private static func signature(in line: ArraySlice<UInt8>) throws(NoteError) -> NoteSignature {
        let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual("—".utf8), let bytes = Base64.decode(parts[2]),
            bytes.count > 4
        else { throw .malformed(.signatureLine) }
        let name = String(decoding: parts[1], as: UTF8.self)
        guard NoteKeyText.isName(name) else { throw .malformed(.signatureLine) }
        let id = bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        return NoteSignature(keyName: name, keyID: id, bytes: Array(bytes.dropFirst(4)))
    }
}
