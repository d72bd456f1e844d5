import Foundation
import Persistence
import ServiceKit
import TestSupport
import Testing

/// `attune quarantine` as an operator calls it.
@Suite struct QuarantineCommandTests {
    /// Two episodes of scoring for one reason, one for another, and one of alerting.
    private func bench() throws -> TestDatabase {
        let database = try TestDatabase.make()
        let admin = try database.connect()
        func park(_ schema: String, _ key: Int, _ offset: Int, _ state: String, _ code: String) throws {
            try admin.run(
                Statement(
                    """
                    insert into \(schema).quarantine (cluster_id, topic, partition, "offset", record_key, headers, payload,
                        state, reason_code, reason, attempts)
                    values ('cluster', 'attune.episode-events.v1', 3, $1, $2, $3::text::jsonb, '\\x0102', $4, $5, 'a reason', 1)
                    """),
                [
                    .int64(Int64(offset)), .bytes([UInt8(key)]),
                    .text(#"[{"name": "ce_id", "text": "e1"}, {"name": "ce_subject", "text": "whose it is"}]"#),
                    .text(state), .text(code),
                ])
        }
        try park("scoring", 1, 10, "failed", "unknown_instrument")
        try park("scoring", 1, 11, "waiting", "behind_failed")
        try park("scoring", 2, 12, "failed", "unknown_instrument")
        try park("scoring", 1, 13, "waiting", "behind_failed")
        try park("scoring", 3, 14, "failed", "malformed")
        try park("alerting", 1, 5, "failed", "malformed")
        return database
    }

    private func attune(_ database: TestDatabase, _ arguments: String..., role: String = "attune_operator") async throws -> Program.Ending {
        try await Program.attune(
            ["quarantine"] + arguments,
            environment: ["ATTUNE_DATABASE_URL": database.url, "ATTUNE_DATABASE_ROLE": role])
    }

    private func requested(_ database: TestDatabase) throws -> [Int64] {
        try database.connect().run(
            "select quarantine_id from scoring.quarantine where retry_requested_by = 'op-1' order by 1"
        ).map { try $0.int64(0) }
    }

    @Test func `The list counts by service, reason and episode, and says who waits`() async throws {
        let database = try bench()
        let list = try await attune(database, "list")
        #expect(list.status == 0, "\(list.errors)")
        #expect(list.lines[0] == "attune-alerting  malformed: 1 episode, 1 failed, 0 waiting")
        #expect(list.output.contains("attune-scoring  unknown_instrument: 2 episodes, 2 failed, 2 waiting"))
        #expect(list.output.contains("scoring-1  attune.episode-events.v1 [3] @10"))
        #expect(!list.output.contains("whose it is"))
        let json = try JSON.parse(Array(try await attune(database, "list", "--group", "scoring", "--code", "unknown_instrument", "--json").output.utf8))
        #expect(
            json["classes"] == [
                ["group": "attune-scoring", "code": "unknown_instrument", "episodes": 2, "failed": 2, "waiting": 2]
            ])
        guard case .array(let episodes)? = json["episodes"] else { throw Missing() }
        #expect(episodes.map { $0["id"] } == ["scoring-1", "scoring-3"])
        #expect(episodes[0]["waiting"] == ["scoring-2", "scoring-4"])
        let nothing = try await attune(database, "list", "--code", "nonsense")
        #expect(nothing.status == 0)
        #expect(nothing.output == "nothing is in quarantine\n")
    }

    @Test func `One event is shown with its headers but the episode's, and its payload only to who may read it`() async throws {
        let database = try bench()
        let shown = try await attune(database, "show", "scoring-1")
        #expect(shown.status == 0, "\(shown.errors)")
        #expect(shown.output.contains("unknown_instrument: a reason"))
        #expect(shown.output.contains(#"{"name":"ce_id","text":"e1"}"#))
        #expect(!shown.output.contains("whose it is"))
        #expect(shown.output.contains("scoring-2") && shown.output.contains("scoring-4"))
        #expect(shown.output.contains("2 bytes"))
        #expect(!shown.output.contains("AQI="))
        let refused = try await attune(database, "show", "scoring-1", "--payload")
        #expect(refused.status == 1)
        #expect(refused.output.isEmpty)
        #expect(refused.errors.contains("--role attune_scoring"))
        let service = try await attune(database, "show", "scoring-1", "--payload", role: "attune_scoring")
        #expect(service.status == 0, "\(service.errors)")
        #expect(service.output.contains("AQI="))
        #expect(try await attune(database, "show", "scoring-99").status == 1)
        #expect(try await attune(database, "show", "nonsense").status == 64)
    }

