import ArgumentParser
import Catalogue
import Foundation
import LocalStack
import ServiceKit

/// Throughput, latency, memory and start-up, each beside its floor from the same run.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure the system on this machine, beside floors measured in the same run.",
        discussion: """
            Starts a stack of its own in a temporary folder (durable PostgreSQL; Kafka in memory, unless --kafka names \
            another), loads it and removes it. Figures depend on the machine and on what else it does: read the \
            ratios, not the absolutes. Build with `make bench`, which uses the release configuration.
            """)

    @Option(help: "Ratings of the throughput measurements.")
    var ratings = 20_000

    @Option(help: "Seconds of each latency measurement, at 200 ratings/s or 20 alerts/s.")
    var seconds = 20

    @Option(help: "Folder with the sample site's files.")
    var site = "deploy/local"

    @Option(help: "Events of the history that is replayed.")
    var replayed = 400_000

    @Option(help: "Lengths of the histories behind which each step is measured, shortest first; the first is the floor.")
    var history: [Int] = [10_000, 100_000, 1_000_000]

    @Option(
        help: """
            Measurements to take, in this order whatever the order given: scoring, replay, memory, ingestion, pipeline, \
            latency, start-up, verify, history, pages, notices, receivers, escalation; and, only where they are named, \
            scale, load, costs.
            """)
    var only: [BenchPart] = BenchPart.usual

    @Option(help: "Entries of the audit log that is verified, half of them in the ledger.")
    var entries = 1_000_000

    @Option(help: "Open alerts of the measurement of escalation.")
    var openAlerts = 100_000

    @Option(help: "How many of them are due at the same moment.")
    var dueAlerts = 10_000

    @Option(help: "Ratings of the bulk import beside live traffic, of part load.")
    var imported = 1_000_000

    @Option(help: "Episodes of the network whose pages are measured.")
    var episodes = 100_000

    @Option(
        help: """
            Kafka to measure with in place of the local one, HOST:PORT, reached without TLS: a cluster with none of \
            Attune's topics, which stay there. For scale, load and costs.
            """)
    var kafka: String?

    @Option(help: "File for the figures as JSON, besides the table.")
    var json: String?

    func validate() throws {
        guard (1000...1_000_000).contains(ratings), (1...600).contains(seconds) else {
            throw ValidationError("--ratings 1000 to 1000000, --seconds 1 to 600")
        }
        guard replayed >= 1000, let first = history.first, first >= 1000, history == history.sorted() else {
            throw ValidationError("--replayed 1000 or more, --history 1000 or more, shortest first")
        }
        guard (1...1_000_000).contains(openAlerts), (1...openAlerts).contains(dueAlerts) else {
            throw ValidationError("--open-alerts 1 to 1000000, --due-alerts 1 to as many")
        }
        guard (2000...1_000_000).contains(episodes) else { throw ValidationError("--episodes 2000 to 1000000") }
        guard (1000...10_000_000).contains(imported) else { throw ValidationError("--imported 1000 to 10000000") }
        guard kafka == nil || only.allSatisfy(\.isAboutScale) else {
            throw ValidationError("--kafka goes with scale, load and costs, which share a database: name them by --only")
        }
        guard (1000...10_000_000).contains(entries) else { throw ValidationError("--entries 1000 to 10000000") }
    }

    func run() throws {
        var report = BenchReport()
        if only.contains(.scoring) { report.add(try CourseBench().figures()) }
        if only.contains(.replay) {
            try inFolder { report.add(try ReplayBench(events: replayed, folder: $0).figures()) }
        }
        if only.contains(where: \.needsServices) { try measureStack(into: &report) }
        if only.contains(.history) {
            try withStack { stack, files in
                let catalogue = try Catalogue.load(siteFolder: files.catalogue.path)
                report.add(try HistoryBench(stack: stack, sizes: history, catalogue: catalogue).figures())
            }
        }
        if only.contains(.pages) {
            try withStack { stack, files in
                let catalogue = try Catalogue.load(siteFolder: files.catalogue.path)
                let bench = Bench(stack: stack, ratings: ratings, seconds: seconds)
                report.add(try PageBench(bench: bench, catalogue: catalogue, episodes: episodes).figures())
            }
        }
        if only.contains(where: \.isAboutAlerts) { try measureAlerts(into: &report) }
        if only.contains(where: \.isAboutScale) { try measureScale(into: &report) }
        print(report.table)
        print(String(decoding: report.json.encoded, as: UTF8.self))
        if let json { try Data(report.json.encoded).write(to: URL(fileURLWithPath: json)) }
    }

    private func measureStack(into report: inout BenchReport) throws {
        try withStack { stack, _ in
            let bench = Bench(stack: stack, ratings: ratings, seconds: seconds)
            if only.contains(.memory) { report.add(try bench.memory("idle")) }
            if only.contains(.ingestion) { report.add(try bench.ingestion()) }
            if only.contains(.pipeline) { report.add(try bench.pipeline()) }
            if only.contains(.latency) { report.add(try bench.latency()) }
            if only.contains(.memory) { report.add(try bench.memory("after load")) }
            if only.contains(.startUp) { report.add(try bench.startUp()) }
            if only.contains(.verify) { report.add(try bench.verify(entries: entries)) }
        }
    }

    /// Escalation comes last: it makes alerts out of nothing.
    private func measureAlerts(into report: inout BenchReport) throws {
        try withStack { stack, _ in
            let bench = Bench(stack: stack, ratings: ratings, seconds: seconds)
            if only.contains(.notices) { report.add(try NoticeBench(bench: bench).figures()) }
            if only.contains(.receivers) { report.add(try ReceiverBench(bench: bench).figures()) }
            if only.contains(.escalation) {
                report.add(try EscalationBench(bench: bench, open: openAlerts, due: dueAlerts).figures())
            }
        }
    }

    private func measureScale(into report: inout BenchReport) throws {
        if kafka == nil {
            note("bench: the local Kafka slows down the longer it runs (docs/capacity.md); --kafka names another")
        }
        try withStack { stack, _ in
            let bench = Bench(stack: stack, ratings: ratings, seconds: seconds)
            if only.contains(.costs) { report.add(try CostBench(bench: bench).figures()) }
            if only.contains(.load) { report.add(try LoadBench(bench: bench, imported: imported).figures()) }
            if only.contains(.scale) { report.add(try ScaleBench(bench: bench).figures()) }
        }
    }

    /// A stack of its own, gone afterwards.
    private func withStack(_ body: (LocalStack, SiteFiles) throws -> Void) throws {
        try inFolder { folder in
            let files = SiteFiles(URL(fileURLWithPath: site))
            if let kafka { try BenchKafka.checkUnused(kafka) }
            let stack = LocalStack(
                StackSettings(
                    folder: folder, programs: try DemoCommand.programs(), catalogue: files.catalogue, routes: files.routes,
                    kafka: kafka.map { .external(bootstrapServers: $0) } ?? .local),
                report: { note("bench: \($0)") })
            defer { stack.stop() }
            try stack.start()
            try body(stack, files)
        }
    }

    private func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attune-bench-\(UUID().uuidString.prefix(8))")
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }
}

