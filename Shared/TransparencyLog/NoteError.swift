/// Why a signed note, or a key for one, is not accepted.
public enum NoteError: Error, Hashable, Sendable {
    /// Not a note as C2SP signed-note describes it.
    case malformed(NoteDefect)
    /// Not a key text of the form asked for; says nothing of its content, which may be secret.
    case malformedKey
    /// The key's identifier does not follow from its name and bytes: a mistyped or altered key.
    case keyIDMismatch
    /// The key is for another signature algorithm than Ed25519 (type 0x01).
    case unsupportedAlgorithm(UInt8)
    /// A trusted key's signature is there and does not hold for this text.
    case invalidSignature(key: String)
    /// None of the signatures is by a trusted key.
    case noTrustedSignature
}

/// What is wrong with the form of a note.
public enum NoteDefect: Hashable, Sendable {
    case notUTF8
    case controlCharacter
    case tooLarge
    /// Text and signatures are not separated by an empty line, or the text is empty.
    case noSignatureBlock
    case signatureLine
    case tooManySignatures
    case textWithoutFinalNewline
}
