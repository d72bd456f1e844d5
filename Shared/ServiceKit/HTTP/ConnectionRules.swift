import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Keeps one connection within its bounds: a request must arrive in time, `Connection: close` in an
/// answer closes the connection, and a body nobody wants is not read for ever.
///
/// Lives on the connection's event loop; no state is shared.
final class ConnectionRules: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Bytes that are read and thrown away after an answer was given before the whole body had come:
    /// enough that an ordinary client sees the answer.
    private static let discardLimit = 1 << 20
    /// Closing at once with unread bytes would reset the connection and could lose the answer.
    private static let lingerTime = TimeAmount.seconds(2)

    private let readLimit: TimeAmount
    private var requestsBegun = 0
    private var requestsRead = 0
    private var answersWritten = 0
    private var discarded = 0
    private var closesAfterAnswer = false
    private var isLingering = false
    private var deadline: Scheduled<Void>?

    init(readLimit: Duration) { self.readLimit = TimeAmount(readLimit) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            requestsBegun += 1
            if isLingering { return }
            startDeadline(context)
            if head.headerFields[.expect]?.lowercased() == "100-continue" {
                let go = HTTPResponsePart.head(HTTPResponse(status: .continue))
                context.writeAndFlush(wrapOutboundOut(go), promise: nil)
            }
        case .body(let bytes):
            if answersWritten > requestsRead, isOverDiscardLimit(bytes.readableBytes) {
                context.close(promise: nil)
                return
            }
            if isLingering { return }
        case .end:
            requestsRead += 1
            deadline?.cancel()
            discarded = 0
            if isLingering {
                context.close(promise: nil)
                return
            }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            if head.headerFields[.connection]?.lowercased() == "close" { closesAfterAnswer = true }
            context.write(data, promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            answersWritten += 1
            context.write(data, promise: promise)
            if closesAfterAnswer { closeAfterAnswer(context) }
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    private func closeAfterAnswer(_ context: ChannelHandlerContext) {
        context.flush()
        guard requestsRead < requestsBegun else {
            context.close(promise: nil)
            return
        }
        isLingering = true
        context.close(mode: .output, promise: nil)
        schedule(context, in: Self.lingerTime)
    }

    private func isOverDiscardLimit(_ count: Int) -> Bool {
        discarded += count
        return discarded > Self.discardLimit
    }

    private func startDeadline(_ context: ChannelHandlerContext) { schedule(context, in: readLimit) }

    private func schedule(_ context: ChannelHandlerContext, in time: TimeAmount) {
        deadline?.cancel()
        deadline = context.eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: time) {
            context.close(promise: nil)
        }
    }
}

@available(*, unavailable)
extension ConnectionRules: Sendable {}
