public import Foundation

/// A mail server for one machine that delivers to nobody: it keeps what it receives.
public final class SMTPSink: Sendable {
    private let inbox: Inbox<ReceivedMail>
    private let server: LoopbackServer

    public var port: Int { server.port }
    /// For libcurl: `smtp://127.0.0.1:PORT`.
    public var url: String { "smtp://127.0.0.1:\(port)" }

    /// - Parameters:
    ///   - folder: each mail becomes a file `NNNNNN.eml` here; nil keeps them in memory only.
    public init(folder: URL? = nil, port: Int = 0) throws {
        let inbox = try Inbox<ReceivedMail>(folder: folder, fileExtension: "eml")
        self.inbox = inbox
        server = try LoopbackServer(port: port, name: "attune-smtp-sink") { Self.serve($0, inbox) }
    }

    deinit { server.stop() }

    /// The newest mails, in the order of their arrival.
    public var mails: [ReceivedMail] { inbox.items }
    /// All since the start.
    public var count: Int { inbox.count }
    /// How many were refused as scripted.
    public var refused: Int { inbox.refused }

    /// Refuses the next mails with 451, a transient failure.
    public func refuseNext(_ count: Int) { inbox.refuseNext(count) }

    public func stop() { server.stop() }

    private static func serve(_ peer: LoopbackServer.Peer, _ inbox: Inbox<ReceivedMail>) {
        var dialogue = SMTPDialogue()
        guard peer.send(SMTPDialogue.banner + "\r\n") else { return }
        while let line = peer.line(limit: 2000) {
            switch dialogue.receive(line) {
            case .silence:
                continue
            case .reply(let text):
                guard peer.send(text + "\r\n") else { return }
            case .farewell(let text):
                _ = peer.send(text + "\r\n")
                return
            case .received(let envelope):
                let text = accept(envelope, inbox) ? "250 kept" : "451 try again later"
                guard peer.send(text + "\r\n") else { return }
            }
        }
    }

    private static func accept(_ envelope: SMTPEnvelope, _ inbox: Inbox<ReceivedMail>) -> Bool {
        !inbox.takeRefusal() && inbox.keep(ReceivedMail(envelope), bytes: envelope.content)
    }
}
