import ArgumentParser
import Persistence

/// Brings the database to the schema of this version.
struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Create or update the schema, roles and views.",
        discussion: """
            Needs a login that may make roles and tables, in ATTUNE_DATABASE_URL. Applies the numbered steps that are \
            missing, each in one transaction; running it again changes nothing.
            """)

    @OptionGroup var database: DatabaseOptions

    @Flag(help: "Only list what would be applied; status 1 if anything is.")
    var pending = false

    func run() throws {
        let connection = try database.connect()
        if pending {
            let missing = try Migrations.pending(on: connection)
            for migration in missing { print("\(migration.number) \(migration.name)") }
            if !missing.isEmpty { throw ExitCode(1) }
            return
        }
        let applied = try Migrations.apply(on: connection) { note("applying \($0.number) \($0.name)") }
        print(applied.isEmpty ? "the schema is current" : "applied \(applied.count) migrations")
    }
}
