import CCurl

/// What was said during an exchange, for a person to read: commands and replies, how the connection was encrypted. No
/// secret and no address is in it: credentials, mailboxes, paths, header values and contents are left out.
public final class Conversation {
    public private(set) var lines: [String] = []

    public init() {}

    /// Valid while this object lives.
    var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    static let listen: curl_debug_callback = { _, kind, text, size, context in
        guard let text, let context else { return 0 }
        let bytes = UnsafeRawBufferPointer(start: text, count: size)
        let conversation = Unmanaged<Conversation>.fromOpaque(context).takeUnretainedValue()
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            conversation.note(kind, line)
        }
        return 0
    }

    private func note(_ kind: curl_infotype, _ line: Substring) {
        switch kind {
        case CURLINFO_TEXT: if let said = Self.remark(line) { lines.append("* \(said)") }
        case CURLINFO_HEADER_OUT: lines.append("> \(Self.command(line))")
        case CURLINFO_HEADER_IN: lines.append("< \(Self.reply(line))")
        default: break
        }
    }

    /// Of libcurl's own remarks those that tell of connecting and of encryption.
    private static let remarks = [
        "Trying ", "Connected to ", "connect to ", "Could not resolve", "SSL connection using", "SSL certificate",
        "subject:", "issuer:", "Operation timed out", "Connection timed out", "Recv failure", "Closing connection",
        "Connection died", "Server doesn't accept", "STARTTLS denied", "unable to get local issuer",
    ]

    private static func remark(_ line: Substring) -> String? {
        let text = line.drop(while: \.isWhitespace)
        return remarks.contains(where: text.hasPrefix) ? masked(text) : nil
    }

    /// A command's verb, and what follows where that is no secret.
    static func command(_ line: Substring) -> String {
        let words = line.split(separator: " ", maxSplits: 2)
        guard let verb = words.first.map({ $0.uppercased() }) else { return "…" }
        switch verb {
        case "EHLO", "HELO", "DATA", "QUIT", "RSET", "NOOP", "STARTTLS": return String(line)
        case "AUTH": return words.count > 1 ? "AUTH \(words[1]) …" : "AUTH"
        case "MAIL": return "MAIL FROM:<…>"
        case "RCPT": return "RCPT TO:<…>"
        // The path of a webhook is often its secret.
        case "GET", "POST", "PUT", "HEAD", "PATCH", "DELETE": return "\(verb) …"
        default:
            guard let colon = line.firstIndex(of: ":"), line[..<colon].allSatisfy({ $0.isLetter || $0 == "-" }) else {
                return "…"
            }
            return "\(line[..<colon]): …"
        }
    }

    /// A mail server's reply or a status line as it is but for mailboxes; of other headers the names.
    static func reply(_ line: Substring) -> String {
        if line.hasPrefix("HTTP/") || line.first?.isNumber == true { return masked(line) }
        guard let colon = line.firstIndex(of: ":") else { return "…" }
        let name = line[..<colon]
        return name.lowercased() == "retry-after" ? String(line) : "\(name): …"
    }

    private static func masked(_ line: Substring) -> String {
        line.split(separator: " ", omittingEmptySubsequences: false).map { $0.contains("@") ? "…" : String($0) }
            .joined(separator: " ")
    }
}
