public import Domain
import Foundation

/// A mail that arrived at the sink.
public struct ReceivedMail: Sendable, Equatable {
    public let sender: String
    public let recipients: [String]
    /// In order, continuation lines joined.
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]
    /// When it was there as a whole, before the sender heard so.
    public let receivedAt: Timestamp

    /// The first header of that name, whatever its case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    public var subject: String? { header("Subject") }
    public var messageID: String? { header("Message-ID") }

    init(_ envelope: SMTPEnvelope) {
        sender = envelope.sender
        recipients = envelope.recipients
        (headers, body) = Self.parse(envelope.content)
        receivedAt = .ofSink
    }

    public static func == (one: ReceivedMail, other: ReceivedMail) -> Bool {
        one.sender == other.sender && one.recipients == other.recipients && one.body == other.body
            && one.headers.elementsEqual(other.headers, by: ==)
    }

    private static func parse(_ content: [UInt8]) -> ([(name: String, value: String)], [UInt8]) {
        var headers: [(name: String, value: String)] = []
        var rest = content[...]
        while let end = rest.firstIndex(of: 0x0a) {
            let line = rest[..<end].filter { $0 != 0x0d }
            rest = rest[(end + 1)...]
            if line.isEmpty { break }
            let text = String(decoding: line, as: UTF8.self)
            if let first = text.first, first.isWhitespace, let last = headers.indices.last {
                headers[last].value += " " + text.trimmingBlanks
            } else if let colon = text.firstIndex(of: ":") {
                headers.append((String(text[..<colon]), text[text.index(after: colon)...].trimmingBlanks))
            }
        }
        return (headers, Array(rest))
    }
}

extension StringProtocol {
    /// Without blanks and tabs at both ends.
    var trimmingBlanks: String {
        let rest = drop { $0 == " " || $0 == "\t" }
        return String(rest.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}

extension Timestamp {
    /// The machine's wall clock.
    static var ofSink: Timestamp { Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) }
}
