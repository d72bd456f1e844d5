import ArgumentParser
import Foundation
import LocalStack

/// A rolling upgrade from an older version's programs to these, under load, and an exact check afterwards.
struct UpgradeTrialCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade-trial",
        abstract: "Upgrade a system of its own from older programs to these under load, and check that nothing is lost.",
        discussion: """
            Starts a private PostgreSQL, a Kafka in memory and all services from the older programs, brings the schema up \
            with this `attune`, and replaces service by service, in the order of docs/upgrades.md, while clinics post and \
            clinicians answer. Of each service both versions run side by side for a while. Then `attune doctor` looks.

            Status 0: nothing was lost, nothing refused, every check is exact. Otherwise 1, and the folder is kept. \
            `make upgrade` builds the older programs.
            """)

    @Option(help: "Folder with the programs of the older version.")
    var from: String

    @Option(help: "Decides the load.")
    var seed: UInt64 = 1

    @Option(help: "Commands a second.")
    var rate = 60

    @Option(help: "Commands to be accepted while a service runs in both versions.")
    var beside = 300

    @Flag(help: "Go back to the older programs afterwards, where they start with the newer schema.")
    var back = false

    @Option(help: "Minutes that anything may take.")
    var patience = 10.0

    @Option(help: "Folder with the sample site's files.")
    var site = "deploy/local"

    func validate() throws {
        guard (1...1000).contains(rate), (1...100_000).contains(beside), (0.1...1440).contains(patience) else {
            throw ValidationError("--rate 1 to 1000, --beside 1 to 100000, --patience 0.1 to 1440")
        }
    }

    func run() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("attune-upgrade-\(UUID().uuidString.prefix(8))")
        let files = SiteFiles(URL(fileURLWithPath: site))
        let stack = LocalStack(
            StackSettings(
                folder: folder, programs: URL(fileURLWithPath: from).resolvingSymlinksInPath(), catalogue: files.catalogue,
                routes: files.routes, postgres: .local(.throwaway), startLimit: .seconds(patience * 60)),
            report: { note("upgrade: \($0)") })
        defer { stack.stop() }
        try stack.start()
        let report = try UpgradeRun(
            stack: stack, newer: DemoCommand.programs(), seed: seed, rate: rate, commandsBeside: beside, goesBack: back,
            patience: patience * 60
        ).report()
        print(report.text)
        guard report.isExact else {
            note("upgrade: not exact; logs and files are kept in \(folder.path)")
            throw ExitCode(1)
        }
        stack.stop()
        try FileManager.default.removeItem(at: folder)
    }
}
