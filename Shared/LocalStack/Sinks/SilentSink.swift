/// A receiver that takes every connection and every request, and never answers.
public final class SilentSink: Sendable {
    private let server: LoopbackServer

    public var url: String { "http://127.0.0.1:\(server.port)/" }

    public init() throws {
        server = try LoopbackServer(name: "attune-silent-sink") { peer in
            while peer.line(limit: 1 << 20) != nil {}
        }
    }

    deinit { server.stop() }

    public func stop() { server.stop() }
}
