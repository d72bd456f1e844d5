import Domain
import Foundation
import Testing

@testable import ClientText

@Suite struct ClientKeyTests {
    private let participant = ParticipantID(rawValue: UUID())
    private let event = EventID(rawValue: UUID())
    private let words = "Es geht mir besser, danke. 🙂"

    @Test func `What a key has sealed it opens again, and the words are nowhere in it`() throws {
        let key = ClientKey(for: participant)
        let sealed = try key.seal(words, in: event)
        #expect(try key.open(sealed, in: event) == words)
        #expect(sealed.nonce.count == 12)
        #expect(sealed.ciphertext.count == words.utf8.count + 16)
        #expect(Data(sealed.ciphertext).range(of: Data("besser".utf8)) == nil)
        #expect(try key.seal(words, in: event).ciphertext != sealed.ciphertext, "sealed otherwise each time")
    }

    @Test func `Another key, another event or a changed byte opens nothing`() throws {
        let key = ClientKey(for: participant)
        let sealed = try key.seal(words, in: event)
        #expect(throws: ClientTextError.otherKey) { try ClientKey(for: participant).open(sealed, in: event) }
        #expect(throws: ClientTextError.damaged) { try key.open(sealed, in: EventID(rawValue: UUID())) }
        for place in [0, sealed.ciphertext.count - 1] {
            var ciphertext = sealed.ciphertext
            ciphertext[place] ^= 1
            let changed = SealedText(keyID: sealed.keyID, nonce: sealed.nonce, ciphertext: ciphertext)
            #expect(throws: ClientTextError.damaged) { try key.open(changed, in: event) }
        }
        let short = SealedText(keyID: sealed.keyID, nonce: [], ciphertext: [1])
        #expect(throws: ClientTextError.damaged) { try key.open(short, in: event) }
    }

    @Test func `The mark of a text is the same each time under its key, and another under any other`() throws {
        let masters = try MasterKeys(text: MasterKeys.line(named: "a"))
        let key = ClientKey(for: participant)
        let again = try ClientKey(unwrapping: key.wrapped(by: masters), id: key.id, of: participant, with: masters)
        #expect(key.mark(of: words) == again.mark(of: words))
        #expect(key.mark(of: words) != key.mark(of: words + " "))
        #expect(key.mark(of: words) != ClientKey(for: participant).mark(of: words))
    }

    @Test func `The last line of the file wraps, and those before it still unwrap`() throws {
        let old = MasterKeys.line(named: "2025")
        let key = ClientKey(for: participant)
        let wrapped = try key.wrapped(by: MasterKeys(text: old))
        #expect(wrapped.by == "2025")
        let both = try MasterKeys(text: "# of this installation\n\(old)\n\(MasterKeys.line(named: "2026"))\n")
        #expect(both.current == "2026")
        #expect(try key.wrapped(by: both).by == "2026")
        let back = try ClientKey(unwrapping: wrapped, id: key.id, of: participant, with: both)
        #expect(try back.open(key.seal(words, in: event), in: event) == words)

        let other = try MasterKeys(text: MasterKeys.line(named: "2026"))
        #expect(throws: ClientTextError.noMasterKey("2025")) {
            try ClientKey(unwrapping: wrapped, id: key.id, of: participant, with: other)
        }
        let strange = try MasterKeys(text: MasterKeys.line(named: "2025"))
        #expect(throws: ClientTextError.damaged) {
            try ClientKey(unwrapping: wrapped, id: key.id, of: participant, with: strange)
        }
        #expect(throws: ClientTextError.damaged) {
            try ClientKey(unwrapping: wrapped, id: key.id, of: ParticipantID(rawValue: UUID()), with: both)
        }
    }

    @Test func `A file that cannot be meant is refused with its line, and never shown`() {
        #expect(throws: MasterKeyError.empty) { try MasterKeys(text: "\n# nothing\n") }
        #expect(throws: MasterKeyError.malformedLine(2)) { try MasterKeys(text: MasterKeys.line(named: "a") + "\nb AAAA\n") }
        #expect(throws: MasterKeyError.repeatedName("a")) {
            try MasterKeys(text: MasterKeys.line(named: "a") + "\n" + MasterKeys.line(named: "a"))
        }
    }
}
