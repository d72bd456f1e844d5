import Foundation
import LocalStack
import Persistence
import Testing

/// What scoring and alerting keep is the same as what the ledger leads to, and can be replaced by it while they work.
@Suite(.serialized) struct RecoveryRebuildTests {
    @Test func whatServicesKeepFollowsFromTheLedgerAndIsReplacedWhileTheyRun() throws {
        let system = try SystemStack("rebuild")
        #expect(try system.send(seed: 1) == Sent(accepted: 120, known: 0))
        try correctAndAnswer(system)
        #expect(try system.drained().missing == [])
        for name in ["scoring", "alerting"] {
            let said = try system.follow(["rebuild", name, "--compare", "--settled", "0"].fit(name))
            #expect(said.contains("no row differs"), "\(said)")
        }

        let kept = try fingerprint(system)
        let notices = (system.stack.mails?.count ?? 0) + (system.stack.webhooks?.count ?? 0)
        let events = try system.count("select count(*) from published.event")
        try damage(system)
        for name in ["scoring", "alerting"] {
            #expect(throws: ProcessError.self) { try system.follow(["rebuild", name, "--compare", "--settled", "0"].fit(name)) }
        }
        // The cut between what is settled and the load is told in whole seconds: nothing may lie within them.
        #expect(try system.eventually {
            try system.count("select count(*) from published.event where recorded_at > now() - interval '5 s'") == 0
        })
        // While ratings of other episodes come in.
        let began = ContinuousClock.now
        let load = try system.load(seed: 2, seconds: 6)
        for step in try RecoverySteps(of: "Courses or alerts are in doubt").commands where step.contains("--switch") {
            // What was recorded before the load is settled, though not ten minutes old; the load itself is not.
            let settled = (ContinuousClock.now - began).components.seconds + 3
            try system.follow((step + ["--settled", "\(settled)"]).fit(step[1]))
        }
        #expect(load.waitForEnd(within: .seconds(600))?.isSuccess == true, "\(load.logTail())")
        let state = try system.drained()
        #expect(state.missing == [])
        #expect(state.points == state.ratings)
        #expect(try fingerprint(system) == kept)
        for name in ["scoring", "alerting"] {
            let said = try system.follow(["rebuild", name, "--compare", "--settled", "0"].fit(name))
            #expect(said.contains("no row differs"), "\(said)")
        }
        try system.expectNothingDoubled()
        // The episodes that were rebuilt have no event and nobody has had a notice because of it.
        let after = try system.count(
            "select count(*) from published.event where stream_id in (select b.episode_id from public.before_the_load b)")
        #expect(after == events)
        let delivered = try system.count("select count(*) from published.delivery where status = 'delivered' and \(Self.first)")
        #expect(delivered == notices)
    }

    /// Episodes from before the load.
    private static let first = "episode_id in (select episode_id from public.before_the_load)"

    /// A correction, a withdrawal, an alert acknowledged and one resolved.
    private func correctAndAnswer(_ system: SystemStack) throws {
        let clinician = try system.token(site: "north", role: "clinician")
        let (episode, client, rating) = (UUID(), UUID(), UUID())
        func send(_ path: String, _ body: String, _ service: StackService = .ingestion) throws -> Int {
            try system.call(.post, service, path, token: clinician, body: body.lowercasedIDs).status
        }
        #expect(
            try send(
                "/v1/episodes",
                """
                {"episodeId": "\(episode)", "site": "north", "service": "adult", "openedOn": "2026-01-05", "clinician": "c-1",
                 "participants": [{"participantId": "\(client)", "role": "self", "ageBand": "adult"}]}
                """) == 201)
        func rate(_ id: UUID, _ instrument: String, _ version: String, _ session: Int, _ answers: String) throws -> Int {
            try send(
                "/v1/episodes/\(episode.text)/ratings",
                """
                {"ratingId": "\(id)", "participantId": "\(client)", "instrument": "\(instrument)", "version": "\(version)",
                 "session": \(session), "day": "2026-02-0\(session)", \(answers)}
                """)
        }
        #expect(try rate(UUID(), "ors", "2000", 1, #""total": 22.0"#) == 201)
        #expect(try rate(rating, "ors", "2000", 2, #""total": 12.0"#) == 201)
        #expect(try rate(UUID(), "phq-9", "2001", 2, #""items": [1, 1, 1, 1, 1, 1, 1, 1, 2]"#) == 201)
        #expect(try system.eventually {
            try system.count("select count(*) from published.alert where episode_id = '\(episode)'") == 2
        })
        let ids = try system.database().run(
            Statement("select alert_id, rule like 'safety%' from published.alert where episode_id = '\(episode)'")).map { (id: try $0.uuid(0), isSafety: try $0.bool(1)) }
        for alert in ids {
            #expect(try send("/v1/alerts/\(alert.id.text)/acknowledgement", "{}", .alerting) == 200)
            guard alert.isSafety else { continue }
            #expect(
                try send("/v1/alerts/\(alert.id.text)/resolution", #"{"outcome": "discussed_with_client"}"#, .alerting) == 200)
        }
        #expect(
            try send(
                "/v1/ratings/\(rating.text)/corrections",
                """
                {"correctionId": "\(UUID())", "episodeId": "\(episode)", "instrument": "ors", "version": "2000", "session": 2,
                 "day": "2026-02-02", "total": 32.0, "reason": "entry_error"}
                """) == 201)
    }

    /// Of every row of the episodes from before the load, but for when it was last changed: a rebuilt row counts as changed.
    private func fingerprint(_ system: SystemStack) throws -> [Int] {
        let admin = try system.database()
        try admin.script(
            "create table if not exists public.before_the_load as select episode_id from published.scored_episode")
        return try ["scoring.episode", "scoring.trajectory", "alerting.course", "alerting.alert"].map { table in
            try system.count(
                """
                select coalesce(sum(hashtextextended((to_jsonb(t) - 'changed_at')::text, 0)::numeric % 1000000007), 0)::bigint
                from \(table) t where \(Self.first)
                """)
        }
    }

    private func damage(_ system: SystemStack) throws {
        try system.database().script(
            """
            update scoring.trajectory set body = 'x', version = version + 1
            where episode_id in (select episode_id from public.before_the_load order by 1 limit 3);
            delete from scoring.trajectory
            where episode_id in (select episode_id from public.before_the_load order by 1 offset 3 limit 2);
            delete from scoring.episode
            where episode_id in (select episode_id from public.before_the_load order by 1 offset 5 limit 2);
            update alerting.course set signals = ''
            where episode_id in (select episode_id from public.before_the_load order by 1 limit 3);
            delete from alerting.course
            where episode_id in (select episode_id from public.before_the_load order by 1 offset 3 limit 3);
            delete from alerting.alert where status = 'superseded';
            update alerting.alert set status = 'resolved', closed_by = 'nobody', closed_at = now() where status = 'raised';
            """)
    }
}

extension [String] {
    /// Only alerting has something to settle.
    fileprivate func fit(_ name: String) -> [String] { name == "alerting" ? self : Array(prefix { $0 != "--settled" }) }
}

extension UUID {
    fileprivate var text: String { uuidString.lowercased() }
}

extension String {
    /// Foundation writes ids in capitals.
    fileprivate var lowercasedIDs: String {
        replacing(/[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}/) { $0.output.0.lowercased() }
    }
}
