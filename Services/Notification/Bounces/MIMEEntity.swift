/// A message or a part of one: header fields and what follows them (RFC 5322, RFC 2046). Bytes from outside: whatever they
/// are, reading ends, and costs no more than their length times the depth that the caller goes to.
struct MIMEEntity {
    /// Most header fields, and most parts of a multipart, that are looked at.
    static let limit = 200

    /// Names in lower case, folded lines joined.
    let fields: [(name: String, value: String)]
    let body: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        var lines = MIMELines(bytes)
        fields = Self.block(&lines)
        body = lines.rest
    }

    /// The first field of that name.
    func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    /// `multipart/report`, in lower case; `text/plain` where nothing is said.
    var type: String {
        field("content-type")?.split(separator: ";").first.map { Self.trimmed($0).lowercased() } ?? "text/plain"
    }

    /// The parts between the boundary lines; empty for what is no multipart.
    var parts: [ArraySlice<UInt8>] {
        guard type.hasPrefix("multipart/"), let boundary = parameter("boundary"), (1...70).contains(boundary.utf8.count)
        else { return [] }
        let delimiter = Array("--\(boundary)".utf8)
        var parts: [ArraySlice<UInt8>] = []
        var start: Int?
        var lines = MIMELines(body)
        while let line = lines.next(), parts.count < Self.limit {
            guard line.starts(with: delimiter) else { continue }
            let rest = line.dropFirst(delimiter.count).filter { $0 != 0x20 && $0 != 0x09 }
            guard rest.isEmpty || rest == [0x2D, 0x2D] else { continue }
            if let start { parts.append(body[start..<line.startIndex]) }
            guard rest.isEmpty else { return parts }
            start = lines.rest.startIndex
        }
        // Cut short: what is there of the last part counts.
        if let start, parts.count < Self.limit { parts.append(body[start...]) }
        return parts
    }

    /// Groups of fields with blank lines between them, as `message/delivery-status` has them (RFC 3464 section 2.1).
    var groups: [[(name: String, value: String)]] {
        var groups: [[(name: String, value: String)]] = []
        var lines = MIMELines(body)
        while !lines.rest.isEmpty, groups.count < Self.limit {
            let group = Self.block(&lines)
            if !group.isEmpty { groups.append(group) }
        }
        return groups
    }

    /// A parameter of the content type, its quotes taken off.
    private func parameter(_ name: String) -> String? {
        guard let value = field("content-type") else { return nil }
        var inQuotes = false
        var pieces: [String] = [""]
        for character in value {
            if character == "\"" { inQuotes.toggle() }
            if character == ";", !inQuotes { pieces.append("") } else { pieces[pieces.count - 1].append(character) }
        }
        for piece in pieces.dropFirst() {
            guard let equals = piece.firstIndex(of: "="), Self.trimmed(piece[..<equals]).lowercased() == name
            else { continue }
            return Self.trimmed(piece[piece.index(after: equals)...]).filter { $0 != "\"" }
        }
        return nil
    }

    /// Fields up to a blank line, which is taken as well.
    private static func block(_ lines: inout MIMELines) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        while let line = lines.next(), !line.isEmpty {
            let text = String(decoding: line, as: UTF8.self)
            if let first = text.first, first == " " || first == "\t" {
                if let last = fields.indices.last { fields[last].value += " " + trimmed(text) }
            } else if let colon = text.firstIndex(of: ":"), fields.count < limit {
                fields.append((trimmed(text[..<colon]).lowercased(), trimmed(text[text.index(after: colon)...])))
            }
        }
        return fields
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let rest = text.drop { $0 == " " || $0 == "\t" }
        return String(rest.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}

/// Lines without their ends, which are LF or CRLF.
struct MIMELines {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func next() -> ArraySlice<UInt8>? {
        guard !rest.isEmpty else { return nil }
        let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex
        var line = rest[rest.startIndex..<end]
        rest = rest[(end < rest.endIndex ? end + 1 : end)...]
        if line.last == 0x0D { line = line.dropLast() }
        return line
    }
}
