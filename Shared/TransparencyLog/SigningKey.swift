import Crypto

/// The secret half of a key that signs notes. Its descriptions never show the secret.
public struct SigningKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let key: Curve25519.Signing.PrivateKey
    /// The half that may be handed out.
    public let verifierKey: VerifierKey

    /// Draws a new key.
    /// - Parameter name: for a log its origin; without spaces and `+`.
    /// - Throws: ``NoteError/malformedKey`` for a name that no key can have.
    public init(generatedFor name: String) throws(NoteError) {
        guard NoteKeyText.isName(name) else { throw .malformedKey }
        key = Curve25519.Signing.PrivateKey()
        verifierKey = VerifierKey(name: name, publicKey: Array(key.publicKey.rawRepresentation))
    }

    /// Reads the text form `PRIVATE+KEY+name+id+base64(0x01 ‖ seed)`.
    public init(text: String) throws(NoteError) {
        let parts = text.utf8.split(separator: UInt8(ascii: "+"), maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].elementsEqual("PRIVATE".utf8), parts[1].elementsEqual("KEY".utf8)
        else { throw .malformedKey }
        let read = try NoteKeyText.read(name: parts[2], id: parts[3], key: parts[4]) {
            (name, seed) throws(NoteError) in
            NoteKeyText.id(name: name, publicKey: Array(try Self.privateKey(seed).publicKey.rawRepresentation))
        }
        key = try Self.privateKey(read.key)
        verifierKey = VerifierKey(name: read.name, publicKey: Array(key.publicKey.rawRepresentation))
    }

    private static func privateKey(_ seed: [UInt8]) throws(NoteError) -> Curve25519.Signing.PrivateKey {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else { throw .malformedKey }
        return key
    }

    /// The secret as text, for a key file that only the log can read; never to be logged.
    public var secretText: String {
        "PRIVATE+KEY+"
            + NoteKeyText.write(name: verifierKey.name, id: verifierKey.id, key: Array(key.rawRepresentation))
    }

    func sign(_ text: String) throws -> NoteSignature {
        let signature = try key.signature(for: Array(text.utf8))
        return NoteSignature(keyName: verifierKey.name, keyID: verifierKey.id, bytes: Array(signature))
    }

    public var description: String { "SigningKey(\(verifierKey.name))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["verifierKey": verifierKey]) }
}
