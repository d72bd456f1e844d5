import Contracts
import Domain
import Foundation
import Testing

@testable import attune
@testable import AlertBook
@testable import attune_alerting

@Suite struct OverdueCommandTests {
    private func overdue(_ bench: DoctorBench, _ arguments: String...) async throws -> Program.Ending {
        try await Program.attune(
            ["alerts", "overdue"] + arguments,
            environment: ["ATTUNE_DATABASE_URL": bench.database.url, "ATTUNE_DATABASE_ROLE": "attune_operator"])
    }

    @Test func `What nobody answered, and what nobody closed, is listed; a script can tell`() async throws {
        let bench = try DoctorBench()
        let episode = try bench.open()
        try bench.rate(episode, 180, session: 1)
        try bench.rate(episode, 120, session: 2)
        try bench.settle()
        let none = try await overdue(bench)
        #expect((none.status, none.lines) == (0, ["no alert is overdue"]), "\(none.errors)")
        try bench.admin.script(
            "update alerting.alert set raised_at = now() - interval '20 d', first_due_at = now() - interval '30 h'")
        let late = try await overdue(bench, "--site", "north")
        #expect(late.status == 1)
        #expect(late.lines.first?.contains("deteriorating, raised, clinician c-01") == true, "\(late.output)")
        #expect(late.lines.first?.hasSuffix("overdue 1 d 6 h") == true, "\(late.output)")
        #expect(late.lines.last == "1 overdue, 0 answered and not closed")
        #expect(try await overdue(bench, "--site", "south").status == 0)
        let id = try bench.admin.run("select alert_id::text from alerting.alert").only().text(0)
        let json = try await overdue(bench, "--json")
        #expect(json.output.contains(#""overdue":[{"alertId":"\#(id)""#), "\(json.output)")
        try bench.answer(episode, .deteriorating) { try AlertAnswers.acknowledge($0, by: bench.clinician, on: $1) }
        let open = try await overdue(bench)
        #expect((open.status, open.lines.last) == (1, "0 overdue, 1 answered and not closed"))
        #expect(try await overdue(bench, "--unresolved-days", "0").status == 0)
        #expect(try await overdue(bench, "--unresolved-days", "30").status == 0)
        #expect(try await overdue(bench, "--site", "North Site").status == 64)
    }
}
