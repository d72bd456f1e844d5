import Testing
import TransparencyLog

@Suite struct CheckpointTests {
    private let key: SigningKey
    private let checkpoint: Checkpoint

    init() throws {
        key = try SigningKey(generatedFor: "clinic.example/attune")
        checkpoint = try Checkpoint(origin: "clinic.example/attune", size: 20_852_163, root: .leaf([7]))
    }

    /// The body of the example of C2SP tlog-checkpoint.
    @Test func `The specification's example body reads and is written the same`() throws {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
        let read = try Checkpoint(text: text)
        #expect(read.origin == "example.com/behind-the-sofa")
        #expect(read.size == 20_852_163)
        #expect(read.root.base64 == "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
        #expect(read.text == text)
    }

    @Test func `A signed checkpoint is believed under its key and origin only`() throws {
        let note = try checkpoint.signed(by: [key]).encoded
        let read = try Checkpoint(verifying: note, origin: "clinic.example/attune", keys: [key.verifierKey])
        #expect(read == checkpoint)
        #expect(throws: CheckpointError.otherOrigin) {
            try Checkpoint(verifying: note, origin: "clinic.example/other", keys: [key.verifierKey])
        }
        let stranger = try SigningKey(generatedFor: "clinic.example/attune").verifierKey
        #expect(throws: CheckpointError.note(.noTrustedSignature)) {
            try Checkpoint(verifying: note, origin: "clinic.example/attune", keys: [stranger])
        }
        #expect(throws: CheckpointError.note(.invalidSignature(key: "clinic.example/attune"))) {
            try Checkpoint(
                verifying: note.replacing("20852163", with: "20852164"), origin: "clinic.example/attune",
                keys: [key.verifierKey])
        }
    }

    @Test func `Extension lines are kept`() throws {
        let extended = try Checkpoint(origin: "o", size: 0, root: .emptyRoot, extensions: ["one", "two"])
        #expect(try Checkpoint(text: extended.text) == extended)
    }

    @Test(arguments: [
        ("", CheckpointDefect.lines),
        ("o\n1\n", .lines),
        ("o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=", .lines),
        ("\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", .origin),
        ("o\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", .size),
        ("o\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", .size),
        ("o\n+1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", .size),
        ("o\n\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", .size),
        ("o\n9223372036854775808\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", .size),
        ("o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n", .root),
        ("o\n1\nCsUY\n", .root),
        ("o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n", .extensionLine),
    ])
    func `What is not a checkpoint is refused`(text: String, defect: CheckpointDefect) {
        #expect(throws: CheckpointError.malformed(defect)) { try Checkpoint(text: text) }
    }

    @Test func `A checkpoint that could not be read back is not made`() {
        #expect(throws: CheckpointError.malformed(.origin)) { try Checkpoint(origin: "a\nb", size: 1, root: .emptyRoot) }
        #expect(throws: CheckpointError.malformed(.size)) { try Checkpoint(origin: "a", size: -1, root: .emptyRoot) }
        #expect(throws: CheckpointError.malformed(.extensionLine)) {
            try Checkpoint(origin: "a", size: 1, root: .emptyRoot, extensions: [""])
        }
    }
}
