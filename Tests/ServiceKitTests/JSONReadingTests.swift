import Domain
import ServiceKit
import Testing

@Suite struct JSONReadingTests {
    @Test(arguments: [
        #"{"score":25.35,"n":-0,"big":9007199254740993}"#,
        #"[1,[2,[3,{}]],"",true,false,null]"#,
        #""plain text with ä, 漢 and 😀""#,
        #"{"":0}"#, "0", "-1.50", "[]",
    ])
    func `text that is read and written again is the same text`(text: String) throws {
        #expect(String(decoding: try JSON.parse(Array(text.utf8)).encoded, as: UTF8.self) == text)
    }

    @Test func `escapes are resolved, surrogate pairs joined, blanks skipped`() throws {
        let text = " \t\r\n[ \"a\\u0041\\n\\\"\\\\\\/\\b\\f\\r\\t\" , \"\\uD83D\\uDE00x\" ] "
        #expect(try JSON.parse(Array(text.utf8)) == ["aA\n\"\\/\u{8}\u{C}\r\t", "😀x"])
    }

    @Test(arguments: [
        ("", .unexpectedEnd), ("[1", .unexpectedEnd), (#"{"a""#, .unexpectedEnd), ("tru", .unexpectedEnd),
        ("-", .unexpectedEnd), ("1.", .unexpectedEnd), (#""\u12"#, .unexpectedEnd),
        ("[1] 2", .trailingContent), ("{}{}", .trailingContent), ("\u{FEFF}{}", .byteOrderMark),
        ("[1,]", .expected("a value")), ("[1 2]", .expected("\",\" or \"]\"")),
        (#"{"a":1,}"#, .expected("a name in quotes")), ("{a:1}", .expected("a name in quotes")),
        (#"{"a" 1}"#, .expected("\":\"")), (#"{"a":1 "b":2}"#, .expected("\",\" or \"}\"")),
        ("nul!", .expected("a value")), ("NaN", .expected("a value")), ("'a'", .expected("a value")),
        ("+1", .expected("a value")), (".5", .expected("a value")), ("Infinity", .expected("a value")),
        (#"{"a":1,"b":2,"a":3}"#, .duplicateName("a")), (#"{"a":1,"\u0061":3}"#, .duplicateName("a")),
        ("\"abc", .unclosedString), (#""a\""#, .unclosedString), ("\"a\nb\"", .controlCharacter),
        ("\"a\\n\tb\"", .controlCharacter), (#""\x41""#, .unknownEscape), (#""\u00G0""#, .unknownEscape),
        (#""\uD83D""#, .loneSurrogate), (#""\uDE00\uD83D""#, .loneSurrogate), (#""\uD83D\u0041""#, .loneSurrogate),
        (#""\uD83Dx""#, .loneSurrogate), (#""\u0000""#, .nulCharacter),
        ("01", .numberForm), ("-01", .numberForm), ("1.x", .numberForm), ("-x", .numberForm),
        ("1e3", .numberExponent), ("1E-3", .numberExponent),
        ("10000000000000000000000000000000000000001", .numberTooLong),
    ] as [(String, JSONSyntaxError.Reason)])
    func `text that is not strict JSON is refused for its reason`(text: String, reason: JSONSyntaxError.Reason) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSON.parse(Array(text.utf8)) }
        #expect(error?.reason == reason)
    }

    @Test(arguments: [
        [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
        [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], [0x22, 0x5C, 0x6E, 0xE4, 0x22],
    ] as [[UInt8]])
    func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSON.parse(bytes) }
        #expect(error?.reason == .invalidUTF8)
    }

    @Test func `a fault is placed by line, column and pointer`() {
        let text = "{\n  \"ratings\": [\n    {\"a/b~c\": 01}\n  ]\n}"
        let error = #expect(throws: JSONSyntaxError.self) { try JSON.parse(Array(text.utf8)) }
        #expect(error?.line == 3)
        #expect(error?.column == 15)
        #expect(error?.pointer == "/ratings/0/a~1b~0c")
    }

    @Test func `nesting is accepted to 32 levels and no further`() throws {
        let deepest = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        _ = try JSON.parse(Array(deepest.utf8))
        let error = #expect(throws: JSONSyntaxError.self) { try JSON.parse(Array("[\(deepest)]".utf8)) }
        #expect(error?.reason == .tooDeep(32))
        let hostile = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(throws: JSONSyntaxError.self) { try JSON.parse(hostile) }
    }

    @Test func `more values than the limit are refused`() {
        let error = #expect(throws: JSONSyntaxError.self) {
            try JSON.parse(Array("[1,2,3]".utf8), limits: JSONLimits(values: 3))
        }
        #expect(error?.reason == .tooManyValues(3))
    }

    @Test func `a repeated name is found among many`() {
        let members = (0..<100).map { "\"k\($0)\":0" }.joined(separator: ",")
        for repeated in [3, 40, 99] {
            let error = #expect(throws: JSONSyntaxError.self) {
                try JSON.parse(Array("{\(members),\"k\(repeated)\":1}".utf8))
            }
            #expect(error?.reason == .duplicateName("k\(repeated)"))
        }
    }

    @Test func `every shortening of a document is refused, none is taken for a whole`() throws {
        let text = Array(#"{"a":[1.5,"x\u00e4\uD83D\uDE00",{"b":null}],"c":true}"#.utf8)
        _ = try JSON.parse(text)
        for length in 0..<text.count {
            #expect(throws: JSONSyntaxError.self) { try JSON.parse(Array(text[..<length])) }
        }
    }

    // MARK: Numbers

    @Test(arguments: [
        ("25.35", 2, 2535), ("25.35", 3, 25350), ("25.30", 1, 253), ("-0.5", 1, -5), ("-0", 1, 0), ("40", 1, 400),
        ("0.000", 0, 0), ("9223372036854775807", 0, .max), ("-9223372036854775808", 0, .min),
    ] as [(String, Int, Int64)])
    func `a decimal is scaled exactly`(text: String, decimals: Int, value: Int64) throws {
        #expect(try JSONField(JSON.parse(Array(text.utf8))).scaled(decimals: decimals) == value)
    }

    @Test(arguments: [("25.35", 1), ("9223372036854775808", 0), ("922337203685477580.8", 2), ("0.01", 1)])
    func `a decimal that would lose digits or overflow is refused`(text: String, decimals: Int) throws {
        let field = JSONField(try JSON.parse(Array(text.utf8)))
        #expect(throws: FieldError.self) { try field.scaled(decimals: decimals) }
    }

    @Test func `exponents are exact where they are allowed`() throws {
        func scaled(_ text: String) throws -> Int64? {
            guard case .number(let number) = try JSON.parse(Array(text.utf8), limits: JSONLimits(allowsExponents: true))
            else { return nil }
            return number.scaled(decimals: 1)
        }
        #expect(try scaled("2.535e1") == nil)
        #expect(try scaled("2.53e1") == 253)
        #expect(try scaled("253E-1") == 253)
        #expect(try scaled("1e400") == nil)
        #expect(try scaled("1e64") == nil)
        #expect(try scaled("0e64") == 0)
    }

    @Test func `a scaled number is written as the decimal it stands for`() {
        #expect(JSONNumber(253, decimals: 1).text == "25.3")
        #expect(JSONNumber(-5, decimals: 2).text == "-0.05")
        #expect(JSONNumber(7, decimals: 0).text == "7")
        #expect(JSONNumber(.min, decimals: 1).text == "-922337203685477580.8")
    }

    @Test func `control characters are escaped when written`() {
        let written = String(decoding: JSON.string("a\u{0}\u{1B}[31m\u{7F}\u{85}\u{2028}\n\"\\").encoded, as: UTF8.self)
        #expect(written == #""a\u0000\u001b[31m\u007f\u0085\u2028\n\"\\""#)
    }
}
