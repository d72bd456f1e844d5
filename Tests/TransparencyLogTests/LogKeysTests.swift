import Testing
import TransparencyLog

@Suite struct LogKeysTests {
    private let old: SigningKey
    private let new: SigningKey

    init() throws {
        old = try SigningKey(generatedFor: "log.example")
        new = try SigningKey(generatedFor: "log.example")
    }

    @Test func `A list of keys is read from its text and written the same`() throws {
        let keys = try LogKeys([.init(new.verifierKey), .init(old.verifierKey, until: 12)])
        #expect(try LogKeys(text: keys.text) == keys)
        #expect(try LogKeys(text: "# keys of the log\n\n\(keys.text)") == keys)
        #expect(keys.end(of: old.verifierKey) == 12)
        #expect(keys.end(of: new.verifierKey) == nil)
        #expect(LogKeys(old.verifierKey).origin == "log.example")
    }

    @Test func `The same key twice is one key, with the end that either line gives`() throws {
        let keys = try LogKeys([.init(old.verifierKey), .init(old.verifierKey, until: 7)])
        #expect(keys.entries == [.init(old.verifierKey, until: 7)])
        #expect(throws: LogKeysError.severalEnds) {
            try LogKeys([.init(old.verifierKey, until: 8), .init(old.verifierKey, until: 7)])
        }
    }

    @Test func `What is no list of one log's keys is refused`() throws {
        let stranger = try SigningKey(generatedFor: "other.example").verifierKey
        #expect(throws: LogKeysError.severalLogs) { try LogKeys([.init(old.verifierKey), .init(stranger)]) }
        #expect(throws: LogKeysError.noKey) { try LogKeys(text: "# nothing\n") }
        let key = old.verifierKey.text
        for line in ["\(key) until", "\(key) until x", "\(key) until -1", "\(key) since 3", "\(key) until 3 4"] {
            #expect(throws: LogKeysError.malformedLine) { try LogKeys(text: line) }
        }
        #expect(throws: LogKeysError.malformedKey(.malformedKey)) { try LogKeys(text: "key") }
    }

    @Test func `A retired key counts up to its end, and beyond it only beside another`() throws {
        let keys = try LogKeys([.init(new.verifierKey), .init(old.verifierKey, until: 12)])
        func retired(_ size: Int, _ signers: [SigningKey]) throws -> Int? {
            let note = try Checkpoint(origin: "log.example", size: size, root: .leaf([1])).signed(by: signers).encoded
            let read = try Checkpoint.verified(note, keys: keys)
            #expect(read.signers == signers.map(\.verifierKey))
            return read.retiredSigner(by: keys)?.until
        }
        #expect(try retired(12, [old]) == nil)
        #expect(try retired(13, [old]) == 12)
        #expect(try retired(13, [old, new]) == nil)
        #expect(try retired(99, [new]) == nil)
    }
}
