import ArgumentParser
import Contracts
import Messaging

/// The topics of the catalogue, on a cluster.
struct TopicsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topics", abstract: "List the topics of the catalogue, create them on a cluster, print who may do what with them.",
        subcommands: [List.self, Apply.self, TopicRightsCommand.self], defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List topics with partitions and retention.")

        func run() {
            for definition in TopicCatalogue.all {
                let days = definition.configuration["retention.ms"].flatMap(Int.init).map { $0 / 86_400_000 } ?? 0
                print("\(definition.topic.name)\t\(definition.partitions) partitions\t\(days) days\t\(definition.meaning)")
            }
        }
    }

    struct Apply: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create the topics that are missing, by the admin API.",
            discussion: """
                A topic that is there with another number of partitions is refused, never changed: its keys would move \
                and the order within an episode would be lost.
                """)

        @OptionGroup var kafka: KafkaOptions

        @Option(help: "Replicas of each topic; default: 3, or the number of brokers where there are fewer.")
        var replication: Int?

        @Option(help: "Seconds to wait for the cluster.")
        var limit = 60

        func validate() throws {
            guard (1...3600).contains(limit), (1...10).contains(replication ?? 1) else {
                throw ValidationError("--limit must be 1 to 3600 seconds and --replication 1 to 10.")
            }
        }

        func run() throws {
            let administration = try TopicAdministration(kafka.settings(), logger: OperatorEnvironment.logger("topics"))
            let cluster = try administration.describeCluster(timeout: .seconds(limit))
            let replicas = replication ?? min(TopicCatalogue.replicas, cluster.brokers.count)
            let results = try administration.create(
                TopicCatalogue.all.map { TopicSpecification($0, replicas: replicas) }, timeout: .seconds(limit))
            var isComplete = true
            for creation in results {
                switch creation.result {
                case .created: print("\(creation.topic): created")
                case .exists: print("\(creation.topic): exists")
                case .mismatch(let partitions):
                    note("\(creation.topic): has \(partitions) partitions, not those of the catalogue; make a new cluster or topic version")
                    isComplete = false
                case .failed(let reason):
                    note("\(creation.topic): \(reason)")
                    isComplete = false
                }
            }
            if !isComplete { throw ExitCode(1) }
        }
    }
}

extension TopicSpecification {
    /// An acknowledged record is on two brokers wherever there are two.
    init(_ definition: TopicDefinition, replicas: Int) {
        var configuration = definition.configuration
        configuration["min.insync.replicas"] = replicas >= 3 ? "2" : "1"
        self.init(
            name: definition.topic.name, partitions: definition.partitions, replicationFactor: replicas,
            configuration: configuration)
    }
}
