import Foundation
import ServiceKit
import Testing

@testable import attune

@Suite struct DoctorCommandTests {
    private func doctor(_ bench: DoctorBench, _ arguments: String...) async throws -> Program.Ending {
        try await Program.attune(
            ["doctor"] + arguments,
            environment: ["ATTUNE_DATABASE_URL": bench.database.url, "ATTUNE_DATABASE_ROLE": "attune_operator"])
    }

    @Test func `A sound system is exact, in every check, and the status is 0`() async throws {
        let (bench, _) = try DoctorBench.settled()
        let ending = try await doctor(bench, "--json", "--settled")
        #expect(ending.status == 0, "\(ending.errors) \(ending.output)")
        let report = try JSON.parse(Array(ending.output.utf8))
        guard case .array(let checks)? = report["checks"] else {
            Issue.record("no checks")
            return
        }
        #expect(checks.map { $0["name"] } == CheckName.allCases.map { .string($0.rawValue) })
        for check in checks {
            for member in ["differences", "pending", "undecidable"] { #expect(check[member] == 0) }
            #expect(check["findings"] == [])
        }
        #expect(report["exact"] == true)
        let text = try await doctor(bench, "--only", "streams", "--only", "alerts")
        #expect(text.lines.count == 4, "\(text.output)")
        #expect(text.lines.last == "exact")
    }

    @Test func `A difference is printed, with status 1; no more of them than asked for`() async throws {
        let (bench, episodes) = try DoctorBench.settled()
        try bench.damage("update scoring.trajectory set point_count = 0")
        let json = try await doctor(bench, "--json", "--only", "trajectories", "--findings", "1")
        #expect(json.status == 1)
        let report = try JSON.parse(Array(json.output.utf8))
        #expect(report["exact"] == false)
        guard case .array(let checks)? = report["checks"], case .array(let findings)? = checks.first?["findings"] else {
            Issue.record("no checks")
            return
        }
        #expect(checks.first?["differences"] == 5)
        #expect(findings.count == 1)
        let text = try await doctor(bench, "--only", "trajectories", "--findings", "1")
        #expect(text.output.contains("episode \(episodes[0])"))
        #expect(text.output.contains("and 4 more"))
        #expect(text.lines.last == "NOT exact: 5 differences")
    }

    @Test func `Records in quarantine are no difference, and have a status of their own`() async throws {
        let (bench, _) = try DoctorBench.settled()
        try bench.damage(
            """
            insert into audit.quarantine (cluster_id, topic, partition, "offset", record_key, headers, state,
                reason_code, reason)
            values ('c', 't', 0, 1, 'no episode', '[]', 'failed', 'malformed', 'ce_id: header is missing')
            """)
        let ending = try await doctor(bench, "--settled")
        #expect(ending.status == 3, "\(ending.errors) \(ending.output)")
        #expect(ending.lines.last == "exact, but records wait in quarantine")
    }

    @Test func `Who cannot look says so, with status 2, and wrong arguments are refused`() async throws {
        let unset = try await Program.attune(["doctor"])
        #expect(unset.status == 64)
        #expect(unset.errors.contains("ATTUNE_DATABASE_URL"))
        let secret = "a-password-nobody-may-see"
        let away = try await Program.attune(
            ["doctor"], environment: ["ATTUNE_DATABASE_URL": "postgresql://attune:\(secret)@127.0.0.1:9/attune"])
        #expect(away.status == 2)
        #expect(!(away.errors + away.output).contains(secret))
        #expect(try await Program.attune(["doctor", "--only", "horoscope"]).status == 64)
        let bench = try DoctorBench()
        #expect(try await doctor(bench, "--accepted", "/nowhere").status == 2)
        #expect(try await doctor(bench, "--key-file", "/nowhere").status == 2)
        #expect(try await doctor(bench, "--site", "Not A Site").status == 64)
    }
}
