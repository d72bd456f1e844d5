@testable import TransparencyLog

/// Signed notes, the checkpoints in them and keys, in text from elsewhere.
enum CheckpointFuzz {
    private static let key: SigningKey = {
        do { return try SigningKey(generatedFor: "log.example/fuzz") } catch { fatalError("\(error)") }
    }()

    static func run(_ bytes: [UInt8]) throws(FuzzFault) {
        if let note = read({ try SignedNote(parsing: bytes) }) { try check(note, bytes) }
        let text = String(decoding: bytes, as: UTF8.self)
        if let checkpoint = read({ try Checkpoint(text: text) }) {
            try hold(checkpoint.text.utf8.elementsEqual(text.utf8), "a checkpoint is not written as it was read")
            try sign(checkpoint)
        }
        if let key = read({ try VerifierKey(text: text) }) {
            try hold(read { try VerifierKey(text: key.text) } == key, "a key is another one after it was written")
        }
        if let keys = read({ try LogKeys(text: text) }) {
            try hold(read { try LogKeys(text: keys.text) } == keys, "keys are others after they were written")
        }
    }

    private static func check(_ note: SignedNote, _ bytes: [UInt8]) throws(FuzzFault) {
        // Base 64 may be written in one way only, or a note could be changed without its signature.
        try hold(note.encoded.utf8.elementsEqual(bytes), "a note is not written as it was read")
        try hold(read { try note.verify(keys: [key.verifierKey]) } == nil, "a note verifies that was never signed")
    }

    /// What is signed verifies, and with one bit changed anywhere it does not.
    private static func sign(_ checkpoint: Checkpoint) throws(FuzzFault) {
        guard let note = read({ try checkpoint.signed(by: [key]) }) else { return }
        let keys = LogKeys(key.verifierKey)
        let encoded = Array(note.encoded.utf8)
        let isOurs = checkpoint.origin == keys.origin
        let verified = read { try Checkpoint.verified(note.encoded, keys: keys) }
        try hold((verified?.checkpoint == checkpoint) == isOurs, "a signed checkpoint is believed for its name alone")
        let place = checkpoint.size % encoded.count
        var changed = encoded
        changed[place] ^= 1
        let believed = read { try Checkpoint.verified(String(decoding: changed, as: UTF8.self), keys: keys) }
        try hold(believed == nil, "a checkpoint verifies with a bit changed")
    }
}
