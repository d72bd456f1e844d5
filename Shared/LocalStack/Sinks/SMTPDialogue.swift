/// The receiving side of one SMTP session (RFC 5321), as a value: lines go in, replies come out.
struct SMTPDialogue {
    /// What to send back, and what else follows from a line.
    enum Step: Equatable {
        case reply(String)
        /// Nothing to say: a line of the message.
        case silence
        /// The message is complete. The caller decides, and tells the result to the client.
        case received(SMTPEnvelope)
        /// Say this and hang up.
        case farewell(String)
    }

    private enum Phase {
        case greeting
        case ready
        case sender(String)
        case recipients(String, [String])
        case data(SMTPEnvelope)
        /// The message is too long: its rest is read and dropped.
        case overflow
    }

    static let messageLimit = 1 << 20
    static let recipientLimit = 100
    static let banner = "220 attune local mail sink"

    private var phase = Phase.greeting

    mutating func receive(_ line: [UInt8]) -> Step {
        switch phase {
        case .data(var envelope):
            if line == [0x2e] {
                phase = .ready
                return .received(envelope)
            }
            // A leading dot of the text is doubled on the way (RFC 5321, 4.5.2).
            envelope.content += (line.first == 0x2e ? line.dropFirst() : line[...]) + [0x0d, 0x0a]
            phase = envelope.content.count > Self.messageLimit ? .overflow : .data(envelope)
            return .silence
        case .overflow:
            guard line == [0x2e] else { return .silence }
            phase = .ready
            return .reply("552 message too long")
        case .greeting, .ready, .sender, .recipients:
            return command(String(decoding: line, as: UTF8.self))
        }
    }

    private mutating func command(_ line: String) -> Step {
        let upper = line.uppercased()
        switch upper.prefix(4) {
        case "EHLO":
            phase = .ready
            return .reply("250-localhost\r\n250-SIZE \(Self.messageLimit)\r\n250-8BITMIME\r\n250 SMTPUTF8")
        case "HELO":
            phase = .ready
            return .reply("250 localhost")
        case "NOOP":
            return .reply("250 ok")
        case "RSET":
            if case .greeting = phase {} else { phase = .ready }
            return .reply("250 ok")
        case "QUIT":
            return .farewell("221 bye")
        case "MAIL":
            return mail(line, upper)
        case "RCPT":
            return recipient(line, upper)
        case "DATA":
            guard case .recipients(let sender, let recipients) = phase else {
                return .reply("503 name sender and recipient first")
            }
            phase = .data(SMTPEnvelope(sender: sender, recipients: recipients, content: []))
            return .reply("354 go on, a line with one dot ends it")
        default:
            return .reply("500 unknown command")
        }
    }

    private mutating func mail(_ line: String, _ upper: String) -> Step {
        guard case .ready = phase else { return .reply("503 wrong order") }
        guard upper.hasPrefix("MAIL FROM:"), let address = Self.address(line) else {
            return .reply("501 MAIL FROM:<address>")
        }
        phase = .sender(address)
        return .reply("250 ok")
    }

    private mutating func recipient(_ line: String, _ upper: String) -> Step {
        guard upper.hasPrefix("RCPT TO:"), let address = Self.address(line), !address.isEmpty else {
            return .reply("501 RCPT TO:<address>")
        }
        switch phase {
        case .sender(let sender):
            phase = .recipients(sender, [address])
        case .recipients(let sender, let recipients):
            guard recipients.count < Self.recipientLimit else { return .reply("452 too many recipients") }
            phase = .recipients(sender, recipients + [address])
        case .greeting, .ready, .data, .overflow:
            return .reply("503 name the sender first")
        }
        return .reply("250 ok")
    }

    private static func address(_ line: String) -> String? {
        guard let start = line.firstIndex(of: "<"), let end = line[start...].firstIndex(of: ">") else { return nil }
        return String(line[line.index(after: start)..<end])
    }
}

/// A message as SMTP carried it.
struct SMTPEnvelope: Equatable {
    var sender: String
    var recipients: [String]
    /// Header and body with CRLF line ends.
    var content: [UInt8]
}
