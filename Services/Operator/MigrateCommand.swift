import ArgumentParser
import Persistence

/// Brings the database to the schema of this version.
struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Create or update the schema, roles and views.",
        discussion: """
            Needs a login that may make roles and tables, in ATTUNE_DATABASE_URL. Applies the numbered steps that are \
            missing; running it again changes nothing. Services go on meanwhile: a lock that cannot be had within a second \
            is let go and tried for again, and what is in the way is named.
            """)

    @OptionGroup var database: DatabaseOptions

    @Flag(help: "Only list what would be applied; status 1 if anything is.")
    var pending = false

    @Option(help: "Seconds for which the locks of one step are tried for.")
    var patience = 600

    func run() throws {
        let connection = try database.connect()
        if pending {
            let missing = try Migrations.pending(on: connection)
            for migration in missing { print("\(migration.number) \(migration.name)") }
            if !missing.isEmpty { throw ExitCode(1) }
            return
        }
        let applied = try Migrations.apply(on: connection, patience: .seconds(patience)) { progress in
            switch progress {
            case .applied(let migration): note("applied \(migration.number) \(migration.name)")
            case .waiting(let reason): note("waiting: \(reason)")
            }
        }
        print(applied.isEmpty ? "the schema is current" : "applied \(applied.count) migrations")
    }
}
