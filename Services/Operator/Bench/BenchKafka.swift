import Contracts
import Logging
import Messaging

/// A Kafka cluster that a bench is given.
enum BenchKafka {
    /// Records of an earlier run would meet a database that knows nothing of them.
    static func checkUnused(_ servers: String) throws {
        let settings = KafkaSettings(bootstrapServers: servers, clientID: "attune-bench")
        let administration = try TopicAdministration(settings, logger: OperatorEnvironment.logger("bench"))
        let there = Set(try administration.describeCluster(timeout: .seconds(10)).topics.map(\.name))
        guard let topic = TopicCatalogue.all.map(\.topic.name).first(where: there.contains) else { return }
        throw BenchFailure("\(servers) has topic \(topic) already; give a cluster that has none of Attune's")
    }
}
