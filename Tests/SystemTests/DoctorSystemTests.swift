import Foundation
import LocalStack
import ServiceKit
import TestSupport
import Testing

/// Real processes under load, answered and corrected meanwhile; after the drain the doctor has nothing to say.
@Suite(.serialized) struct DoctorSystemTests {
    @Test func whatRealServicesMadeOfALoadIsExact() throws {
        let system = try SystemStack("doctor")
        let sender = try system.tokenFile(site: "north", role: "integration")
        let clinician = try system.token(site: "north", role: "clinician")
        let load = ManagedProcess(
            Command(
                name: "simulate", executable: TestPrograms.folder.appendingPathComponent("attune"),
                arguments: [
                    "simulate", "--rate", "60", "--seconds", "5", "--episodes", "10", "--url", try system.url(.ingestion),
                    "--token-file", sender.path, "--patience", "60",
                ], output: .file(system.folder.appendingPathComponent("simulate.json"))))
        try load.start()
        var noted: [String] = []
        var answered = 0
        while load.isRunning || noted.isEmpty {
            noted += try course(system, token: clinician)
            answered += try answerEveryOther(system, token: clinician, after: answered)
        }
        #expect(load.waitForEnd(within: .seconds(600))?.isSuccess == true, "\(load.logTail())")
        #expect(answered > 0)
        #expect(try system.drained().missing == [])

        let accepted = system.folder.appendingPathComponent("accepted.ndjson")
        try noted.joined(separator: "\n").write(to: accepted, atomically: true, encoding: .utf8)
        let report = try doctor(system, "--settled", "--accepted", accepted.path)
        #expect(report["exact"] == true, "\(String(decoding: report.encoded, as: UTF8.self))")
        guard case .array(let checks)? = report["checks"] else {
            Issue.record("a report without checks")
            return
        }
        #expect(checks.count == 7)
        for check in checks {
            #expect(check["findings"] == [], "\(String(decoding: check.encoded, as: UTF8.self))")
            #expect(check["undecidable"] == 0)
        }
    }

    /// One course that gets worse, is corrected and withdrawn in part, and ends; what was accepted, as lines.
    private func course(_ system: SystemStack, token: String) throws -> [String] {
        let (episode, participant) = (Self.newID(), Self.newID())
        var lines: [String] = []
        func send(_ path: String, _ body: String, _ kind: String, _ id: String) throws {
            let answer = try system.call(.post, .ingestion, path, token: token, body: body)
            #expect(answer.status == 201, "\(path): \(String(decoding: answer.response.body, as: UTF8.self))")
            guard case .string(let event)? = answer.json?["eventId"] else { return }
            lines.append(
                #"{"kind": "\#(kind)", "id": "\#(id)", "episodeId": "\#(episode)", "site": "north", "eventId": "\#(event)"}"#)
        }
        try send(
            "/v1/episodes",
            """
            {"episodeId": "\(episode)", "site": "north", "service": "adult", "openedOn": "2026-01-05", "clinician": "c-1",
             "participants": [{"participantId": "\(participant)", "role": "self", "ageBand": "adult"}]}
            """, "opening", episode)
        let ratings = (1...3).map { _ in Self.newID() }
        for (index, total) in [22.0, 12.0, 14.5].enumerated() {
            try send(
                "/v1/episodes/\(episode)/ratings",
                """
                {"ratingId": "\(ratings[index])", "participantId": "\(participant)", "instrument": "ors", "version": "2000",
                 "session": \(index + 1), "day": "2026-02-0\(index + 1)", "total": \(total)}
                """, "rating", ratings[index])
        }
        let correction = Self.newID()
        try send(
            "/v1/ratings/\(ratings[1])/corrections",
            """
            {"correctionId": "\(correction)", "episodeId": "\(episode)", "instrument": "ors", "version": "2000",
             "session": 2, "day": "2026-02-02", "total": 21.0, "reason": "entry_error"}
            """, "correction", correction)
        try send(
            "/v1/ratings/\(ratings[2])/withdrawal", #"{"episodeId": "\#(episode)", "reason": "client_request"}"#,
            "withdrawal", ratings[2])
        return lines
    }

    /// Acknowledges one open alert and resolves the next, in turn.
    private func answerEveryOther(_ system: SystemStack, token: String, after count: Int) throws -> Int {
        let open = try system.call(.get, .alerting, "/v1/alerts?site=north&status=raised&limit=2", token: token)
        guard case .array(let alerts)? = open.json?["alerts"] else { return 0 }
        for (index, alert) in alerts.enumerated() {
            guard case .string(let id)? = alert["alertId"] else { continue }
            let isResolved = (count + index) % 2 == 0
            // It may have been superseded meanwhile: then it is refused, which is right, too.
            _ = try system.call(
                .post, .alerting, "/v1/alerts/\(id)/\(isResolved ? "resolution" : "acknowledgement")", token: token,
                body: isResolved ? #"{"outcome": "no_action_needed"}"# : nil)
        }
        return alerts.count
    }

    /// As an operator calls it; the report.
    private func doctor(_ system: SystemStack, _ arguments: String...) throws -> JSON {
        // A difference is a status of its own: the report says more.
        let ran = Result {
            try system.stack.runOperator(
                [
                    "doctor", "--json", "--catalogue",
                    TestPrograms.checkout.appendingPathComponent("deploy/local/instruments").path, "--routes",
                    system.folder.appendingPathComponent("run/routes.yaml").path, "--key-file",
                    system.stack.keys.auditVerifier.path,
                ] + arguments, logTo: "doctor")
        }
        #expect(throws: Never.self) { try ran.get() }
        let log = try String(
            contentsOf: system.folder.appendingPathComponent("log/doctor.log"), encoding: .utf8)
        let line = try #require(log.split(separator: "\n").last { $0.hasPrefix("{") })
        return try JSON.parse(Array(line.utf8))
    }

    private static func newID() -> String { UUID().uuidString.lowercased() }
}
