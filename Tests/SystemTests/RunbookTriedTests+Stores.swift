import Foundation
import LocalStack
import Outbound
import Persistence
import TestSupport
import Testing

/// The database, what it takes in, and who may ask.
extension RunbookTriedTests {
    @Test func `database: a session that holds a lock is named, and ended it holds nobody up`() throws {
        let page = try RunbookOnTrial.open("database")
        let (system, clinic) = (page.system, try page.trial.clinic())
        try page.trial.whileLocked("alerting.course, alerting.alert", mode: "access exclusive") { session in
            #expect(try clinic.rate(session: 1).status == 201)
            // A service that waits gives up after some seconds and tries again.
            var look = try page.firstLook()
            #expect(try system.eventually {
                if look["pg_blocking_pids"].text.contains("{\(session)}") { return true }
                look = try page.firstLook()
                return false
            }, "\(look["pg_blocking_pids"].text)")
            #expect(look["wait_event_type"].text.contains(/active +\| Lock/), "\(look["wait_event_type"].text)")
            #expect(look["docker"].text.contains("postgres running"))
            let ended = try page.run(#"psql "$URL" -Atc 'select pg_terminate_backend(\#(session))'"#)
            #expect(ended.text == "t\n", "\(ended.text)")
        }
        #expect(try system.drained().missing == [])
    }

    @Test func `database: services that have lost it say so, and are ready by themselves when it is back`() throws {
        let page = try RunbookOnTrial.open("database")
        let (system, clinic) = (page.system, try page.trial.clinic())
        system.stack.killDatabase()
        for service in StackService.allCases {
            let away = "the database is not reachable"
            #expect(try system.eventually { page.trial.answer(service, "/ready").contains(away) }, "\(service)")
        }
        #expect(try clinic.rate(session: 1).status == 503)
        let look = try page.firstLook()
        #expect(look["docker"].text.contains("postgres exited"))
        #expect(look["wait_event_type"].status == 2, "psql has nobody to ask")

        try system.stack.bringBackDatabase()
        for service in StackService.allCases { try system.stack.waitUntilReady(service) }
        #expect(try clinic.rate(session: 1).status == 201)
        #expect(try system.drained().missing == [])
    }

    @Test func `requests: refused while the ledger is locked, which the log and the status say`() throws {
        let page = try RunbookOnTrial.open("requests")
        let (system, clinic, id) = (page.system, try page.trial.clinic(), UUID())
        try page.trial.whileLocked("ledger.event", mode: "share row exclusive") { _ in
            let refused = try clinic.rate(session: 1, id: id)
            #expect(refused.status == 503)
            #expect(refused.header("Retry-After") != nil)
            let look = try page.firstLook()
            #expect(look["docker"].text.contains("/v1/episodes/"), "the log names the route: \(look["docker"].text)")
            #expect(look["attune status"].text.contains(/ingestion +/), "\(look["attune status"].text)")
        }
        #expect(try clinic.rate(session: 1, id: id).status == 201)
        #expect(try system.drained().missing == [])
        #expect(try page.firstLook()["attune status"].text.contains(/ingestion +ready/))
    }

    @Test func `capacity: a replication slot that nobody reads is seen and dropped, and the ledger is given room`() throws {
        let page = try RunbookOnTrial.open("capacity")
        func sql(_ text: String) throws -> String { try page.run(#"psql "$URL" -Atc "\#(text)""#).text }
        #expect(try !sql("select pg_create_physical_replication_slot('gone', true)").contains("ERROR"))
        let look = try page.firstLook()
        #expect(look["pg_database_size"].text.contains(/\d+ MB/))
        #expect(look["pg_replication_slots"].text.contains(/gone +\| f +\| \d+/), "\(look["pg_replication_slots"].text)")
        #expect(look["curl"].text.contains(/process_open_fds(\{.*\})? \d+/), "\(look["curl"].text)")
        #expect(look["curl"].text.contains("attune_metrics_series_refused_total"))

        #expect(try !sql("select pg_drop_replication_slot('gone')").contains("ERROR"))
        #expect(try !page.firstLook()["pg_replication_slots"].text.contains("gone"))
        let room = try page.follow(#"psql "$URL" -c 'select ledger.extend_events()'"#)
        #expect(room.text.contains(/\n +[1-9]\d{6,}\n/), "\(room.text)")
    }

    @Test func `tokens: of a new key they are refused until it stands beside the old one`() throws {
        var page = try RunbookOnTrial.open("tokens")
        let (system, keys) = (page.system, page.system.stack.keys)
        let clinic = try page.trial.clinic()
        let next = page.trial.folder.appendingPathComponent("next")
        page.values.merge(["DIR": next.path, "NAME": StackSettings.auditOrigin]) { $1 }
        let made = try page.follow("attune keys make --directory DIR --audit-origin NAME")
        #expect(made.status == 0, "\(made.text)")
        let token = page.trial.folder.appendingPathComponent("next.token")
        let signed = try page.run(
            """
            attune token --key \(next.path)/token-key.json --site north --role clinician --subject c-2 --output \(token.path)
            """)
        #expect(signed.status == 0, "\(signed.text)")
        let text = try String(contentsOf: token, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        func ask() throws -> Int {
            try system.call(.get, .ingestion, "/v1/episodes/\(clinic.episode)", token: text).status
        }
        let refused = #"attune_http_tokens_refused_total{reason="unknownKey"}"#
        func count() -> Double {
            let line = page.trial.answer(.ingestion, "/metrics").split(separator: "\n").first { $0.hasPrefix(refused) }
            return Double(line?.split(separator: " ").last ?? "0") ?? 0
        }
        let before = count()
        #expect(try ask() == 401)
        #expect(count() == before + 1)

        let old = try Data(contentsOf: keys.keySet)
        defer { try? old.write(to: keys.keySet, options: .atomic) }
        let both = try page.run("jq -s '{keys: map(.keys[])}' jwks.json \(next.path)/jwks.json >both && mv both jwks.json")
        #expect(both.status == 0, "\(both.text)")
        #expect(try system.eventually { try ask() == 200 })
        let after = count()
        #expect(try ask() == 200)
        #expect(count() == after)
    }
}
