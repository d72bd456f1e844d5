import ArgumentParser
import Foundation
import LocalStack

/// Everything on one machine, with sample data.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Run everything on this machine, with a sample caseload.",
        discussion: """
            Starts a private PostgreSQL, a Kafka in memory, and the services, each as a process of its own; imports \
            the sample caseload and what has happened in a made-up network of three sites up to yesterday; waits until \
            everything accepted has been scored, alerted, notified and audited; prints what happened, and stays up until \
            Ctrl-C. A second run goes on from the first one's data, on the days of the first.

            The status is 0 when all of it came about.
            """)

    @Option(help: "Folder for data, logs and keys.")
    var folder = ".local"

    @Option(help: "Folder with the sample caseload and the site's files.")
    var site = "deploy/local"

    @Option(help: "A Kafka that is there already, as HOST:PORT; topics are created in it.")
    var kafka: String?

    @Option(help: "A database that is there already, as a libpq URL.")
    var postgres: String?

    @Option(help: "Seconds that the pipeline may take for the caseload.")
    var limit = 180

    @Flag(help: "End when everything has come about. So it does without a terminal, too.")
    var exit = false

    func validate() throws {
        guard (1...86_400).contains(limit) else { throw ValidationError("--limit must be 1 to 86400 seconds.") }
    }

    func run() async throws {
        let interruption = Interruption()
        let stays = !exit && isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
        let demo = Demo(
            settings: try settings(), site: SiteFiles(URL(fileURLWithPath: site)), limit: .seconds(limit),
            stays: stays, interruption: interruption)
        // It waits for processes, which would hold one of the few threads of the task pool.
        let status = await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: demo.run()) }
            thread.name = "attune-demo"
            thread.start()
        }
        if status != .success { throw status }
    }

    private func settings() throws -> StackSettings {
        let site = SiteFiles(URL(fileURLWithPath: site))
        return StackSettings(
            folder: URL(fileURLWithPath: folder), programs: try Self.programs(), catalogue: site.catalogue,
            routes: site.routes,
            kafka: kafka.map { .external(bootstrapServers: $0) } ?? .local,
            postgres: postgres.map { .external(url: $0) } ?? .local(.durable),
            environment: site.policies.map { ["ATTUNE_ALERT_POLICY_DIR": $0.path] } ?? [:])
    }

    /// The services are built beside this program.
    static func programs() throws -> URL {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: own).deletingLastPathComponent()
    }
}

/// The files of the sample site.
struct SiteFiles {
    let folder: URL

    init(_ folder: URL) { self.folder = folder }

    var catalogue: URL { folder.appendingPathComponent("instruments") }
    var routes: URL { folder.appendingPathComponent("routes.yaml") }

    /// Policies of sites that have their own; nil where there are none.
    var policies: URL? {
        let policies = folder.appendingPathComponent("policies")
        return FileManager.default.fileExists(atPath: policies.path) ? policies : nil
    }

    /// One file to import, with the map that explains its columns.
    struct Caseload {
        let file: URL
        let map: URL
        let site: String
    }

    var caseloads: [Caseload] {
        [("north", "ors-srs-wide"), ("south", "phq9-gad7-long")].map { site, name in
            let folder = folder.appendingPathComponent("caseload")
            return Caseload(
                file: folder.appendingPathComponent("\(name).csv"),
                map: folder.appendingPathComponent("\(name).map.yaml"), site: site)
        }
    }
}
