import ArgumentParser
import Domain
import Foundation
import LocalStack
import ServiceKit

/// Deliberate damage under load, and an exact check afterwards.
struct ChaosCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chaos",
        abstract: "Damage a system of its own under load, and check afterwards that nothing is lost or doubled.",
        discussion: """
            Starts a private PostgreSQL, a Kafka in memory and all services in a temporary folder. While clinics post \
            ratings, corrections and withdrawals and clinicians answer alerts, processes are killed and frozen, scoring \
            workers join and leave, the broker fails, hangs and is lost, the database restarts, cuts connections and has \
            its disk full, clocks step, and old deliveries come again. Then everything is healed, worked off, and \
            checked by `attune doctor`, which knows what was answered with 201.

            The seed decides which faults come in which order and what is posted; times depend on the machine. Clocks \
            are stepped where Debian's package faketime is installed.

            Status 0: every check is exact. Status 1: something differs; the folder is kept.
            """)

    @Option(help: "Minutes of damage.")
    var minutes = 5.0

    @Option(help: "Decides faults and load.")
    var seed: UInt64 = 1

    @Option(help: "Commands a second.")
    var rate = 60

    @Option(help: "Kinds of faults; default: all of them.")
    var only: [Fault.Kind] = []

    @Option(help: "Minutes that everything may take to be worked off afterwards.")
    var patience = 10.0

    @Option(help: "File for the report as JSON, besides the text.")
    var json: String?

    @Option(help: "Folder with the sample site's files.")
    var site = "deploy/local"

    func validate() throws {
        guard (0.1...1440).contains(minutes), (1...1000).contains(rate), (0.1...1440).contains(patience) else {
            throw ValidationError("--minutes and --patience 0.1 to 1440, --rate 1 to 1000")
        }
    }

    func run() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("attune-chaos-\(seed)-\(UUID().uuidString.prefix(8))")
        let files = SiteFiles(URL(fileURLWithPath: site))
        let stack = LocalStack(
            StackSettings(
                folder: folder, programs: try DemoCommand.programs(), catalogue: files.catalogue, routes: files.routes,
                postgres: .local(.throwaway), clockShim: ClockShim.installed, startLimit: .seconds(600)),
            report: { note("chaos: \($0)") })
        defer { stack.stop() }
        try stack.start()
        let run = ChaosRun(
            stack: stack, seed: seed, rate: rate, seconds: minutes * 60, patience: patience * 60,
            kinds: only.isEmpty ? Fault.Kind.allCases : only)
        let report = try run.report()
        print(report.text)
        if let json { try Data(report.json.encoded).write(to: URL(fileURLWithPath: json)) }
        guard report.isExact else {
            note("chaos: not exact; logs and files are kept in \(folder.path)")
            throw ExitCode(1)
        }
        stack.stop()
        try FileManager.default.removeItem(at: folder)
    }
}

extension Fault.Kind: ExpressibleByArgument {}

/// libfaketime, by which a process gets a clock of its own.
enum ClockShim {
    /// Nil where the package is not installed: clocks are then left alone.
    static var installed: URL? {
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib")) ?? []
        return folders.map { URL(fileURLWithPath: "/usr/lib/\($0)/faketime/libfaketimeMT.so.1") }
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }
}
