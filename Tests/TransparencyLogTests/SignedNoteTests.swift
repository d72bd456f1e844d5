import Testing
import TransparencyLog

/// The example of C2SP signed-note.
private let specificationKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
private let specificationNote = """
    This is an example message.

    — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=

    """

/// The example of golang.org/x/mod/sumdb/note.
private let goSecret = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
private let goKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
private let goText = """
    If you think cryptography is the answer to your problem,
    then you don't know what your problem is.

    """
private let goSignature =
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

private let malformedNotes: [(String, NoteDefect)] = [
    ("", .noSignatureBlock),
    ("text\n", .noSignatureBlock),
    ("text\n\n", .noSignatureBlock),
    ("text\n\(goSignature)", .noSignatureBlock),
    ("text\n\n\(goSignature.dropLast())", .noSignatureBlock),
    ("text\r\n\n\(goSignature)", .controlCharacter),
    ("te\u{0}xt\n\n\(goSignature)", .controlCharacter),
    ("text\n\n- PeterNeumann AAAAAAA=\n", .signatureLine),
    ("text\n\n— PeterNeumann\n", .signatureLine),
    ("text\n\n— Peter+Neumann AAAAAAA=\n", .signatureLine),
    ("text\n\n— Peter\u{a0}Neumann AAAAAAA=\n", .signatureLine),
    ("text\n\n— PeterNeumann AAAAAA==\n", .signatureLine),
    ("text\n\n— PeterNeumann AAAAAAA\n", .signatureLine),
    ("text\n\n— PeterNeumann AAAAAAB=\n", .signatureLine),
    ("text\n\n— PeterNeumann !!!!!!!!\n", .signatureLine),
    ("text\n\n\(goSignature)rest\n", .signatureLine),
]

@Suite struct SignedNoteTests {
    @Test func `The specification's example verifies with its key`() throws {
        let key = try VerifierKey(text: specificationKey)
        #expect(key.name == "example.com/foo")
        #expect(key.id == 0x530d_903a)
        #expect(key.text == specificationKey)
        let note = try SignedNote(parsing: specificationNote)
        #expect(note.text == "This is an example message.\n")
        #expect(try note.verify(keys: [key]) == [key])
        #expect(note.encoded == specificationNote)
    }

    @Test func `A published secret key reads back and signs its published note byte for byte`() throws {
        let key = try SigningKey(text: goSecret)
        #expect(key.secretText == goSecret)
        #expect(key.verifierKey.text == goKey)
        let note = try SignedNote(text: goText, signedBy: [key])
        #expect(note.encoded == goText + "\n" + goSignature)
    }

