import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// Server-sent events that say no more than that something has changed: the page then asks as it would anyway, with
/// its visitor's rights.
enum LiveEvents {
    /// A comment now and then, so that no proxy takes the connection for dead.
    private static let pulse = Duration.seconds(15)

    /// - Parameter changes: ends with the connection, and when the service stops.
    static func response(of changes: AsyncStream<Void>) -> Response {
        let (texts, writer) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(4))
        let work = Task {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    for await _ in changes { writer.yield("event: change\ndata: 1\n\n") }
                    writer.finish()
                }
                group.addTask {
                    while !Task.isCancelled, case .enqueued = writer.yield(": here\n\n") {
                        try? await Task.sleep(for: pulse)
                    }
                }
            }
        }
        writer.onTermination = { _ in work.cancel() }
        let body = ResponseBody { response in
            for await text in texts.cancelOnGracefulShutdown() { try await response.write(ByteBuffer(string: text)) }
            work.cancel()
            try await response.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"], body: body)
    }
}
