import Contracts
import Domain
import Foundation
import TestSupport
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

    @Test func `The metrics of attune-alerting count what the command lists`() async throws {
        let bench = try DoctorBench()
        let figures = Figures()
        let ask = { await figures.ask(OverdueFigures.question, of: bench.database, as: "attune_alerting") }
        let episode = try bench.open()
        try bench.rate(episode, 180, session: 1)
        try bench.rate(episode, 120, session: 2)
        try bench.settle()
        await ask()
        for kind in AlertKind.allCases {
            #expect(figures[#"attune_alerting_overdue_alerts{kind="\#(kind.rawValue)"}"#] == 0)
            #expect(figures[#"attune_alerting_longest_overdue_seconds{kind="\#(kind.rawValue)"}"#] == 0)
        }
        try bench.admin.script(
            "update alerting.alert set raised_at = now() - interval '20 d', first_due_at = now() - interval '30 h'")
        await ask()
        #expect(try await overdue(bench).lines.last == "1 overdue, 0 answered and not closed")
        #expect(figures[#"attune_alerting_overdue_alerts{kind="deteriorating"}"#] == 1)
        let seconds = try #require(figures[#"attune_alerting_longest_overdue_seconds{kind="deteriorating"}"#])
        #expect(seconds >= 30 * 3600)
        #expect(figures[#"attune_alerting_overdue_alerts{kind="safety"}"#] == 0)
        try bench.answer(episode, .deteriorating) { try AlertAnswers.acknowledge($0, by: bench.clinician, on: $1) }
        await ask()
        #expect(figures[#"attune_alerting_overdue_alerts{kind="deteriorating"}"#] == 0)
    }

    @Test func `Steps that rules ask for are counted from 0 for every kind`() {
        let figures = Figures()
        figures.registry.describe(AlertMetrics.descriptions)
        figures.measuring { AlertMetrics.start() }
        for kind in AlertKind.allCases {
            #expect(figures[#"attune_alerting_steps_total{kind="\#(kind.rawValue)",step="raised"}"#] == 0)
            #expect(figures[#"attune_alerting_steps_total{kind="\#(kind.rawValue)",step="escalated"}"#] == 0)
        }
        #expect(figures.registry.namingProblems == [])
    }
}