/// What can be measured on its own.
enum BenchPart: String, CaseIterable, ExpressibleByArgument {
    case scoring, replay, memory, ingestion, pipeline, latency
    case startUp = "start-up"
    case verify, history, pages, notices, receivers, escalation
    case scale, load, costs

    /// All but those that take long or are about planning.
    static let usual = allCases.filter { !$0.isAboutScale }

    /// About many workers, much load and what it costs: `make bench-scale`.
    fileprivate var isAboutScale: Bool {
        switch self {
        case .scale, .load, .costs: true
        case .scoring, .replay, .memory, .ingestion, .pipeline, .latency, .startUp, .verify, .history, .pages, .notices,
            .receivers, .escalation: false
        }
    }

    /// Whether the services that `Bench` measures have to run for it.
    fileprivate var needsServices: Bool {
        switch self {
        case .scoring, .replay, .history, .pages, .notices, .receivers, .escalation, .scale, .load, .costs: false
        case .memory, .ingestion, .pipeline, .latency, .startUp, .verify: true
        }
    }

    /// Whether it is about alerts that are told and passed on.
    fileprivate var isAboutAlerts: Bool {
        switch self {
        case .notices, .receivers, .escalation: true
        case .scoring, .replay, .memory, .ingestion, .pipeline, .latency, .startUp, .verify, .history, .pages, .scale,
            .load, .costs: false
        }
    }
}

/// One measured value.
struct Figure {
    let name: String
    let value: Double
    let unit: String
    /// The same unit; nil where there is nothing to compare with.
    var floor: Double?
}

struct BenchReport {
    private(set) var figures: [Figure] = []

    mutating func add(_ figures: [Figure]) { self.figures += figures }

    var table: String {
        let rows = figures.map { figure in
            let ratio = figure.floor.map { String(format: "%12.1f %8.2f", $0, figure.value / $0) } ?? ""
            return pad(figure.name, 58) + String(format: "%12.1f", figure.value) + " " + pad(figure.unit, 10) + ratio
        }
        return ([pad("figure", 58) + "       value unit              floor    ratio"] + rows).joined(separator: "\n")
    }

    var json: JSON {
        .array(
            figures.map { figure in
                [
                    "name": .string(figure.name), "value": .string(String(format: "%.3f", figure.value)),
                    "unit": .string(figure.unit), "floor": .text(figure.floor.map { String(format: "%.3f", $0) }),
                ]
            })
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
