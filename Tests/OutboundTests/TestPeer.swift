import Foundation
import Glibc
import Synchronization

/// A TCP server on the loopback that follows a script for each connection, one after another.
final class TestPeer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let finished = DispatchSemaphore(value: 0)
    private let accepted = Atomic<Int>(0)

    /// Connections taken so far.
    var connections: Int { accepted.load(ordering: .acquiring) }

    init(script: @escaping @Sendable (Peer) -> Void) throws {
        (listener, port) = try LoopbackPort.bind()
        guard Glibc.listen(listener, 16) == 0 else { throw POSIXError(.EADDRINUSE) }
        Thread.detachNewThread { [self] in
            while case let socket = accept(listener, nil, nil), socket >= 0 {
                accepted.add(1, ordering: .acquiringAndReleasing)
                // A child of another test must not keep the connection open.
                _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
                let peer = Peer(socket: socket)
                script(peer)
                peer.close()
            }
            finished.signal()
        }
    }

    /// Ends the thread; the client must have closed its connections.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        finished.wait()
        close(listener)
    }
}

enum LoopbackPort {
    /// A socket bound to a free port; until it listens, connecting to it is refused.
    static func bind() throws -> (socket: Int32, port: UInt16) {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = Glibc.socket(AF_INET, type, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRINUSE) }
        return (socket, UInt16(bigEndian: address.sin_port))
    }
}

/// One connection, seen from the server.
final class Peer {
    private let socket: Int32
    private var buffer: [UInt8] = []

    init(socket: Int32) { self.socket = socket }

    /// The next line without its CRLF; nil once the client has closed.
    func readLine() -> String? {
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

    /// Says nothing until the client gives up and closes.
    func stall() { while receive() {} }

    func write(_ text: String) { write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { return }
            rest = rest.dropFirst(sent)
        }
    }

    func close() { Glibc.close(socket) }

    private func receive() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = chunk.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return false }
        buffer += chunk.prefix(count)
        return true
    }
}

/// What a script has seen, for the test to look at afterwards.
final class Seen<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])
    var all: [Value] { values.withLock { $0 } }
    func note(_ value: Value) { values.withLock { $0.append(value) } }
}
