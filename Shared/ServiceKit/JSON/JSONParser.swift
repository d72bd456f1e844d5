/// Limits of what is accepted as JSON.
public struct JSONLimits: Sendable {
    /// Deepest nesting of arrays and objects.
    public var depth: Int
    /// Most values in one text; bounds memory, since a value costs more than its shortest text.
    public var values: Int
    /// Whether numbers may carry an exponent. Off: no clinical sender needs one, and `1e400` only harms.
    public var allowsExponents: Bool

    public init(depth: Int = 32, values: Int = 250_000, allowsExponents: Bool = false) {
        self.depth = depth
        self.values = values
        self.allowsExponents = allowsExponents
    }
}

extension JSON {
    /// Reads one JSON text (RFC 8259) strictly: valid UTF-8, unique names, no lone surrogates, no NUL,
    /// nothing after the value.
    public static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits = JSONLimits()
    ) throws(JSONSyntaxError) -> JSON {
        var parser = JSONParser(bytes: bytes, limits: limits)
        return try parser.wholeText()
    }

    /// Reads one JSON text strictly, see ``parse(_:limits:)``.
    public static func parse(
        _ bytes: [UInt8], limits: JSONLimits = JSONLimits()
    ) throws(JSONSyntaxError) -> JSON {
        let result: Result<JSON, JSONSyntaxError> = bytes.withUnsafeBufferPointer { buffer in
            do throws(JSONSyntaxError) { return .success(try parse(buffer, limits: limits)) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

/// A single pass over the bytes; recursion is bounded by the depth limit.
struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let limits: JSONLimits
    var position = 0
    private var depth = 0
    private var values = 0
    /// Where the parser stands; a stack that is spelled out only for an error.
    private var path: [JSONStep] = []

    init(bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
        path.reserveCapacity(limits.depth)
    }

    mutating func wholeText() throws(JSONSyntaxError) -> JSON {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw failure(.byteOrderMark) }
        skipBlanks()
        let value = try self.value()
        skipBlanks()
        if position < bytes.count { throw failure(.trailingContent) }
        return value
    }

    func failure(_ reason: JSONSyntaxError.Reason, at offset: Int? = nil) -> JSONSyntaxError {
        JSONSyntaxError(reason: reason, offset: offset ?? position, in: bytes, pointer: path.map(\.token).joined())
    }

    private mutating func value() throws(JSONSyntaxError) -> JSON {
        values += 1
        if values > limits.values { throw failure(.tooManyValues(limits.values)) }
        guard let byte = peek else { throw failure(.unexpectedEnd) }
        switch byte {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw failure(.expected("a value"))
        }
    }

    private mutating func object() throws(JSONSyntaxError) -> JSON {
        try descend()
        var members: [JSON.Member] = []
        members.reserveCapacity(4)
        var names: Set<String> = []
        skipBlanks()
        if take(UInt8(ascii: "}")) { return ascend(.object([])) }
        while true {
            guard peek == UInt8(ascii: "\"") else { throw unexpected("a name in quotes") }
            let start = position
            let name = try string()
            guard isNew(name, among: members, &names) else { throw failure(.duplicateName(name), at: start) }
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { throw unexpected("\":\"") }
            skipBlanks()
            path.append(.name(name))
            members.append(JSON.Member(name, try value()))
            path.removeLast()
            skipBlanks()
            if take(UInt8(ascii: "}")) { return ascend(.object(members)) }
            guard take(UInt8(ascii: ",")) else { throw unexpected("\",\" or \"}\"") }
            skipBlanks()
        }
    }

    /// Comparing with each name is quickest for the usual object; a set keeps a hostile one linear.
    private func isNew(_ name: String, among members: [JSON.Member], _ names: inout Set<String>) -> Bool {
        if members.count < 16 { return !members.contains { $0.name == name } }
        if names.isEmpty { names = Set(members.map(\.name)) }
        return names.insert(name).inserted
    }

    private mutating func array() throws(JSONSyntaxError) -> JSON {
        try descend()
        var elements: [JSON] = []
        skipBlanks()
        if take(UInt8(ascii: "]")) { return ascend(.array([])) }
        while true {
            path.append(.index(elements.count))
            elements.append(try value())
            path.removeLast()
            skipBlanks()
            if take(UInt8(ascii: "]")) { return ascend(.array(elements)) }
            guard take(UInt8(ascii: ",")) else { throw unexpected("\",\" or \"]\"") }
            skipBlanks()
        }
    }

    private mutating func descend() throws(JSONSyntaxError) {
        depth += 1
        if depth > limits.depth { throw failure(.tooDeep(limits.depth)) }
        position += 1
    }

    private mutating func ascend(_ value: JSON) -> JSON {
        depth -= 1
        return value
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws(JSONSyntaxError) -> JSON {
        let length = word.utf8CodeUnitCount
        for index in 0..<length {
            guard position + index < bytes.count else { throw failure(.unexpectedEnd, at: bytes.count) }
            guard bytes[position + index] == word.utf8Start[index] else { throw failure(.expected("a value")) }
        }
        position += length
        return value
    }

    // MARK: Bytes

    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    func unexpected(_ wanted: String) -> JSONSyntaxError {
        peek == nil ? failure(.unexpectedEnd) : failure(.expected(wanted))
    }
}
