import Dispatch
import Foundation
import Glibc

/// A client over one loopback socket that sends exact bytes, so that tests can also send what no
/// well-behaved client would. Blocking calls run on a dispatch thread, never on the concurrency pool.
struct LoopbackClient {
    struct Answer: Sendable {
        let status: Int
        let headers: [String: String]
        let body: String

        func json() throws -> [String: Any] {
            try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any] ?? [:]
        }
    }

    struct NoAnswer: Error {
        let received: String
    }

    let port: Int

    /// One request on a connection of its own.
    func send(
        _ method: String, _ path: String, headers: [String: String] = [:], body: String? = nil
    ) async throws -> Answer {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.utf8.count)\r\n" }
        return try await exchange(Array((head + "\r\n" + (body ?? "")).utf8), isHead: method == "HEAD")
    }

    func post(_ path: String, _ body: String, type: String = "application/json", token: String? = nil) async throws
        -> Answer
    {
        var headers = ["Content-Type": type]
        if let token { headers["Authorization"] = "Bearer \(token)" }
        return try await send("POST", path, headers: headers, body: body)
    }

    /// Sends bytes as they are, optionally closes the sending side, and reads until the server closes.
    func exchange(_ bytes: [UInt8], halfClose: Bool = false, isHead: Bool = false) async throws -> Answer {
        let port = self.port
        let received = try await onOwnThread { () throws -> [UInt8] in
            let socket = try LoopbackSocket(port: port)
            socket.send(bytes)
            if halfClose { socket.finishSending() }
            return socket.receiveAll()
        }
        return try Self.parse(received)
    }

    /// Whether the server closes the connection by itself after these bytes.
    func isClosed(after bytes: [UInt8]) async throws -> Bool {
        let port = self.port
        return try await onOwnThread {
            let socket = try LoopbackSocket(port: port)
            socket.send(bytes)
            return socket.isClosedByServer()
        }
    }

    static func parse(_ bytes: [UInt8]) throws -> Answer {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let separator = text.range(of: "\r\n\r\n") else { throw NoAnswer(received: text) }
        let lines = text[..<separator.lowerBound].components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { throw NoAnswer(received: text) }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        return Answer(status: status, headers: headers, body: String(text[separator.upperBound...]))
    }
}

/// Runs blocking work off the concurrency pool, which has as many threads as the machine has cores.
func onOwnThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}

/// A connected TCP socket on the loopback interface.
final class LoopbackSocket: Sendable {
    struct Refused: Error {}
    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // A server that does not answer is a failure of the test, not its end.
        var patience = timeval(tv_sec: 600, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Refused() }
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// What has come until the text occurs or the server closes.
    func receive(until text: String) -> String {
        var all: [UInt8] = []
        while true {
            let part = receiveSome()
            all += part
            let received = String(decoding: all, as: UTF8.self)
            if part.isEmpty || received.contains(text) { return received }
        }
    }

    func receiveAll() -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let part = receiveSome()
            if part.isEmpty { return all }
            all += part
        }
    }

    /// Reads on; false if the server neither sends nor closes within the socket's patience.
    func isClosedByServer() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { return true }
            if count < 0 { return errno == ECONNRESET }
        }
    }

    /// What comes within a time, if anything; nil once the server has closed.
    func receive(within seconds: Double) -> [UInt8]? {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, Int32(seconds * 1000)) != 0 else { return [] }
        let part = receiveSome()
        return part.isEmpty ? nil : part
    }

    private func receiveSome() -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : []
    }
}
