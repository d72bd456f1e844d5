import ArgumentParser
import Contracts
import Domain
import FoundationEssentials
import Messaging
import Outbound
import Persistence
import ServiceKit

/// One look at a running system.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show services, lag, quarantine and the newest checkpoint.",
        discussion: """
            Lag is given in events and in seconds to drain: the events waiting, divided by the rate at which the group \
            has moved on while the command looked. Status 0: all well; 1: something waits in quarantine, a service does \
            not answer, a recipient or receiver of notifications cannot be reached, or a group stands still with events \
            waiting; 2: the database or Kafka could not be asked. With --drained it looks until services are ready, \
            nothing waits and nothing moves any more, and prints that look; status 1 as well when something still does \
            after so many seconds.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var kafka: KafkaOptions

    @Option(help: "NAME=URL of a service to ask for its health, repeatable.")
    var service: [String] = []

    @Option(help: "Seconds to look at, for the rates.")
    var seconds = 2

    @Option(help: "Look again until everything is drained, for so many seconds at most.")
    var drained: Int?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard drained.map({ (1...86_400).contains($0) }) ?? true else {
            throw ValidationError("--drained must be 1 to 86400.")
        }
        guard (1...60).contains(seconds) else { throw ValidationError("--seconds must be 1 to 60.") }
    }

    func run() throws {
        let report: StatusReport
        do {
            report = try drained.map(lookUntilDrained) ?? look()
        } catch {
            note("attune status: \(error)")
            throw ExitCode(2)
        }
        print(json ? String(decoding: report.json.encoded, as: UTF8.self) : report.text)
        if !report.isWell || (drained != nil && !report.isDrained) { throw ExitCode(1) }
    }

    /// One look lasts as long as it takes to see that nothing moves.
    private func lookUntilDrained(seconds: Int) throws -> StatusReport {
        let deadline = ContinuousClock.now + .seconds(seconds)
        var report = try look()
        while !report.isDrained, ContinuousClock.now < deadline { report = try look() }
        return report
    }

    private func look() throws -> StatusReport {
        let services = try service.map(ServiceHealth.ask)
        let connection = try database.connect()
        let administration = try TopicAdministration(kafka.settings(), logger: OperatorEnvironment.logger("status"))
        let cluster = try administration.describeCluster(timeout: .seconds(10)).clusterID
        let before = try GroupPositions.read(cluster: cluster, on: connection)
        Pause.seconds(Double(seconds))
        let after = try GroupPositions.read(cluster: cluster, on: connection)
        let heads = administration.highWatermarks(of: TopicCatalogue.partitions, timeout: .seconds(10))
        let lags = GroupLag.all(before: before, after: after, heads: heads, seconds: seconds)
        return StatusReport(
            services: services, lags: lags, relay: try RelayLag.read(on: connection),
            quarantine: try QuarantineCount.read(on: connection), checkpoint: try CheckpointLine.read(on: connection),
            unreached: try UnreachedLine.read(on: connection))
    }
}

/// What a service says of itself.
struct ServiceHealth {
    let name: String
    let answer: String
    let isReady: Bool

    /// - Parameter text: `NAME=URL`.
    static func ask(_ text: String) throws -> ServiceHealth {
        guard let cut = text.firstIndex(of: "=") else { throw ValidationError("\(text) is not NAME=URL.") }
        let name = String(text[..<cut])
        let url = String(text[text.index(after: cut)...])
        do {
            let response = try CurlSession(proxy: .none).send(
                HTTPRequest(.get, url: url + "/ready", timeout: .seconds(5), connectTimeout: .seconds(2)))
            return ServiceHealth(
                name: name, answer: response.status == 200 ? "ready" : "not ready", isReady: response.status == 200)
        } catch {
            return ServiceHealth(name: name, answer: "does not answer", isReady: false)
        }
    }
}

extension TopicCatalogue {
    static var partitions: [TopicPartition] {
        all.flatMap { definition in
            (0..<definition.partitions).map { TopicPartition(topic: definition.topic.name, partition: Int32($0)) }
        }
    }
}
