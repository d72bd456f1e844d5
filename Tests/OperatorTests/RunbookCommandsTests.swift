import Foundation
import ServiceKit
import TestSupport
import Testing

/// What docs/runbooks tells somebody to type at night is understood by the programs as they are.
@Suite struct RunbookCommandsTests {
    @Test func `Every command, address, statement and name of the runbooks is known`() throws {
        let database = try TestDatabase.make()
        let connection = try database.connect()
        let pages = try RunbookPage.all()
        #expect(pages.count >= 18)
        var programs: [String: Int] = [:]
        for page in pages {
            for fault in try RunbookFaults.of(page, on: connection) { Issue.record("\(fault)") }
            for program in RunbookFaults.programs(of: page) { programs[program, default: 0] += 1 }
        }
        // None of them went by unseen.
        for (program, least) in ["attune": 55, "curl": 5, "psql": 5, "docker": 15, "kubectl": 12] {
            #expect(programs[program, default: 0] >= least, "\(program): \(programs[program, default: 0])")
        }
    }

    @Test(arguments: [
        ("    attune quarantein list", "attune quarantein list"), ("    attune status --secnds 10", "--secnds"),
        ("    attune status --seconds 100", "--seconds must be"), ("    attune status   # again with --slowly", "--slowly"),
        ("    attune notify deliveries --alert WHICH", "WHICH stands for nothing"),
        ("run `attune audit unseal` then", "no command attune audit unseal"),
        ("run `attune quarantine\nretry --cod unknown_instrument` then", "--cod"),
        ("with `--nonsense`", "--nonsense"), ("    curl -s http://scoring:8080/redy", "attune-scoring: no /redy"),
        ("    curl -s http://…:8080/v1/alerts", "attune-portal, attune-scoring: no /v1/alerts"),
        ("    psql \"$URL\" -c \"select slotname\n                from pg_replication_slots\"", "slotname"),
        ("see `attune_kafka_refused_total`", "attune_kafka_refused_total"), ("see `ledger.lanes`", "ledger.lanes"),
        ("set `ATTUNE_RELAY_ON_NEWCLUSTER=halt`", "ATTUNE_RELAY_ON_NEWCLUSTER"),
        ("by `POST /v1/ratings/bulk`", "/v1/ratings/bulk"),
    ])
    func `A page with something that is not known is found out`(text: String, fault: String) throws {
        let database = try TestDatabase.make()
        let page = RunbookPage(name: "made-up", text: "**First look**\n\n\(text)\n")
        let faults = try RunbookFaults.of(page, on: database.connect())
        #expect(faults.count == 1 && faults.first?.contains(fault) == true, "\(faults)")
    }

    @Test func `The page about tokens has every reason but that they have expired`() throws {
        let page = try RunbookPage(named: "tokens")
        let rows = page.text.components(separatedBy: "\n").filter { $0.hasPrefix("| `") }
        let reasons = rows.flatMap { row in
            row.split(separator: "|")[0].matches(of: /`([A-Za-z]+)`/).map { String($0.output.1) }
        }
        #expect(Set(reasons) == Set(TokenRefusal.allCases.map(\.rawValue)).subtracting(["expired"]))
        #expect(reasons.count == Set(reasons).count)
    }
}
