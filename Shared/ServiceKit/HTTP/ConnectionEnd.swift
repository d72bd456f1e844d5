import Metrics

/// Why this server ended a connection that its client would have kept.
enum ConnectionEnd: String, CaseIterable {
    /// The body of a request took too long to arrive.
    case slowSender = "slow_sender"
    /// Nothing of an answer was taken for too long.
    case slowReader = "slow_reader"
    /// More came of a body after it had been refused than is thrown away.
    case unwantedBody = "unwanted_body"
    /// The head of a request was no HTTP, or larger than allowed.
    case badHead = "bad_head"

    func count(in factory: any MetricsFactory) {
        Counter(label: "attune_http_connections_ended_total", dimensions: [("reason", rawValue)], factory: factory)
            .increment()
    }

    static let descriptions = [
        MetricDescription(
            .counter, "attune_http_connections_ended_total", "Connections that were ended by the server, by reason.",
            labels: ["reason"])
    ]
}
