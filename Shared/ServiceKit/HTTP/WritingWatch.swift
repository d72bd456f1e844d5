import NIOCore

/// Watches that a client takes what is written to it: while bytes wait for its socket, some must go within each span of
/// the limit. How long an answer takes as a whole does not matter, so that slow lines are served as well.
///
/// Lives on the connection's event loop.
final class WritingWatch {
    private let limit: TimeAmount
    private var look: Scheduled<Void>?
    /// Bytes that waited at the last look.
    private var waiting = 0

    init(limit: TimeAmount) { self.limit = limit }

    /// Looks on from now on, unless it does already.
    /// - Parameter stalled: called once, when nothing was taken.
    func begin(_ context: ChannelHandlerContext, _ stalled: @escaping () -> Void) {
        guard look == nil else { return }
        waiting = .max
        plan(context, stalled)
    }

    func stop() { look?.cancel() }

    private func plan(_ context: ChannelHandlerContext, _ stalled: @escaping () -> Void) {
        look = context.eventLoop.assumeIsolatedUnsafeUnchecked().scheduleTask(in: limit) { [self] in
            look = nil
            let now = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
            if now == 0 { return }
            if now >= waiting { return stalled() }
            waiting = now
            plan(context, stalled)
        }
    }
}

@available(*, unavailable)
extension WritingWatch: Sendable {}
