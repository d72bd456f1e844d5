import Contracts
import Crypto
public import Domain
import FoundationEssentials

/// The key of one client. What it has sealed can be read for as long as it exists, and never again afterwards.
public struct ClientKey: Sendable {
    public let id: ClientKeyID
    public let participant: ParticipantID
    private let secret: SymmetricKey

    /// A new key, which nobody else has.
    public init(for participant: ParticipantID) {
        self.init(id: ClientKeyID(rawValue: UUID()), participant: participant, secret: SymmetricKey(size: .bits256))
    }

    private init(id: ClientKeyID, participant: ParticipantID, secret: SymmetricKey) {
        self.id = id
        self.participant = participant
        self.secret = secret
    }

    /// Encrypts a text for the event that will carry it. Bound to event and participant: copied into another event
    /// it opens nowhere.
    public func seal(_ text: String, in event: EventID) throws -> SealedText {
        let box = try AES.GCM.seal(Array(text.utf8), using: subkey("seal"), authenticating: binding(event))
        return SealedText(keyID: id, nonce: Array(box.nonce), ciphertext: Array(box.ciphertext + box.tag))
    }

    public func open(_ sealed: SealedText, in event: EventID) throws(ClientTextError) -> String {
        guard sealed.keyID == id else { throw .otherKey }
        guard sealed.ciphertext.count >= Self.tagBytes, let nonce = try? AES.GCM.Nonce(data: sealed.nonce),
            let box = try? AES.GCM.SealedBox(
                nonce: nonce, ciphertext: sealed.ciphertext.dropLast(Self.tagBytes),
                tag: sealed.ciphertext.suffix(Self.tagBytes)),
            let bytes = try? AES.GCM.open(box, using: subkey("seal"), authenticating: binding(event)),
            let text = String(validating: bytes, as: UTF8.self)
        else { throw .damaged }
        return text
    }

    /// Equal for equal texts, and of no use without the key: a plain hash of a short text could be guessed.
    public func mark(of text: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: subkey("mark")))
    }

    /// A key of its own for each use.
    private func subkey(_ use: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: secret, info: Array("attune client text \(use)".utf8), outputByteCount: 32)
    }

    private func binding(_ event: EventID) -> [UInt8] { event.bytes + participant.bytes }

    private static let tagBytes = 16
}

/// What a master key has sealed, a client's key above all, as the database keeps it.
public struct WrappedKey: Sendable {
    /// Names the master key.
    public let by: String
    /// Nonce, ciphertext and tag.
    public let bytes: [UInt8]

    public init(by: String, bytes: [UInt8]) {
        self.by = by
        self.bytes = bytes
    }
}

extension ClientKey {
    public func wrapped(by masters: MasterKeys) throws -> WrappedKey {
        try masters.seal(secret.withUnsafeBytes { Array($0) }, binding: Self.wrapping(id, participant))
    }

    public init(
        unwrapping wrapped: WrappedKey, id: ClientKeyID, of participant: ParticipantID, with masters: MasterKeys
    ) throws(ClientTextError) {
        let plain = try masters.open(wrapped, binding: Self.wrapping(id, participant))
        self.init(id: id, participant: participant, secret: SymmetricKey(data: plain))
    }

    private static func wrapping(_ id: ClientKeyID, _ participant: ParticipantID) -> [UInt8] {
        id.bytes + participant.bytes
    }
}

/// Why a text or a key cannot be read.
public enum ClientTextError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The client's key has been destroyed: nobody can read the text any more.
    case erased
    /// There has never been a key.
    case noKey
    case otherKey
    /// The key is wrapped by a master key that is not in the file.
    case noMasterKey(String)
    case damaged

    public var description: String {
        switch self {
        case .erased: "the client's key has been destroyed"
        case .noKey: "the client has no key"
        case .otherKey: "the text was sealed with another key"
        case .noMasterKey(let name):
            "sealed by the master key \(name), which the key file does not hold"
        case .damaged: "the text or its key is damaged, or belongs elsewhere"
        }
    }
}
