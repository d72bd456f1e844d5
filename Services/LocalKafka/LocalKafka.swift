import ArgumentParser
import Logging
import Messaging

/// A Kafka cluster in memory, for one machine and for tests.
@main
struct LocalKafka: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attune-local-kafka",
        abstract: "A Kafka cluster in memory, for one machine and for tests.",
        discussion: """
            It is librdkafka's mock cluster in a process of its own: it speaks the Kafka protocol on a loopback port \
            chosen at start, which it writes to a file, and it runs until it is told to end (SIGTERM or Ctrl-C).

            It is not Apache Kafka. Everything is in memory and gone at the end; a partition keeps its last 5 MiB or \
            100 000 records; topics are those named here; there is no replication worth the name, no retention by \
            time, no access control and no administration; each fetch looks through all that a partition keeps, so \
            that it slows down the longer it runs under load. Never use it for anything that matters: production is \
            Apache Kafka.
            """)

    @Option(name: .long, help: "The file to write HOST:PORT to, once the cluster is up. Removed at the end.")
    var addressFile: String

    @Option(
        name: .long,
        help: ArgumentHelp("A topic to create, with its number of partitions. May be repeated.", valueName: "name:partitions"))
    var topic: [TopicArgument] = []

    @Option(
        name: .long,
        help: "A consumer group whose coordinator another broker takes over from when it is lost. May be repeated.")
    var group: [String] = []

    @Option(name: .long, help: "How many brokers.")
    var brokers = 1

    @Option(
        name: .long,
        help: "A named pipe to make and to read faults from, one a line, for tests: \"errors produce 6 7\", \"slow 200\", \"down\" (all brokers), \"down 2\", \"up\", \"healed\".")
    var faults: String?

    func validate() throws {
        guard (1...10).contains(brokers) else { throw ValidationError("--brokers must be 1 to 10.") }
        guard Set(topic.map(\.name)).count == topic.count else { throw ValidationError("--topic names a topic twice.") }
    }

    func run() throws {
        // Before any thread exists, so that every thread leaves the signals to this one.
        let ending = EndingSignals()
        let logger = Logger(label: "attune-local-kafka", factory: { label, _ in StreamLogHandler.standardError(label: label) })
        let cluster = try MockCluster(brokers: brokers, logger: logger)
        for topic in topic {
            try cluster.createTopic(topic.name, partitions: topic.partitions, replicationFactor: min(brokers, 3))
        }
        for group in group { try cluster.placeGroup(group) }
        let pipe = try faults.map { try FaultPipe(path: $0) }
        pipe?.carryOut(on: cluster, logger: logger)
        defer { pipe?.remove() }
        let file = AddressFile(path: addressFile)
        try file.write(cluster.bootstrapServers)
        defer { file.remove() }
        logger.info("listening on \(cluster.bootstrapServers) with \(topic.count) topics")
        let signal = ending.wait()
        logger.info("ending on \(signal)")
        withExtendedLifetime(cluster) {}
    }
}

/// `name:partitions`.
struct TopicArgument: ExpressibleByArgument {
    let name: String
    let partitions: Int

    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"), colon != argument.startIndex,
            let partitions = Int(argument[argument.index(after: colon)...]), (1...10_000).contains(partitions)
        else { return nil }
        name = String(argument[..<colon])
        self.partitions = partitions
    }
}
