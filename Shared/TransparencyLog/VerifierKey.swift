import Crypto

/// The public half of a key that signs notes: a name and an Ed25519 key (C2SP signed-note).
public struct VerifierKey: Hashable, Sendable {
    /// Without spaces and `+`; for a log its origin.
    public let name: String
    /// The first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), big-endian: tells keys
    /// apart, is no proof of anything.
    public let id: UInt32
    /// 32 bytes.
    public let publicKey: [UInt8]

    /// Reads the text form `name+id+base64(0x01 ‖ public key)`.
    public init(text: String) throws(NoteError) {
        let parts = text.utf8.split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformedKey }
        (name, id, publicKey) = try NoteKeyText.read(name: parts[0], id: parts[1], key: parts[2]) {
            (name, bytes) in NoteKeyText.id(name: name, publicKey: bytes)
        }
        guard (try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)) != nil else { throw .malformedKey }
    }

    init(name: String, publicKey: [UInt8]) {
        self.name = name
        self.publicKey = publicKey
        id = NoteKeyText.id(name: name, publicKey: publicKey)
    }

    /// The form in which the key is handed out and configured.
    public var text: String { NoteKeyText.write(name: name, id: id, key: publicKey) }

    /// Whether `signature` (64 bytes) was made over `text` with this key's other half.
    func isValid(_ signature: [UInt8], for text: String) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(signature, for: Array(text.utf8))
    }

    // Names are compared by bytes: Unicode equivalence would let two different names pass as one.
    public static func == (left: VerifierKey, right: VerifierKey) -> Bool {
        left.id == right.id && left.publicKey == right.publicKey && left.name.utf8.elementsEqual(right.name.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(id)
        hasher.combine(publicKey)
    }
}

/// What the text forms of verifier and signing keys have in common.
enum NoteKeyText {
    static let ed25519: UInt8 = 1

    static func id(name: String, publicKey: [UInt8]) -> UInt32 {
        let digest = SHA256.hash(data: Array(name.utf8) + [UInt8(ascii: "\n"), ed25519] + publicKey)
        return digest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    static func write(name: String, id: UInt32, key: [UInt8]) -> String {
        let digits = String(id, radix: 16)
        let padded = String(repeating: "0", count: 8 - digits.count) + digits
        return "\(name)+\(padded)+\(Base64.encode([ed25519] + key))"
    }

    /// Reads the three parts and checks the identifier against the one that `identify` computes.
    static func read(
        name: Substring.UTF8View, id: Substring.UTF8View, key: Substring.UTF8View,
        identify: (_ name: String, _ key: [UInt8]) throws(NoteError) -> UInt32
    ) throws(NoteError) -> (name: String, id: UInt32, key: [UInt8]) {
        let nameText = String(decoding: name, as: UTF8.self)
        guard isName(nameText), id.count == 8, let bytes = Base64.decode(Array(key)), let type = bytes.first
        else { throw .malformedKey }
        var number: UInt32 = 0
        for digit in id {
            guard let value = Hexadecimal.value(digit) else { throw .malformedKey }
            number = number << 4 | UInt32(value)
        }
        guard type == ed25519 else { throw .unsupportedAlgorithm(type) }
        guard bytes.count == 33 else { throw .malformedKey }
        let material = Array(bytes.dropFirst())
        guard try identify(nameText, material) == number else { throw .keyIDMismatch }
        return (nameText, number, material)
    }

    /// Whether the name is non-empty and free of spaces, control characters and `+`.
    static func isName(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy {
                $0.value >= 0x20 && $0 != "+" && !$0.properties.isWhitespace
            }
    }
}
