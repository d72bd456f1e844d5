/// How a producer trades processor time, latency and bandwidth.
public struct ProducerOptions: Sendable {
    public enum Compression: String, Sendable {
        case none
        /// Least processor time.
        case lz4
        /// Best ratio.
        case zstd
    }

    public var compression: Compression

    /// How long the client may wait for more records before it sends while `publish` is still
    /// handing over records; once all are handed over they are sent at once.
    public var linger: Duration

    public init(compression: Compression = .lz4, linger: Duration = .milliseconds(5)) {
        self.compression = compression
        self.linger = linger
    }
}
