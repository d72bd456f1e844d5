import Dispatch
import Foundation
import Synchronization

/// A small TCP server on 127.0.0.1: a thread accepts, a thread serves each connection, of which there
/// are at most `connectionLimit`; further ones wait in the kernel.
final class LoopbackServer: Sendable {
    /// One accepted connection, used by its own thread alone.
    final class Peer {
        private let descriptor: Int32
        private var buffer: [UInt8] = []

        fileprivate init(_ descriptor: Int32) { self.descriptor = descriptor }

        /// False when the other side is gone.
        func send(_ bytes: [UInt8]) -> Bool { LoopbackSocket.sendAll(bytes, to: descriptor) }
        func send(_ text: String) -> Bool { send(Array(text.utf8)) }

        /// A line without its end, at most `limit` bytes; nil at the end of the stream, after a minute
        /// of silence, or when the line is longer.
        func line(limit: Int) -> [UInt8]? {
            while true {
                if let end = buffer.firstIndex(of: 0x0a) {
                    var line = Array(buffer[..<end])
                    buffer.removeSubrange(...end)
                    if line.last == 0x0d { line.removeLast() }
                    return line.count <= limit ? line : nil
                }
                guard buffer.count <= limit, fill() else { return nil }
            }
        }

        /// Exactly so many bytes, or nil.
        func bytes(_ count: Int) -> [UInt8]? {
            while buffer.count < count {
                guard fill() else { return nil }
            }
            defer { buffer.removeFirst(count) }
            return Array(buffer.prefix(count))
        }

        private func fill() -> Bool {
            var chunk = [UInt8](repeating: 0, count: 16 << 10)
            while true {
                let got = recv(descriptor, &chunk, chunk.count, 0)
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { return false }
                buffer += chunk.prefix(got)
                return true
            }
        }
    }

    private struct Open {
        var connections: Set<Int32> = []
        var isStopping = false
    }

    let port: Int
    private let listener: Int32
    private let open = Mutex(Open())
    private let places: DispatchSemaphore
    private let threads = DispatchGroup()

    /// Starts to listen; `serve` runs on the connection's thread until it returns.
    init(
        port: Int = 0, connectionLimit: Int = 16, name: String, serve: @escaping @Sendable (Peer) -> Void
    ) throws {
        (listener, self.port) = try LoopbackSocket.listener(port: port)
        places = DispatchSemaphore(value: connectionLimit)
        threads.enter()
        let thread = Thread { [self] in
            acceptConnections(name: name, serve)
            threads.leave()
        }
        thread.name = name
        thread.start()
    }

    /// Ends all connections and waits for the threads.
    func stop() {
        let first = open.withLock { open in
            defer { open.isStopping = true }
            // Wakes every thread that waits for bytes; the thread itself closes.
            for connection in open.connections { shutdown(connection, Int32(SHUT_RDWR)) }
            return !open.isStopping
        }
        guard first else { return }
        shutdown(listener, Int32(SHUT_RDWR))
        threads.wait()
        close(listener)
    }

    private func acceptConnections(name: String, _ serve: @escaping @Sendable (Peer) -> Void) {
        while true {
            places.wait()
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else {
                places.signal()
                if open.withLock({ $0.isStopping }) { return }
                // Out of descriptors, or the other side left again: others may still be served.
                Thread.sleep(forTimeInterval: 0.01)
                continue
            }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            LoopbackSocket.limit(descriptor, to: .seconds(60))
            let isWelcome = open.withLock { open in
                if open.isStopping { return false }
                open.connections.insert(descriptor)
                return true
            }
            guard isWelcome else {
                close(descriptor)
                places.signal()
                return
            }
            threads.enter()
            let thread = Thread { [self] in
                serve(Peer(descriptor))
                open.withLock { open in
                    open.connections.remove(descriptor)
                    close(descriptor)
                }
                places.signal()
                threads.leave()
            }
            thread.name = name
            thread.start()
        }
    }
}
