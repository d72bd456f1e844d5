/// Why a text is not acceptable JSON, and where. Holds no content of the text but a repeated name.
public struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: Hashable, Sendable {
        case unexpectedEnd, trailingContent, byteOrderMark
        case expected(String)
        case duplicateName(String)
        case unclosedString, controlCharacter, invalidUTF8, unknownEscape, loneSurrogate, nulCharacter
        case numberForm, numberExponent, numberTooLong
        case tooDeep(Int), tooManyValues(Int)
    }

    public let reason: Reason
    /// Bytes before the place of the fault.
    public let offset: Int
    /// Counted from 1; columns count bytes.
    public let line: Int
    public let column: Int
    /// JSON pointer (RFC 6901) of the innermost value that was being read.
    public let pointer: String

    init(reason: Reason, offset: Int, in bytes: UnsafeBufferPointer<UInt8>, pointer: String) {
        self.reason = reason
        self.offset = offset
        self.pointer = pointer
        let before = bytes[..<min(offset, bytes.count)]
        line = 1 + before.count { $0 == 0x0A }
        column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
    }

    public var description: String {
        "\(explanation) at line \(line), column \(column)\(pointer.isEmpty ? "" : " (in \(pointer))")"
    }

    private var explanation: String {
        switch reason {
        case .unexpectedEnd: "the text ends too early"
        case .trailingContent: "something follows the value"
        case .byteOrderMark: "the text starts with a byte order mark, which JSON must not have"
        case .expected(let what): "expected \(what)"
        case .duplicateName(let name): "the name \"\(shortened(name))\" occurs twice in one object"
        case .unclosedString: "a string is not closed"
        case .controlCharacter: "a string holds a control character that is not escaped"
        case .invalidUTF8: "a string is not valid UTF-8"
        case .unknownEscape: "a string holds an unknown escape sequence"
        case .loneSurrogate: "a string holds half of a surrogate pair"
        case .nulCharacter: "a string holds the character U+0000, which cannot be stored"
        case .numberForm: "a number is not in the form of JSON"
        case .numberExponent: "a number has an exponent; write it out"
        case .numberTooLong: "a number has more than 40 characters"
        case .tooDeep(let limit): "values are nested more than \(limit) deep"
        case .tooManyValues(let limit): "the text holds more than \(limit) values"
        }
    }
}

/// A name from a request, cut so that a message stays readable.
func shortened(_ name: String) -> String { name.count <= 64 ? name : name.prefix(64) + "…" }

/// One step from a value to one within it.
enum JSONStep: Hashable, Sendable {
    case name(String)
    case index(Int)

    /// Its part of a JSON pointer (RFC 6901): `~` and `/` within names are written `~0` and `~1`.
    var token: String {
        switch self {
        case .index(let index): "/\(index)"
        case .name(let name): "/" + shortened(name).replacing("~", with: "~0").replacing("/", with: "~1")
        }
    }
}

/// Where a value stands in a document: shared upwards, spelled out only when something is wrong.
indirect enum JSONPath: Hashable, Sendable {
    case root
    case inner(JSONPath, JSONStep)

    var pointer: String {
        switch self {
        case .root: ""
        case .inner(let outer, let step): outer.pointer + step.token
        }
    }
}
