/// Where the relay hands events over: Kafka in a service, memory in a test. Called from the relay's thread only.
public protocol RelayPublisher: Sendable {
    /// The identity of the cluster that `publish` writes to. Throws while it is not known.
    func clusterID() throws -> String

    /// Returns when every event is known to be stored by the cluster, each stream in the order given; throws when
    /// that is not certain within `limit`. Events may then have been stored all the same: they are handed over again.
    func publish(_ events: [LedgerEvent], within limit: Duration) throws
}

/// What to do when the cluster is not the one that the lanes were published to, as after its loss.
public enum NewClusterPolicy: Sendable {
    /// Publish everything again from the beginning.
    case republish
    /// Publish nothing, report, and wait for an operator.
    case halt
}

/// What the relay cannot settle by trying again.
public enum RelayFailure: Error, Hashable, Sendable, CustomStringConvertible {
    case newCluster(lane: Lane, known: String, found: String)

    public var description: String {
        switch self {
        case .newCluster(let lane, let known, let found):
            """
            lane \(lane) was published to Kafka cluster \(known), but this is cluster \(found); if the old one is \
            lost, `attune relay republish --from 0 --new-cluster` publishes everything again, otherwise correct the \
            address of the cluster
            """
        }
    }
}