    @Test func `A changed text or signature is not believed`() throws {
        let key = try VerifierKey(text: specificationKey)
        let altered = try SignedNote(parsing: specificationNote.replacing("message", with: "massage"))
        #expect(throws: NoteError.invalidSignature(key: "example.com/foo")) { try altered.verify(keys: [key]) }
        let forged = try SignedNote(parsing: specificationNote.replacing("Kuw", with: "Kux"))
        #expect(throws: NoteError.invalidSignature(key: "example.com/foo")) { try forged.verify(keys: [key]) }
        let cut = try SignedNote(text: "x\n", signedBy: [SigningKey(text: goSecret)]).encoded
            .split(separator: " ").dropLast().joined(separator: " ") + " x08goyBw\n"
        #expect(throws: NoteError.invalidSignature(key: "PeterNeumann")) {
            try SignedNote(parsing: cut).verify(keys: [VerifierKey(text: goKey)])
        }
    }

    @Test func `Signatures by unknown keys are kept and ignored`() throws {
        let known = try SigningKey(generatedFor: "log.example"), other = try SigningKey(generatedFor: "log.example")
        let note = try SignedNote(parsing: SignedNote(text: "text\n", signedBy: [other, known]).encoded)
        #expect(note.signatures.count == 2)
        #expect(try note.verify(keys: [known.verifierKey]) == [known.verifierKey])
        let alone = try SignedNote(text: "text\n", signedBy: [other])
        #expect(throws: NoteError.noTrustedSignature) { try alone.verify(keys: [known.verifierKey]) }
        #expect(throws: NoteError.noTrustedSignature) { try alone.verify(keys: []) }
    }

    @Test func `During a change of keys a note by the old, the new or both is believed`() throws {
        let old = try SigningKey(generatedFor: "log.example"), new = try SigningKey(generatedFor: "log.example")
        let trusted = [old.verifierKey, new.verifierKey]
        for signers in [[old], [new], [old, new]] {
            let note = try SignedNote(text: "text\n", signedBy: signers)
            #expect(try note.verify(keys: trusted) == signers.map(\.verifierKey))
        }
    }

    @Test func `One false signature in a trusted name spoils a note with a true one`() throws {
        let key = try SigningKey(generatedFor: "log.example"), second = try SigningKey(generatedFor: "log.example")
        let note = try SignedNote(text: "text\n", signedBy: [key]).encoded
        let foreign = try SignedNote(text: "other\n", signedBy: [second]).encoded
        let line = foreign.split(separator: "\n").last.map { $0 + "\n" } ?? ""
        #expect(throws: NoteError.invalidSignature(key: "log.example")) {
            try SignedNote(parsing: note + line).verify(keys: [key.verifierKey, second.verifierKey])
        }
    }

    @Test func `The text is what stands before the last empty line`() throws {
        let key = try SigningKey(generatedFor: "log.example")
        let text = "one\n\n— not a signature\n\ntwo\n"
        let note = try SignedNote(parsing: SignedNote(text: text, signedBy: [key]).encoded)
        #expect(note.text == text)
        #expect(try note.verify(keys: [key.verifierKey]) == [key.verifierKey])
    }

    @Test(arguments: malformedNotes)
    func `What is not a note is refused`(note: String, defect: NoteDefect) {
        #expect(throws: NoteError.malformed(defect)) { try SignedNote(parsing: note) }
    }

    @Test func `A note beyond the limits is refused before its signatures are looked at`() throws {
        let hundred = String(repeating: goSignature, count: SignedNote.maxSignatures)
        #expect(try SignedNote(parsing: goText + "\n" + hundred).signatures.count == 100)
        #expect(throws: NoteError.malformed(.tooManySignatures)) {
            try SignedNote(parsing: goText + "\n" + hundred + goSignature)
        }
        let long = String(repeating: "x", count: SignedNote.maxBytes) + "\n\n" + goSignature
        #expect(throws: NoteError.malformed(.tooLarge)) { try SignedNote(parsing: long) }
    }

    @Test func `Bytes that are not UTF-8 are refused`() {
        let bytes = Array("te".utf8) + [0xff] + Array("xt\n\n".utf8) + Array(goSignature.utf8)
        #expect(throws: NoteError.malformed(.notUTF8)) { try SignedNote(parsing: bytes) }
    }

    @Test func `Texts that no note can carry are not signed`() throws {
        let key = try SigningKey(generatedFor: "log.example")
        #expect(throws: NoteError.malformed(.textWithoutFinalNewline)) { try SignedNote(text: "x", signedBy: [key]) }
        #expect(throws: NoteError.malformed(.controlCharacter)) { try SignedNote(text: "x\r\n", signedBy: [key]) }
        #expect(throws: NoteError.malformed(.noSignatureBlock)) { try SignedNote(text: "x\n", signedBy: []) }
    }
}

@Suite struct NoteKeyTests {
    @Test(arguments: [
        ("", NoteError.malformedKey),
        ("name", .malformedKey),
        ("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", .malformedKey),
        ("example.com/foo+530d903+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", .malformedKey),
        ("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2", .malformedKey),
        ("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", .keyIDMismatch),
        ("example.com/fo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", .keyIDMismatch),
        ("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2l", .keyIDMismatch),
        ("remora.n621.de+da77ade7+BOvN63jn/bLvk", .malformedKey),
        ("example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", .unsupportedAlgorithm(4)),
    ])
    func `A text that is no verifier key is refused`(text: String, error: NoteError) {
        #expect(throws: error) { try VerifierKey(text: text) }
    }

    @Test(arguments: [
        (goKey, NoteError.malformedKey),
        (goSecret.replacing("PRIVATE", with: "PUBLIC"), .malformedKey),
        (goSecret.replacing("c74f20a3", with: "c74f20a4"), .keyIDMismatch),
        (String(goSecret.dropLast(4)), .malformedKey),
    ])
    func `A text that is no signing key is refused`(text: String, error: NoteError) {
        #expect(throws: error) { try SigningKey(text: text) }
    }

    @Test func `A generated key survives its text and never shows its secret`() throws {
        let key = try SigningKey(generatedFor: "log.example")
        let read = try SigningKey(text: key.secretText)
        #expect(read.verifierKey == key.verifierKey)
        let secret = key.secretText.split(separator: "+").last ?? ""
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] { #expect(!text.contains(secret)) }
    }

    @Test(arguments: ["", "a b", "a+b", "a\nb", "a\u{2003}b"])
    func `A name that no key can have is refused`(name: String) {
        #expect(throws: NoteError.malformedKey) { try SigningKey(generatedFor: name) }
    }
}
