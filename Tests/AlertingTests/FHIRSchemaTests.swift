import Foundation
import Persistence
import ServiceKit
import Testing

@testable import attune_alerting

/// Everything that is served, validated by an implementation of FHIR R4 (4.0.1) that is not ours.
@Suite struct FHIRSchemaTests {
    @Test(.enabled(if: FHIRValidator.isAvailable, "fhir.resources 6.1.0 cannot be installed from PyPI here"))
    func `Every resource is valid FHIR R4`() async throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        try fixture.handle([
            treatment.rate(240, session: 1), treatment.rate(120, session: 2), treatment.screen(danger: 2, session: 2),
        ])
        let alerts = try fixture.alerts(of: treatment)
        try fixture.database.connect().script(
            """
            insert into notification.delivery (delivery_id, alert_id, episode_id, site, cause_event_id, kind, urgency,
                escalation_level, due_at, recipient, channel, status, next_attempt_at, created_at, finished_at, held_for)
            select gen_random_uuid(), alert_id, episode_id, site, cause_event_id, kind, 1, 0, now(), r, c, s, now(), now(),
                   case when s in ('delivered', 'failed', 'withdrawn') then now() end, case when h then 'quiet' end
            from alerting.alert, unnest(array['person:c-01', 'desk']) r, unnest(array['email', 'webhook', 'inbox']) c,
                 unnest(array['pending', 'sending', 'delivered', 'failed', 'withdrawn', 'withheld']) s, unnest(array[true, false]) h
            """)
        var documents: [JSON] = []
        try await AlertServer.run(fixture) { server in
            func get(_ path: String) async throws -> JSON {
                try #require(try await server.send(.get, path, below: "/fhir/R4").document)
            }
            let searches = ["/Flag?_count=1", "/Task", "/Communication", "/Flag?status=open", "/Flag?date=lt2020"]
            for path in ["/metadata"] + searches { documents.append(try await get(path)) }
            for step in [false, true] {
                for alert in alerts {
                    _ = try await step ? server.resolve(alert.id, "referred") : server.acknowledge(alert.id)
                    documents += [try await get("/Flag/\(alert.id)"), try await get("/Task/\(alert.id)")]
                }
            }
        }
        let verdict = try FHIRValidator.judge(documents)
        #expect(verdict.status == 0, "\(verdict.output)")
        let broken: JSON = ["resourceType": "Flag", "status": "active", "subject": ["display": "x"], "colour": "red"]
        #expect(try FHIRValidator.judge([broken]).status == 1, "the validator must be able to refuse")
    }
}

/// The models of the PyPI package fhir.resources, installed once beside the build.
private enum FHIRValidator {
    static let isAvailable: Bool = {
        if FileManager.default.fileExists(atPath: folder + "/fhir/resources/flag.py") { return true }
        let install = [
            "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", folder, "fhir.resources==6.1.0",
            "pydantic<2", "email-validator",
        ]
        return (try? run(install, input: ""))?.status == 0
    }()

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../.build/fhir.resources-6.1.0").standardized.path

    private static let script = """
        import json, sys
        from importlib import import_module
        from fhir.resources import __fhir_version__
        assert __fhir_version__ == "4.0.1", __fhir_version__
        faults = 0
        def check(document):
            global faults
            kind = document["resourceType"]
            try:
                getattr(import_module("fhir.resources." + kind.lower()), kind).parse_raw(json.dumps(document))
            except Exception as fault:
                faults += 1
                print(kind, fault)
        for line in sys.stdin:
            check(json.loads(line))
        sys.exit(1 if faults else 0)
        """

    static func judge(_ documents: [JSON]) throws -> (status: Int32, output: String) {
        try run(
            ["-c", script], input: documents.map { String(decoding: $0.encoded, as: UTF8.self) }.joined(separator: "\n"))
    }

    private static func run(_ arguments: [String], input: String) throws -> (status: Int32, output: String) {
        let files = FileManager.default.temporaryDirectory.appending(path: "fhir-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: files) }
        let (given, said) = (files.appending(path: "input"), files.appending(path: "output"))
        try Data(input.utf8).write(to: given)
        try Data().write(to: said)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["timeout", "60", "python3"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONPATH": folder]) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: given)
        process.standardOutput = try FileHandle(forWritingTo: said)
        process.standardError = try FileHandle(forWritingTo: said)
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, try String(contentsOf: said, encoding: .utf8))
    }
}
