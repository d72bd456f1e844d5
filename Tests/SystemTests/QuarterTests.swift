import Foundation
import LocalStack
import ServiceKit
import TestSupport
import Testing

/// Real programs under a simulated clock, and three counts of what happened that know nothing of each other.
@Suite struct QuarterTests {
    private func number(_ json: JSON?) -> Int {
        guard case .number(let number)? = json else { return -1 }
        return number.integer.flatMap { Int(exactly: $0) } ?? -1
    }

    /// Runs `attune` to its end.
    /// - Returns: what it wrote to standard output and standard error, and whether it ended with status 0.
    private func attune(_ arguments: [String]) throws -> (text: String, isSuccess: Bool) {
        let log = FileManager.default.temporaryDirectory.appending(path: "attune-quarter-\(UUID()).log")
        defer { try? FileManager.default.removeItem(at: log) }
        let command = Command(
            name: "attune", executable: TestPrograms.folder.appending(path: "attune"), arguments: arguments,
            output: .file(log))
        let isSuccess = (try? ManagedProcess.run(command, within: .seconds(600))) != nil
        return (try String(contentsOf: log, encoding: .utf8), isSuccess)
    }

    private func document(_ text: String) throws -> JSON {
        let line = try #require(text.split(separator: "\n").last { $0.hasPrefix("{") })
        return try JSON.parse(Array(line.utf8))
    }

    /// As Debian's package faketime brings it; deploy/local/test.sh installs it.
    private static let hasClock = ((try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib")) ?? [])
        .contains { FileManager.default.fileExists(atPath: "/usr/lib/\($0)/faketime/libfaketimeMT.so.1") }

    @Test(.enabled(if: hasClock, "needs Debian's package faketime"))
    func `In four simulated weeks the report tells what was answered, and an export of the ledger tells the same`()
        throws
    {
        let bundle = FileManager.default.temporaryDirectory.appending(path: "attune-quarter-\(UUID())")
        defer { try? FileManager.default.removeItem(at: bundle) }
        let site = TestPrograms.checkout.appending(path: "deploy/local").path
        let run = try attune([
            "loop", "quarter", "--weeks", "4", "--courses", "30", "--json", "--bundle", bundle.path, "--site", site,
        ])
        // Status 0: events, rows and answers agree.
        #expect(run.isSuccess, "\(run.text)")
        let result = try document(run.text)
        let report = try #require(result["report"])
        #expect(number(report["all"]?["raised"]) > 5, "\(run.text)")
        #expect(
            number(report["all"]?["acknowledged"]) > 0
                && number(report["all"]?["delivered"]) * 2 > number(report["all"]?["raised"]))

        // The exported events, counted by nothing of the report's.
        var types: [String: Int] = [:]
        for line in try String(contentsOf: bundle.appending(path: "events.ndjson"), encoding: .utf8).split(
            separator: "\n")
        {
            let event = try JSON.parse(Array(line.utf8))
            let category = number(event["category"])
            guard category == 2 || category == 3, case .string(let type)? = event["type"] else { continue }
            types[type, default: 0] += 1
            guard case .string(let time)? = event["recordedAt"] else { continue }
            #expect(time >= "2026-07-01T" && time < "2026-07-30T", "recorded at \(time), outside the simulated weeks")
        }
        guard case .object(let events)? = report["events"] else { return #expect(Bool(false), "no events") }
        #expect(Dictionary(uniqueKeysWithValues: events.map { ($0.name, number($0.value)) }) == types)
        #expect(number(report["all"]?["raised"]) == types["attune.alert.raised.v1"])

        // The same report without a system.
        let told = try attune(["loop", "report", "--bundle", bundle.path, "--json"])
        #expect(told.isSuccess, "\(told.text)")
        #expect(try document(told.text)["events"] == report["events"])
        #expect(number(try document(told.text)["all"]?["resolved"]) == number(report["all"]?["resolved"]))
    }
}
