import ArgumentParser
import Contracts
import Domain
import Messaging
import Persistence
import ServiceKit

/// The way of one rating through the system.
struct TraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Print the way of one rating: accepted, relayed, scored, alert, messages, audit log, with times and offsets.",
        discussion: """
            Takes the id under which the rating was sent, or the id of an event of an episode. Prints ids and times, never \
            scores or text. Topic, partition, offset and the times of relaying and scoring are Kafka's and need --kafka \
            (or ATTUNE_KAFKA_BOOTSTRAP): its records around that time are looked through. Status 0: it has come as far as \
            it can; 1: something is missing, which is said; 2: there is no such id, or the database or Kafka could not be \
            asked.
            """)

    @Argument(help: "The rating's id, or an event's.")
    var id: String

    @Option(help: "The site; needed only where two sites have used the same id.")
    var site: String?

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: "Most records of a partition that are looked through.")
    var records = 100_000

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var kafka: KafkaOptions

    func validate() throws {
        guard EventID(id) != nil else { throw ValidationError("ID is not an id of a rating or an event.") }
        guard site.map({ SiteID($0) != nil }) ?? true else { throw ValidationError("--site is not the name of a site.") }
        guard (1...10_000_000).contains(records) else { throw ValidationError("--records must be 1 to 10000000.") }
    }

    func run() throws {
        let way: RatingWay
        do {
            var settings = try database.settings()
            settings.prefersIndexes = true
            let connection = try Connection(settings)
            let event = try TracedEvent.find(EventID(id), at: site.flatMap { SiteID($0) }, on: connection)
            way = try RatingWay(of: event, places: try topics(), on: connection)
        } catch {
            note("attune trace: \(error)")
            throw ExitCode(2)
        }
        print(json ? String(decoding: way.json.encoded, as: UTF8.self) : way.text)
        if !way.missing.isEmpty { throw ExitCode(1) }
    }

    /// Nil where no Kafka is named: the ledger tells most of it.
    private func topics() throws -> TopicPlaces? {
        guard kafka.kafka != nil || OperatorEnvironment.text("ATTUNE_KAFKA_BOOTSTRAP") != nil else { return nil }
        return try TopicPlaces(kafka.settings(), limit: records, logger: OperatorEnvironment.logger("trace"))
    }
}
