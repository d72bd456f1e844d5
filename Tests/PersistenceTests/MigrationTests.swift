import Foundation
import Logging
@testable import Persistence
import TestSupport
import Testing

@Suite struct MigrationTests {
    private let database: TestDatabase
    private let connection: Connection

    init() throws {
        database = try TestDatabase.make(isMigrated: false)
        connection = try database.connect()
    }

    @Test func everyFileOfTheFolderIsInTheList() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Shared/Persistence/Migrations").standardized
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        let expected = Migration.all.map { migration in
            String(repeating: "0", count: 4 - String(migration.number).count) + "\(migration.number)_\(migration.name).sql"
        }
        #expect(files == expected)
        for (file, migration) in zip(files, Migration.all) {
            #expect(try Data(contentsOf: folder.appending(path: file)) == Data(migration.sql))
        }
    }

    @Test func anEmptyDatabaseIsRefusedThenBroughtUpThenAccepted() throws {
        #expect(try Migrations.pending(on: connection).map(\.number) == Migration.all.map(\.number))
        #expect(throws: MigrationError.pending(Migration.all.map(\.number))) {
            try Migrations.requireCurrent(on: connection)
        }
        var told: [Int32] = []
        try Migrations.apply(on: connection) { if case .applied(let migration) = $0 { told.append(migration.number) } }
        #expect(told == Migration.all.map(\.number))
        #expect(try Migrations.apply(on: connection).isEmpty)
        for service in ["ingestion", "scoring", "alerting", "notification", "audit", "operator"] {
            let connection = try database.connect(role: "attune_\(service)")
            try Migrations.requireCurrent(on: connection)
            try Migrations.requireUsable(on: connection)
        }
        #expect(try connection.run("select current_setting('statement_timeout')").only().text(0) == "10s")
    }

    @Test func aChangedStepIsRefused() throws {
        _ = try Migrations.apply([step(1, "create table a ()")], on: connection)
        #expect(throws: MigrationError.checksumChanged(number: 1, name: "step")) {
            try Migrations.apply([step(1, "create table b ()")], on: connection)
        }
    }

    @Test func aDatabaseNewerThanTheProgramIsRefused() throws {
        _ = try Migrations.apply([step(1, "select"), step(2, "select")], on: connection)
        #expect(throws: MigrationError.databaseIsNewer(number: 2)) {
            try Migrations.pending(of: [step(1, "select")], on: connection)
        }
    }

    @Test func aStepMissingBeforeALaterOneIsRefused() throws {
        _ = try Migrations.apply([step(2, "select")], on: connection)
        #expect(throws: MigrationError.missing(number: 1)) {
            try Migrations.apply([step(1, "select"), step(2, "select")], on: connection)
        }
    }

    @Test func aStepThatFailsLeavesNothingAndThoseBeforeItStay() throws {
        let broken = [step(1, "create table a ()"), step(2, "create table b (); select 1 / 0")]
        #expect(throws: DatabaseError.self) { try Migrations.apply(broken, on: connection) }
        let row = try connection.run("select to_regclass('a') is null, to_regclass('b') is null").only()
        #expect(try !row.bool(0))
        #expect(try row.bool(1))
        #expect(try Migrations.pending(of: broken, on: connection).map(\.number) == [2])
    }

    @Test func runnersAtTheSameTimeApplyEachStepOnce() async throws {
        let pool = ConnectionPool(
            database.settings(), size: 4, acquireTimeout: .seconds(60),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let applied = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 { group.addTask { try await pool.with { try Migrations.apply(on: $0).count } } }
            return try await group.reduce(0, +)
        }
        #expect(applied == Migration.all.count)
        await pool.shutdown()
    }

    private func step(_ number: Int32, _ sql: String) -> Migration {
        Migration(number: number, name: "step", sql: Array(sql.utf8))
    }
}