    @Test func `Without --apply a retry only says what it would do`() async throws {
        let database = try bench()
        let said = try await attune(database, "retry", "--code", "unknown_instrument")
        #expect(said.status == 0, "\(said.errors)")
        #expect(said.output.contains("2 episodes, 2 failed, 2 waiting"))
        #expect(said.output.contains("nothing was changed"))
        #expect(try requested(database).isEmpty)
        #expect(try await attune(database, "retry", "--apply").status == 64, "nobody asks anonymously")
        let behind = try await attune(database, "retry", "--id", "scoring-2", "--apply", "--by", "op-1")
        #expect(behind.status == 1)
        #expect(behind.errors.contains("scoring-2 waits behind scoring-1"))
        #expect(try requested(database).isEmpty)
    }

    @Test func `With --apply the fronts that fit are asked for, and those alone`() async throws {
        let database = try bench()
        let asked = try await attune(database, "retry", "--group", "scoring", "--code", "unknown_instrument", "--apply", "--by", "op-1")
        #expect(asked.status == 0, "\(asked.errors)")
        #expect(asked.output.contains("asked for 2 of 2 episodes"))
        #expect(try requested(database) == [1, 3])
        #expect(try await attune(database, "list").output.contains("op-1 has asked for it"))
    }

    @Test func `Who waits for a retry is told of what failed again, and of what nobody takes up`() async throws {
        let database = try bench()
        let late = try await attune(database, "retry", "--id", "scoring-5", "--apply", "--by", "op-1", "--wait", "1")
        #expect(late.status == 1)
        #expect(late.output.contains("not decided after 1 s"))
        let admin = try database.connect()
        try admin.script(
            """
            create function scoring.again() returns trigger language plpgsql as $$
            begin
                if new.quarantine_id = 3 then
                    new.retry_requested_at := null;
                    new.reason := 'failed once more';
                else
                    new.state := 'released';
                    new.settled_at := now();
                end if;
                return new;
            end $$;
            create trigger again before update of retry_requested_at on scoring.quarantine
                for each row execute function scoring.again();
            """)
        let failed = try await attune(database, "retry", "--id", "scoring-3", "--apply", "--by", "op-1", "--wait", "60")
        #expect(failed.status == 1)
        #expect(failed.output.contains("failed again: scoring-3  unknown_instrument: failed once more"))
        let done = try await attune(database, "retry", "--id", "scoring-5", "--apply", "--by", "op-1", "--wait", "60")
        #expect(done.status == 0, "\(done.errors)")
        #expect(done.output.contains("resumed 1 events"))
    }

    @Test func `Discarding needs a name and a reason, keeps both, and has the rest go on`() async throws {
        let database = try bench()
        #expect(try await attune(database, "discard", "--apply", "--by", "op-1", "--reason", "r").status == 64)
        #expect(try await attune(database, "discard", "--id", "scoring-1", "--apply", "--by", "op-1").status == 64)
        let said = try await attune(database, "discard", "--id", "scoring-1")
        #expect(said.status == 0)
        #expect(said.output.contains("nothing was changed"))
        let done = try await attune(
            database, "discard", "--id", "scoring-1", "--apply", "--by", "op-1", "--reason", "sent by mistake")
        #expect(done.status == 0, "\(done.errors)")
        #expect(done.output.contains("discarded 1"))
        #expect(try requested(database) == [2], "the next one is asked for")
        let shown = try await attune(database, "show", "scoring-1")
        #expect(shown.output.contains("by op-1: sent by mistake"))
    }

    @Test func `Without a database the status is 2`() async throws {
        let away = try await Program.attune(
            ["quarantine", "list"], environment: ["ATTUNE_DATABASE_URL": "postgresql://attune@127.0.0.1:9/attune"])
        #expect(away.status == 2)
        #expect(away.output.isEmpty)
    }
}

private struct Missing: Error {}
