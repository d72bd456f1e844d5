import Domain
import Foundation
import LocalStack
import ServiceKit
import TestSupport
import Testing

/// The OpenAPI documents drive generated requests, good and bad, against live services: none may fail, and none may answer
/// anything that its document does not name.
@Suite(.serialized) struct ContractPropertyTests {
    private static let packages = PythonPackages("schemathesis-4.32.5", ["schemathesis==4.32.5"])

    private static let hooks = TestPrograms.checkout.appending(path: "Tests/Peers/contract_hooks.py").path

    /// One service, and who asks it about what.
    private struct Run {
        let service: StackService
        let role: String
        /// Values of path parameters that lead somewhere.
        var known: [String: String] = [:]
    }

    private static let options = [
        "--checks",
        "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
            + "response_schema_conformance,negative_data_rejection,ignored_auth",
        "--phases", "examples,coverage,fuzzing", "--max-examples", "20", "--seed", "1", "--generation-database", "none",
        "--continue-on-failure", "--no-shrink", "--no-color", "--warnings", "off", "--suppress-health-check", "all",
    ]

    @Test(.enabled(if: packages.install(), "schemathesis cannot be installed from PyPI here"))
    func everyAnswerToGeneratedRequestsIsDocumented() async throws {
        let system = try SystemStack("properties")
        let (episode, rating) = try Self.record(system)
        _ = try system.drained()
        let connection = try system.database()
        let leaf = try connection.run("select event_id::text from published.audit_leaf limit 1").only().text(0)
        connection.close()
        let runs = [
            Run(service: .ingestion, role: "clinician", known: ["episode": episode, "rating": rating]),
            Run(service: .alerting, role: "supervisor", known: ["alert": try Self.alert(system)]),
            Run(service: .notification, role: "clinician"),
            Run(service: .audit, role: "auditor", known: ["eventId": leaf]),
            Run(service: .scoring, role: "operator"),
        ]
        let prepared = try runs.map { run in
            (run.service, try system.url(run.service), try Self.configuration(run, in: system))
        }
        try await withThrowingTaskGroup(of: (StackService, Int32, String).self) { tasks in
            for (service, url, file) in prepared {
                tasks.addTask {
                    let verdict = try Self.packages.run(
                        ["-m", "schemathesis.cli", "--config-file", file.path, "run", url + "/openapi.yaml"] + Self.options,
                        within: 300)
                    return (service, verdict.status, verdict.output)
                }
            }
            for try await (service, status, output) in tasks {
                #expect(status == 0, "\(service): \(output)")
            }
        }
        for run in runs {
            let metrics = try system.call(.get, run.service, "/metrics", token: nil).response
            for line in String(decoding: metrics.body, as: UTF8.self).split(separator: "\n") where line.hasPrefix("attune_http_requests_total") { print(run.service, line) }
        }
        // Everything that was accepted can be handled.
        _ = try system.drained()
        #expect(try system.count("select count(*) from published.quarantine") == 0)
    }

    private static func configuration(_ run: Run, in system: SystemStack) throws -> URL {
        let token = try system.token(site: "north", role: run.role)
        let known = run.known.map { "\"path.\($0.key)\" = \"\($0.value)\"\n" }.joined()
        let file = system.folder.appending(path: "\(run.service.rawValue).schemathesis.toml")
        // Whatever a batch holds, each of its lines is refused on its own.
        let batch = "[[operations]]\ninclude-path = \"/v1/ratings/batch\"\nchecks.negative_data_rejection.enabled = false\n"
        try Data("hooks = \"\(hooks)\"\nheaders = { Authorization = \"Bearer \(token)\" }\n[parameters]\n\(known)\(batch)".utf8).write(to: file)
        return file
    }

    /// An episode with a rating that is dangerous, so that there is an alert.
    private static func record(_ system: SystemStack) throws -> (episode: String, rating: String) {
        let token = try system.token(site: "north", role: "clinician")
        let (episode, participant, rating) = (newID(), newID(), newID())
        let opening = """
            {"episodeId": "\(episode)", "site": "north", "service": "adult", "openedOn": "2026-01-05", "clinician": "clinician-1",
             "participants": [{"participantId": "\(participant)", "role": "self", "ageBand": "adult"}]}
            """
        let answers = """
            {"ratingId": "\(rating)", "participantId": "\(participant)", "instrument": "phq-9", "version": "2001",
             "session": 1, "day": "2026-02-01", "items": [1, 1, 1, 1, 1, 1, 1, 1, 3]}
            """
        let opened = try system.call(.post, .ingestion, "/v1/episodes", token: token, body: opening)
        let rated = try system.call(.post, .ingestion, "/v1/episodes/\(episode)/ratings", token: token, body: answers)
        try #require(opened.status == 201 && rated.status == 201, "\(opened) \(rated)")
        return (episode, rating)
    }

    private static func newID() -> String { UUID().uuidString.lowercased() }

    /// The id of the first alert that is listed.
    private static func alert(_ system: SystemStack) throws -> String {
        let list = try system.call(
            .get, .alerting, "/v1/alerts", token: try system.token(site: "north", role: "supervisor")).json
        guard case .array(let alerts)? = list?["alerts"], case .string(let id)? = alerts.first?["alertId"] else {
            throw StackError.notStarted
        }
        return id
    }
}
