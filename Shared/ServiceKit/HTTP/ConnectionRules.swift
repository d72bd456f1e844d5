import HTTPTypes
import Metrics
import NIOCore
import NIOHTTPTypes

/// Keeps one connection within its bounds: a request must arrive in time, an answer must be taken in time, `Connection:
/// close` in an answer closes the connection, a body nobody wants is not read for ever, and a head that cannot be read is
/// answered.
///
/// Lives on the connection's event loop; no state is shared.
final class ConnectionRules: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Bytes that are read and thrown away after an answer was given before the whole body had come:
    /// enough that an ordinary client sees the answer.
    static let discardLimit = 1 << 20
    /// Closing at once with unread bytes would reset the connection and could lose the answer.
    private static let lingerTime = TimeAmount.seconds(2)

    private let readLimit: TimeAmount
    private let factory: any MetricsFactory
    private let writing: WritingWatch
    private var requestsBegun = 0
    private var requestsRead = 0
    private var answersWritten = 0
    private var discarded = 0
    private var closesAfterAnswer = false
    private var isLingering = false
    private var deadline: Scheduled<Void>?

    init(readLimit: Duration, writeLimit: Duration, factory: any MetricsFactory) {
        self.readLimit = TimeAmount(readLimit)
        self.factory = factory
        writing = WritingWatch(limit: TimeAmount(writeLimit))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            requestsBegun += 1
            if isLingering { return }
            schedule(context, in: readLimit, because: .slowSender)
            if head.headerFields[.expect]?.lowercased() == "100-continue" {
                let go = HTTPResponsePart.head(HTTPResponse(status: .continue))
                context.writeAndFlush(wrapOutboundOut(go), promise: nil)
            }
        case .body(let bytes):
            if answersWritten > requestsRead, isOverDiscardLimit(bytes.readableBytes) {
                end(context, because: .unwantedBody)
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
        writing.begin(context) { [self] in end(context, because: .slowReader) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What still comes of a request that was refused can only be more of the same.
        if isLingering { return }
        guard requestsBegun == requestsRead, requestsRead == answersWritten, let answer = HeadRefusal.parts(for: error)
        else {
            context.fireErrorCaught(error)
            return
        }
        for part in answer { context.write(wrapOutboundOut(part), promise: nil) }
        ConnectionEnd.badHead.count(in: factory)
        linger(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        writing.stop()
    }

    private func closeAfterAnswer(_ context: ChannelHandlerContext) {
        guard requestsRead < requestsBegun else {
            context.flush()
            context.close(promise: nil)
            return
        }
        linger(context)
    }

    private func linger(_ context: ChannelHandlerContext) {
        context.flush()
        isLingering = true
        context.close(mode: .output, promise: nil)
        schedule(context, in: Self.lingerTime, because: nil)
    }

    private func isOverDiscardLimit(_ count: Int) -> Bool {
        discarded += count
        return discarded > Self.discardLimit
    }

    private func end(_ context: ChannelHandlerContext, because reason: ConnectionEnd?) {
        reason?.count(in: factory)
        context.close(promise: nil)
    }

    private func schedule(_ context: ChannelHandlerContext, in time: TimeAmount, because reason: ConnectionEnd?) {
        deadline?.cancel()
        deadline = context.eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: time) { [self] in
            end(context, because: reason)
        }
    }
}

@available(*, unavailable)
extension ConnectionRules: Sendable {}
