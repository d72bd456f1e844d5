import Foundation
import LocalStack
import TestSupport
import Testing

/// A rolling upgrade from an older version's programs, under load: `attune upgrade-trial`. The programs are built by
/// deploy/local/older.sh; continuous integration gives those of the commit before.
@Suite(.serialized) struct UpgradeTests {
    private static let older = ProcessInfo.processInfo.environment["ATTUNE_OLD_PROGRAMS"].flatMap { $0.isEmpty ? nil : $0 }

    @Test(.enabled(if: older != nil, "ATTUNE_OLD_PROGRAMS names no programs of an older version: see make upgrade"))
    func `An upgrade under load loses nothing and refuses nothing, forward and back`() throws {
        let older = try #require(Self.older)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attune-upgrade-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let report = folder.appendingPathComponent("report")
        let run = ManagedProcess(
            Command(
                name: "upgrade-trial", executable: TestPrograms.folder.appendingPathComponent("attune"),
                arguments: [
                    "upgrade-trial", "--from", older, "--beside", "100", "--back", "--site",
                    TestPrograms.checkout.appendingPathComponent("deploy/local").path,
                ],
                output: .file(report)))
        try run.start()
        let ending = run.waitForEnd(within: .seconds(1500))
        let text = (try? String(contentsOf: report, encoding: .utf8)) ?? ""
        print(text)
        #expect(ending?.isSuccess == true, "\(text)")
        #expect(text.contains("nothing lost, nothing refused"))
    }

    @Test func `Services start beside a step of a newer version, and not beside one that ends it`() throws {
        let system = try SystemStack("newer")
        let database = try system.database()
        func newerStep(servesFrom: Int) throws {
            try database.script(
                """
                insert into public.attune_migration (number, name, sha256, serves_from)
                values (9999, 'of tomorrow', sha256(''), \(servesFrom))
                on conflict (number) do update set serves_from = excluded.serves_from
                """)
        }
        try newerStep(servesFrom: 0)
        // Each waits until it is ready.
        for service in StackService.allCases { try system.stack.restart(service) }
        #expect(system.health(.ingestion, "/ready") == 200)
        #expect(throws: (any Error).self, "the tools want exactly their schema") {
            try system.stack.runOperator(["doctor"], logTo: "doctor")
        }
        try newerStep(servesFrom: 9999)
        #expect(try system.eventually { system.health(.ingestion, "/ready") == 503 })
        for service in [StackService.scoring, .alerting, .notification, .audit] {
            try system.stack.launch(service)
            let process = try #require(system.stack.process(service))
            #expect(try system.eventually { !process.isRunning })
            #expect(process.logTail(bytes: 8000).contains("migration 9999"), "\(service)")
        }
    }
}
