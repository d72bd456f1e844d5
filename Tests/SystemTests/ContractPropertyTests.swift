import Contracts
import Foundation
import LocalStack
import Persistence
import ServiceKit
import TestSupport
import Testing

/// The OpenAPI documents drive generated requests, good and bad, against live services: none may fail, and none may answer
/// anything that its document does not name.
@Suite(.serialized) struct ContractPropertyTests {
    private static let packages = PythonPackages("schemathesis-4.32.5", ["schemathesis==4.32.5"])
    private static let peers = TestPrograms.checkout.appending(path: "Tests/Peers")

    /// One service, and who asks it about what.
    private struct Run {
        let service: StackService
        let role: String
        var scopes: [Scope] = []
    }

    /// What is given to some operations, so that requests come as far as there is something to answer.
    private struct Scope {
        /// The end of their paths; nil for all others.
        var path: String?
        /// Path parameters.
        let known: [String: String]
        /// Headers and fields, given most of the time.
        var fitting: [String: String] = [:]
    }

    private struct Subject {
        let episode: String
        let participant: String
        let rating: String

        var known: [String: String] { ["episode": episode, "rating": rating] }

        var fitting: [String: String] {
            [
                "header.If-Match": "*", "body.participantId": participant, "body.site": "north", "body.instrument": "ors",
                "body.version": "2000", "body.day": "2026-03-01", "body.openedOn": "2026-02-28",
            ]
        }

        /// The same for those who name the episode in the body.
        var naming: [String: String] {
            fitting.merging(["body.episodeId": episode, "body.instrument": "phq-9", "body.version": "2001"]) { $1 }
        }
    }

    @Test(.enabled(if: packages.install(), "schemathesis cannot be installed from PyPI here"))
    func everyAnswerToGeneratedRequestsIsDocumented() async throws {
        let system = try SystemStack("properties")
        let (going, ending) = (try Self.record(system), try Self.record(system))
        _ = try system.drained()
        let connection = try system.database()
        let leaf = try connection.run("select event_id::text from published.audit_leaf limit 1").only().text(0)
        connection.close()
        let runs = [
            Run(
                service: .ingestion, role: "clinician",
                scopes: [
                    Scope(path: "/corrections", known: going.known, fitting: going.naming),
                    Scope(path: "/withdrawal", known: ending.known, fitting: ending.naming),
                    Scope(path: "/closure", known: ending.known, fitting: ending.fitting),
                    Scope(known: going.known, fitting: going.fitting),
                ]),
            Run(
                service: .alerting, role: "supervisor",
                scopes: [
                    Scope(path: "/(resolution|withdrawal)", known: ["alert": try Self.alert(of: ending.episode, system)]),
                    Scope(known: ["alert": try Self.alert(of: going.episode, system)]),
                ]),
            Run(service: .notification, role: "clinician"),
            Run(service: .audit, role: "auditor", scopes: [Scope(known: ["eventId": leaf])]),
            Run(service: .scoring, role: "operator"),
        ]
        let prepared = try runs.map { run in
            (run.service, try system.url(run.service), try Self.configuration(run, in: system))
        }
        try await withThrowingTaskGroup(of: (StackService, Int32, String).self) { tasks in
            for (service, url, file) in prepared {
                tasks.addTask {
                    let verdict = try Self.packages.run(
                        ["-m", "schemathesis.cli", "--config-file", file.path, "run", "--no-color", url + "/openapi.yaml"],
                        within: 300)
                    return (service, verdict.status, verdict.output)
                }
            }
            for try await (service, status, output) in tasks { #expect(status == 0, "\(service): \(output)") }
        }
        try Self.checkLedger(system)
        // Everything that was accepted can be handled.
        _ = try system.drained()
        #expect(try system.count("select count(*) from published.quarantine") == 0)
    }

    /// The requests came as far as the ledger, and every event stands on the topics that its contract names.
    private static func checkLedger(_ system: SystemStack) throws {
        let connection = try system.database()
        defer { connection.close() }
        let rows = try connection.run("select distinct type, category from published.event")
        for row in rows {
            let type = try #require(EventType(rawValue: try row.text(0)))
            let category = try #require(LedgerCategory(rawValue: try row.int16(1)))
            #expect(type.contract.topics.contains(Lane(category: category).topic), "\(type)")
        }
        #expect(rows.count >= 15, "few of the generated requests were accepted")
    }

    private static func configuration(_ run: Run, in system: SystemStack) throws -> URL {
        let token = try system.token(site: "north", role: run.role)
        var text = "hooks = \"\(peers.path)/contract-hooks.py\"\nheaders = { Authorization = \"Bearer \(token)\" }\n"
        text += try String(contentsOf: peers.appending(path: "contract-properties.toml"), encoding: .utf8)
        var dictionaries = ""
        for (number, scope) in run.scopes.enumerated() {
            text += scope.path.map { "[[operations]]\ninclude-path-regex = \"\($0)$\"\n[operations.parameters]\n" } ?? "[parameters]\n"
            text += scope.known.map { "\"path.\($0.key)\" = \"\($0.value)\"\n" }.joined()
            for (place, value) in scope.fitting {
                text += "\"\(place)\" = { dictionary = \"\(number) \(place)\", probability = 0.8 }\n"
                dictionaries += "\"\(number) \(place)\" = { values = [\"\(value)\"] }\n"
            }
        }
        text += "[dictionaries]\n" + dictionaries
        let file = system.folder.appending(path: "\(run.service.rawValue).schemathesis.toml")
        try Data(text.utf8).write(to: file)
        return file
    }

    /// An episode with a rating that is dangerous, so that there is an alert.
    private static func record(_ system: SystemStack) throws -> Subject {
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
        return Subject(episode: episode, participant: participant, rating: rating)
    }

    private static func newID() -> String { UUID().uuidString.lowercased() }

    /// The id of the episode's alert.
    private static func alert(of episode: String, _ system: SystemStack) throws -> String {
        let list = try system.call(
            .get, .alerting, "/v1/alerts?episode=\(episode)", token: try system.token(site: "north", role: "supervisor")).json
        guard case .array(let alerts)? = list?["alerts"], case .string(let id)? = alerts.first?["alertId"] else {
            throw StackError.notStarted
        }
        return id
    }
}
