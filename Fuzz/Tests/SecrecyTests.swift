import Testing

/// What judges refusals tells names from values.
@Suite struct SecrecyTests {
    private static let refusal = "line 2: \"\(Secrecy.mark)\" is wrong"

    @Test(arguments: ["a: QZX", "a: [1, {b: QZX}]", "- QZX", "a: [QZX"])
    func `A value of YAML must not be repeated`(input: String) throws {
        #expect(throws: FuzzFault.self) { try Secrecy.check(Self.refusal, ofYAML: input) }
        try Secrecy.check("line 2: is wrong", ofYAML: input)
    }

    @Test(arguments: ["QZX: 1", "QZX}lt:", "a: [1, {b-QZX: 2}]"])
    func `A name of YAML may be`(input: String) throws { try Secrecy.check(Self.refusal, ofYAML: input) }

    @Test func `In JSON names are followed by a colon`() throws {
        #expect(throws: FuzzFault.self) { try Secrecy.check(Self.refusal, of: Array(#"{"a": "QZX", "b": 1}"#.utf8)) }
        try Secrecy.check(Self.refusal, of: Array(#"{"QZX": 1}"#.utf8))
    }
}
