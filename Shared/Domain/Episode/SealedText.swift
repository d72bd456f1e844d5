/// Text that can be read only with the key of its client, and by nobody once that key is destroyed.
public struct SealedText: Hashable, Sendable {
    /// Which of the client's keys.
    public let keyID: ClientKeyID
    public let nonce: [UInt8]
    /// With the authentication tag at its end.
    public let ciphertext: [UInt8]

    public init(keyID: ClientKeyID, nonce: [UInt8], ciphertext: [UInt8]) {
        self.keyID = keyID
        self.nonce = nonce
        self.ciphertext = ciphertext
    }
}
