import Foundation
@testable import Persistence
import TestSupport
import Testing

@Suite struct ConnectionTests {
    private let database: TestDatabase
    private let connection: Connection

    init() throws {
        database = try TestDatabase.make(isMigrated: false)
        connection = try database.connect()
        try connection.script("create table note (n int constraint note_once unique, body text check (body <> 'x'))")
    }

    private func error(_ body: () throws -> Void) -> DatabaseError? {
        #expect(throws: DatabaseError.self) { try body() }
    }

    private func endSession(of victim: Connection) throws {
        let pid = try victim.run("select pg_backend_pid()").only().int32(0)
        // Waits until the session is gone.
        try database.connect().run("select pg_terminate_backend($1, 10000)", [.int32(pid)])
    }

    @Test func aStatementOverItsLimitTimesOutAndTheConnectionLivesOn() throws {
        var settings = database.settings()
        settings.statementTimeout = .milliseconds(50)
        let hurried = try Connection(settings)
        let error = error { try hurried.run("select pg_sleep(60)") }
        #expect(error?.kind == .timedOut)
        #expect(error?.isTransient == true)
        #expect(try hurried.run("select 1").only().int32(0) == 1)
    }

    @Test func aServerThatDoesNotAnswerIsGivenUp() throws {
        var settings = database.settings()
        settings.statementTimeout = .zero
        let hurried = try Connection(settings)
        hurried.answerLimit = .milliseconds(50)
        #expect(error { try hurried.run("select pg_sleep(60)") }?.kind == .timedOut)
        hurried.answerLimit = nil
        #expect(try hurried.run("select 1").only().int32(0) == 1)
    }

    @Test func waitingTooLongForALockTimesOut() throws {
        var settings = database.settings()
        settings.lockTimeout = .milliseconds(50)
        let hurried = try Connection(settings)
        try connection.transaction { holder in
            try holder.script("lock table note")
            #expect(error { try hurried.run("select n from note") }?.kind == .timedOut)
        }
    }

    @Test func violationsNameTheConstraintAndNoValue() throws {
        let insert: Statement = "insert into note values ($1, $2)"
        try connection.run(insert, [.int32(4711), .text("a")])
        let unique = error { try connection.run(insert, [.int32(4711), .text("secret")]) }
        #expect(unique?.kind == .uniqueViolation(constraint: "note_once"))
        #expect(unique?.sqlState == "23505")
        let check = error { try connection.run(insert, [.int32(4712), .text("x")]) }
        #expect(check?.kind == .checkViolation(constraint: "note_body_check"))
        for text in [unique?.description, check?.description] {
            #expect(text?.contains("471") == false)
            #expect(text?.contains("secret") == false)
        }
    }

    @Test func aKilledSessionIsATransientErrorAndTheNextCallRecovers() throws {
        try endSession(of: connection)
        let error = error { try connection.run("select 1") }
        #expect(error?.isTransient == true)
        #expect([.adminShutdown, .unreachable].contains(error?.kind))
        #expect(try connection.run("select 1").only().int32(0) == 1)
        #expect(connection.isUsable)
    }

    @Test func aKilledSessionShowsWithoutAskingTheServer() throws {
        #expect(connection.isUsable)
        try endSession(of: connection)
        #expect(!connection.isUsable)
        // Nothing was lost with it, so the next call needs no error.
        #expect(try connection.run("select 1").only().int32(0) == 1)
        #expect(connection.isUsable)
    }

    @Test func aSessionLostInsideATransactionIsNotReplacedBeforeItsEnd() throws {
        let failure = error {
            try connection.transaction { connection in
                try connection.run("insert into note values (1, 'first half')")
                try endSession(of: connection)
                _ = try? connection.run("select 1")
                try connection.run("insert into note values (2, 'second half')")
            }
        }
        #expect(failure?.kind == .unreachable)
        #expect(try connection.run("select count(*) from note").only().int64(0) == 0)
    }

