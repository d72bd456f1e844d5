import Foundation
import Glibc
import Synchronization

/// A TCP server on the loopback: a script serves each connection, on a thread of its own.
final class Peer: Sendable {
    let port: UInt16
    private let listener: Int32

    init(script: @escaping @Sendable (Line) -> Void) throws {
        (listener, port) = try Self.bind()
        guard Glibc.listen(listener, 16) == 0 else { throw POSIXError(.EADDRINUSE) }
        let listener = self.listener
        Thread.detachNewThread {
            while case let socket = accept(listener, nil, nil), socket >= 0 {
                _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
                Thread.detachNewThread {
                    script(Line(socket))
                    close(socket)
                }
            }
            close(listener)
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    /// A port where nothing listens.
    static func deadPort() throws -> UInt16 {
        let (socket, port) = try bind()
        close(socket)
        return port
    }

    private static func bind() throws -> (socket: Int32, port: UInt16) {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(.EADDRINUSE) }
        return (socket, UInt16(bigEndian: address.sin_port))
    }
}

/// One connection, seen from the server.
final class Line {
    private let socket: Int32
    private var buffer: [UInt8] = []

    init(_ socket: Int32) { self.socket = socket }

    /// The next line without its end; nil once the client has closed.
    func read() -> String? {
        while true {
            if let end = buffer.firstRange(of: [0x0D, 0x0A]) {
                let line = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
                buffer.removeSubrange(..<end.upperBound)
                return line
            }
            guard receive() else { return nil }
        }
    }

    func read(_ count: Int) -> [UInt8] {
        while buffer.count < count, receive() {}
        let bytes = Array(buffer.prefix(count))
        buffer.removeFirst(bytes.count)
        return bytes
    }

    func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { return }
            rest = rest.dropFirst(sent)
        }
    }

    private func receive() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        buffer += chunk.prefix(count)
        return true
    }
}

/// What a peer has received, and the answers it still has to give before it goes back to saying yes.
final class Record<Item: Sendable>: Sendable {
    private struct Content {
        var items: [Item] = []
        var answers: [String]
    }

    private let content: Mutex<Content>
    private let arrivals = DispatchSemaphore(value: 0)

    init(answers: [String] = []) { content = Mutex(Content(answers: answers)) }

    var all: [Item] { content.withLock { $0.items } }

    /// Keeps an item and tells how it is to be answered; nil for yes.
    func take(_ item: Item) -> String? {
        defer { arrivals.signal() }
        return content.withLock {
            $0.items.append(item)
            return $0.answers.isEmpty ? nil : $0.answers.removeFirst()
        }
    }

    /// Waits for the next item that nobody has waited for; false after a minute.
    func waitForNext() -> Bool { arrivals.wait(timeout: .now() + 60) == .success }
}

struct ReceivedMail: Sendable {
    var sender = ""
    var recipients: [String] = []
    var lines: [String] = []

    func header(_ name: String) -> String? {
        lines.prefix { !$0.isEmpty }.first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
            .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }

    /// The text, its transfer encoding undone.
    var body: String {
        let text = lines.drop { !$0.isEmpty }.dropFirst().joined(separator: "\n").replacing("=\n", with: "")
        return text.replacing("=3D", with: "=")
    }
}

struct ReceivedRequest: Sendable {
    let line: String
    let headers: [String]
    let body: [UInt8]

    func header(_ name: String) -> String? {
        headers.first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
            .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }
}

extension Peer {
    /// A mail server. Scripted answers stand for the one at the end of a message.
    static func smtp(_ record: Record<ReceivedMail>) throws -> Peer {
        try Peer { line in
            line.write("220 ready\r\n")
            var mail = ReceivedMail()
            while let command = line.read() {
                switch command.prefix(4).uppercased() {
                case "MAIL":
                    mail.sender = command
                    line.write("250 ok\r\n")
                case "RCPT":
                    mail.recipients.append(command)
                    line.write("250 ok\r\n")
                case "DATA":
                    line.write("354 go on\r\n")
                    while let text = line.read(), text != "." { mail.lines.append(text) }
                    line.write((record.take(mail) ?? "250 taken") + "\r\n")
                    mail = ReceivedMail()
                case "QUIT":
                    line.write("221 bye\r\n")
                    return
                default: line.write("250 ok\r\n")
                }
            }
        }
    }

    /// A receiver of webhooks. Scripted answers are status lines, with further header lines behind.
    static func http(_ record: Record<ReceivedRequest>) throws -> Peer {
        try Peer { line in
            while let first = line.read() {
                var headers: [String] = []
                while let header = line.read(), !header.isEmpty { headers.append(header) }
                let head = ReceivedRequest(line: first, headers: headers, body: [])
                let body = line.read(head.header("Content-Length").flatMap { Int($0) } ?? 0)
                let answer = record.take(ReceivedRequest(line: first, headers: headers, body: body))
                line.write("HTTP/1.1 \(answer ?? "200 OK")\r\nContent-Length: 0\r\n\r\n")
            }
        }
    }
}
