import ArgumentParser
import Domain
import Foundation
import Persistence
import ServiceKit

/// `attune rebuild`: from the ledger what follows from it.
struct RebuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild", abstract: "Fold the ledger anew beside what a service keeps, compare, and replace.",
        subcommands: [RebuildScoringCommand.self, RebuildAlertingCommand.self, RebuildAuditCommand.self])
}

/// What the two have in common.
struct RebuildOptions: ParsableArguments {
    @Option(help: "Only episodes of this site; repeatable; default: all sites.")
    var site: [String] = []

    @Flag(help: "Compare with what the service keeps; status 1 if anything differs.")
    var compare = false

    @Flag(name: .customLong("switch"), help: "Replace what differs, page by page, while the service runs.")
    var replaces = false

    @Flag(help: "Go on where earlier work was interrupted; only with the same program and the same figures.")
    var resume = false

    @Option(help: "Write the differences here, one JSON object a line: table, finding, key, columns; no content.")
    var out: String?

    @OptionGroup var database: DatabaseOptions

    static let role = "attune_rebuild"

    static let discussion = """
        Folds every episode of the ledger into tables of schema "rebuild", page by page, and touches nothing else. With \
        --compare it tells which rows differ, byte for byte, at the version that the service has come to; with --switch \
        it puts the folded rows in their place. The service may run: it waits for a page, and no batch is lost. Nothing \
        is published, raised or notified.

        Works in the role attune_rebuild whatever ATTUNE_DATABASE_ROLE says, since operators may not write what services \
        keep; the login needs `grant attune_rebuild to LOGIN`. Status: 0 all is well, 1 something differs, or could not \
        be folded or reached.
        """

    func validate() throws {
        _ = try scope()
        if out != nil, !compare, !replaces { throw ValidationError("--out needs --compare or --switch.") }
    }

    private func scope() throws -> LedgerScope {
        LedgerScope(sites: site.isEmpty ? nil : try site.map { try SiteID(argument: $0) })
    }

    /// Does all that was asked for.
    func run(_ command: String, _ projections: () throws -> [any Projection]) throws {
        var isWell = true
        do {
            let projections = try projections()
            let connection = try connect()
            let differences = try out.map(DifferenceFile.init)
            defer { differences?.close() }
            let rebuilds = try projections.map { projection in
                Rebuild(projection: projection, scope: try scope(), connection: connection) { difference in
                    try differences?.write(difference)
                }
            }
            for rebuild in rebuilds { try rebuild.build(resuming: resume) }
            if compare {
                for rebuild in rebuilds {
                    let report = try rebuild.compare()
                    print(report.text(isDone: false))
                    isWell = isWell && report.differences == 0 && report.unfolded.isEmpty
                }
            }
            if replaces {
                isWell = true
                for rebuild in rebuilds {
                    let report = try rebuild.replace()
                    print(report.text(isDone: true))
                    isWell = isWell && report.unfolded.isEmpty
                }
            }
            if !compare, !replaces { note("folded; --compare tells what differs") }
        } catch let error as ValidationError {
            throw error
        } catch {
            note("attune rebuild \(command): \(error)")
            throw ExitCode(1)
        }
        if !isWell { throw ExitCode(1) }
    }

    private func connect() throws -> Connection {
        var settings = try database.settings()
        settings.role = database.role ?? Self.role
        // A batch may wait for Kafka, and this waits for the batch.
        settings.lockTimeout = .seconds(60)
        settings.idleInTransactionTimeout = DatabaseOptions.statementLimit
        settings.prefersIndexes = true
        let connection = try Connection(settings)
        try Migrations.requireCurrent(on: connection)
        // Two would empty each other's tables. The session holds it.
        guard try connection.run("select pg_try_advisory_lock(4178, 9)").only().bool(0) else { throw AnotherRebuild() }
        return connection
    }

    private struct AnotherRebuild: Error, CustomStringConvertible {
        let description = "another rebuild is running on this database"
    }
}

/// `attune rebuild scoring`.
struct RebuildScoringCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scoring", abstract: "Fold every course anew from the ledger.",
        discussion: """
            Courses are scored by the catalogue at hand: give the folder that attune-scoring has. A course that was \
            scored by other figures than today's differs.

            \(RebuildOptions.discussion)
            """)

    @OptionGroup var rebuild: RebuildOptions
    @OptionGroup var options: ModelOptions

    func run() throws {
        try rebuild.run("scoring") { [ScoredCourses(catalogue: try options.loadCatalogue())] }
    }
}

/// `attune rebuild alerting`.
struct RebuildAlertingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerting", abstract: "Fold the newest state of every alert anew from the ledger.",
        discussion: """
            Alerts follow from their events. What alerting remembers of each course, so that it raises once, follows \
            from scoring the course with the catalogue at hand. A course that alerting does not hold is remembered up to \
            what was recorded --settled seconds ago, since later trajectories may still be on their way to it and must \
            not pass for seen: let alerting catch up first (attune status).

            \(RebuildOptions.discussion)
            """)

    @Option(help: "Seconds after which alerting has surely looked at what was recorded.")
    var settled = 600

    @OptionGroup var rebuild: RebuildOptions
    @OptionGroup var options: ModelOptions

    func validate() throws {
        guard (0...864_000).contains(settled) else { throw ValidationError("--settled must be 0 to 864000 seconds.") }
    }

    func run() throws {
        try rebuild.run("alerting") {
            [
                AlertRows(),
                AlertedCourses(
                    catalogue: try options.loadCatalogue(), settled: Timestamp.now.advanced(bySeconds: -Int64(settled))),
            ]
        }
    }
}

/// Differences as NDJSON.
private final class DifferenceFile {
    private let file: FileHandle

    init(_ path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let file = FileHandle(forWritingAtPath: path)
        else { throw ValidationError("\(path) cannot be written.") }
        self.file = file
    }

    func write(_ difference: ProjectedTable.Difference) throws {
        try file.write(contentsOf: Data(difference.line + [UInt8(ascii: "\n")]))
    }

    func close() { try? file.close() }
}