    @Test func aConnectionLostDuringCommitSaysThatTheOutcomeIsUnknown() throws {
        let failure = error {
            try connection.transaction { connection in
                try connection.run("insert into note values (1, 'a')")
                try endSession(of: connection)
            }
        }
        #expect(failure?.isCommitUncertain == true)
        #expect(failure?.isTransient == true)
    }

    @Test func whatABodyThrowsUndoesItsTransactionAndComesOutUnchanged() throws {
        struct Refused: Error {}
        #expect(throws: Refused.self) {
            try connection.transaction { connection in
                try connection.run("insert into note values (1, 'a')")
                throw Refused()
            }
        }
        #expect(try connection.run("select count(*) from note").only().int64(0) == 0)
        let value = try connection.transaction { connection in
            try connection.run("insert into note values (1, 'a')").affectedRows
        }
        #expect(value == 1)
        #expect(try connection.run("select count(*) from note").only().int64(0) == 1)
    }

    @Test func aCommitAfterASwallowedErrorDoesNotPassForSuccess() throws {
        let failure = error {
            try connection.transaction { connection in
                try connection.run("insert into note values (1, 'a')")
                _ = try? connection.run("select 1 / 0")
            }
        }
        #expect(failure?.kind == .transactionAborted)
        #expect(try connection.run("select count(*) from note").only().int64(0) == 0)
    }

    @Test func aRuleCheckedAtCommitComesOut() throws {
        try connection.script("create table later (n int constraint later_once unique deferrable initially deferred)")
        let failure = error {
            _ = try connection.transaction { try $0.run("insert into later values (1), (1)") }
        }
        #expect(failure?.kind == .uniqueViolation(constraint: "later_once"))
        #expect(failure?.isCommitUncertain == false)
    }

    @Test func aNotificationIsHeardAlsoAfterTheSessionWasLost() throws {
        try connection.listen("attune_test")
        let other = try database.connect()
        try other.run("select pg_notify('attune_test', '')")
        #expect(try connection.waitForNotification(upTo: .seconds(30)))
        #expect(try !connection.waitForNotification(upTo: .zero))

        try endSession(of: connection)
        _ = try? connection.run("select 1")
        try connection.run("select 1")
        try other.run("select pg_notify('attune_test', '')")
        // One that comes while a statement runs is not lost.
        try connection.run("select 1")
        #expect(try connection.waitForNotification(upTo: .seconds(30)))
    }

    @Test func aChangedTableDoesNotBreakAPreparedStatementForGood() throws {
        let statement: Statement = "select * from note"
        try connection.run(statement)
        try connection.script("alter table note add column more int")
        _ = try? connection.run(statement)
        #expect(try connection.run(statement, []).isEmpty)
    }

    @Test func theConnectionStringIsNeverTold() throws {
        var settings = DatabaseSettings(
            url: "postgresql://nobody:hunter2@127.0.0.1:1/none", connectTimeout: .seconds(2))
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!(dumped + "\(settings)" + String(reflecting: settings)).contains("hunter2"))
        let refused = error { _ = try Connection(settings) }
        #expect(refused?.kind == .unreachable)
        #expect(refused?.description.contains("hunter2") == false)
        settings.url = "hunter2 is not a connection string"
        #expect(error { _ = try Connection(settings) }?.description.contains("hunter2") == false)
    }

    @Test func sessionsCarryTheirLimitsRoleAndName() throws {
        try connection.script("create role \"\(database.name) reader\"")
        defer { try? connection.script("drop role \"\(database.name) reader\"") }
        var settings = database.settings(role: "\(database.name) reader")
        settings.url += settings.url.contains("?") ? "&" : "?"
        settings.url += "options=-c%20work_mem%3D7MB"
        settings.idleInTransactionTimeout = .seconds(7)
        let session = try Connection(settings)
        let row = try session.run(
            """
            select current_user::text, current_setting('statement_timeout'), current_setting('lock_timeout'),
                   current_setting('idle_in_transaction_session_timeout'), current_setting('application_name'),
                   current_setting('work_mem')
            """
        ).only()
        #expect(try row.text(0) == "\(database.name) reader")
        #expect(try (1...5).map(row.text) == ["10s", "5s", "7s", database.name, "7MB"])
    }
}
