import ClientText
import Contracts
import Domain
import Foundation
import LocalStack
import Persistence
import Testing

/// A client's words from the request to their end, with real processes.
@Suite(.serialized) struct ErasureTests {
    /// Found nowhere else.
    private static let words = "Zanzibarxylophone wakes me at night"
    private static let trace = "Zanzibarxylophone"

    @Test func whatAClientWroteIsNowhereInPlainAndAfterErasureNobodyCanReadIt() throws {
        let system = try SystemStack("erasure")
        let token = try system.token(site: "north", role: "clinician")
        let (episode, participant) = (UUID().uuidString.lowercased(), UUID().uuidString.lowercased())
        #expect(
            try system.call(
                .post, .ingestion, "/v1/episodes", token: token,
                body: """
                    {"episodeId": "\(episode)", "site": "north", "service": "adult", "openedOn": "2026-01-05",
                     "clinician": "c-1", "participants": [{"participantId": "\(participant)", "role": "self", "ageBand": "adult"}]}
                    """
            ).status == 201)
        let rating = UUID().uuidString.lowercased()
        func rate(_ id: String, comment: String) throws -> Int {
            try system.call(
                .post, .ingestion, "/v1/episodes/\(episode)/ratings", token: token,
                body: """
                    {"ratingId": "\(id)", "participantId": "\(participant)", "instrument": "ors", "version": "2000",
                     "session": 1, "day": "2026-02-01", "total": 12.5, "comment": "\(comment)"}
                    """
            ).status
        }
        #expect(try rate(rating, comment: Self.words) == 201)
        #expect(try rate(rating, comment: Self.words) == 200)
        #expect(try rate(rating, comment: Self.words + ".") == 409)
        // A malformed line is refused without being quoted in a log.
        #expect(try rate("no id", comment: Self.words) == 422)
        _ = try system.drained()
        try lookEverywhere(system)

        let masters = try MasterKeys(text: String(contentsOf: system.stack.keys.contentKeys, encoding: .utf8))
        #expect(try read(episode, system, masters) == Self.words)
        try system.stack.runOperator(["hold", "place", participant, "--by", "lawyer", "--reason", "case 17"], logTo: "hold")
        let erase = ["erase", participant, "--by", "op-1", "--reason", "letter of 3 May", "--apply"]
        #expect(throws: (any Error).self) { try system.stack.runOperator(erase, logTo: "refused") }
        #expect(try read(episode, system, masters) == Self.words)
        try system.stack.runOperator(["hold", "lift", participant, "--by", "lawyer", "--reason", "closed"], logTo: "hold")
        try system.stack.runOperator(erase, logTo: "erase")
        #expect(throws: ClientTextError.erased) { try read(episode, system, masters) }
        #expect(try rate(rating, comment: Self.words) == 409, "nobody can tell any more whether it is the same")

        // The erasure and what went before it are leaves of the audit log, which verifies.
        let leaves = "select count(*) from published.audit_leaf where episode_id = '\(episode)' and type like 'attune.client.%'"
        #expect(try system.eventually { try system.count(leaves) == 4 })
        #expect(throws: Never.self) {
            try system.stack.runOperator(
                ["audit", "verify", "--key-file", system.stack.keys.auditVerifier.path], logTo: "verify")
        }
        #expect(try system.count("select count(*) from published.quarantine") == 0)
        try lookEverywhere(system)
    }

    /// What the client wrote in the episode's first rating.
    private func read(_ episode: String, _ system: SystemStack, _ masters: MasterKeys) throws -> String? {
        let connection = try system.database()
        defer { connection.close() }
        let id = try #require(EpisodeID(episode))
        let event = try #require(
            try Ledger.events(stream: id, category: .episode, on: connection).first {
                $0.type == EventType.ratingRecorded.rawValue
            })
        guard case .ratingRecorded(let rating) = try EpisodeEventCodec.decode(event.payload, type: .ratingRecorded).event
        else { return nil }
        return try ClientKeyStore.comment(of: rating, in: event.id, masters: masters, on: connection)
    }

    /// Every table, every topic and every file that the system has written, the files of the database among them.
    private func lookEverywhere(_ system: SystemStack) throws {
        let connection = try system.database()
        defer { connection.close() }
        let hex = Self.trace.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let tables = try connection.run(
            """
            select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
            """
        ).map { try $0.text(0) }
        #expect(tables.count > 15)
        for table in tables {
            let found = try connection.run(
                Statement("select count(*) from \(table) t where t::text ilike '%\(Self.trace)%' or t::text ilike '%\(hex)%'"))
            #expect(try found.only().int64(0) == 0, "the words stand in \(table)")
        }
        try connection.script("checkpoint")
        let topics = try TopicDump.bytes(kafka: system.stack.endpoints.kafka)
        #expect(!topics.isEmpty)
        #expect(topics.range(of: Data(Self.trace.utf8)) == nil, "the words stand in a topic")
        var files = 0
        let all = try #require(FileManager.default.enumerator(at: system.folder, includingPropertiesForKeys: [.isRegularFileKey]))
        for case let file as URL in all {
            guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true,
                let data = try? Data(contentsOf: file, options: .mappedIfSafe)
            else { continue }
            files += 1
            #expect(data.range(of: Data(Self.trace.utf8)) == nil, "the words stand in \(file.lastPathComponent)")
        }
        #expect(files > 100)
    }
}
