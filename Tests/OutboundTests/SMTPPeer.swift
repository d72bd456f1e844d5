/// One mail as the server received it.
struct ReceivedMail: Sendable {
    var commands: [String] = []
    /// The lines of the message, dots still stuffed.
    var lines: [String] = []
}

extension TestPeer {
    /// A mail server that answers each command by `reply` and by a plain yes where that gives nil.
    /// The verb `CONNECT` stands for the greeting and `.` for the end of the message.
    static func smtp(
        extensions: [String] = [], noting seen: Seen<ReceivedMail> = Seen(),
        reply: @escaping @Sendable (_ command: String) -> String? = { _ in nil }
    ) throws -> TestPeer {
        try TestPeer { peer in
            peer.write((reply("CONNECT") ?? "220 ready") + "\r\n")
            var mail = ReceivedMail()
            while let command = peer.readLine() {
                mail.commands.append(command)
                let verb = command.split(separator: " ").first.map { $0.uppercased() } ?? ""
                if verb == "QUIT" {
                    peer.write("221 bye\r\n")
                    return
                }
                let answer = reply(command) ?? usualReply(to: verb, extensions)
                peer.write(answer + "\r\n")
                guard verb == "DATA", answer.hasPrefix("354") else { continue }
                while let line = peer.readLine(), line != "." { mail.lines.append(line) }
                seen.note(mail)
                mail = ReceivedMail()
                peer.write((reply(".") ?? "250 taken") + "\r\n")
            }
        }
    }

    private static func usualReply(to verb: String, _ extensions: [String]) -> String {
        switch verb {
        case "EHLO": (["250-test"] + extensions.map { "250-\($0)" } + ["250 8BITMIME"]).joined(separator: "\r\n")
        case "DATA": "354 go on"
        case "AUTH": "235 welcome"
        default: "250 ok"
        }
    }
}
