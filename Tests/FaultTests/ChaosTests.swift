import Foundation
import LocalStack
import TestSupport
import Testing

/// Short runs of `attune chaos`, each with its own kind of damage: real processes, a real database, load on them, and
/// afterwards every check exact. `make chaos` makes longer ones.
@Suite(.serialized) struct ChaosTests {
    @Test(arguments: [
        ("processes", 11, ["kill", "freeze", "workerJoins", "workerLeaves", "workerKilled", "workerOutlived"]),
        ("broker", 12, ["brokerDown", "brokerFrozen", "brokerSlow", "brokerErrors", "brokerLost"]),
        ("database", 13, ["databaseKilled", "databaseRestarted", "connectionsCut", "diskFull"]),
        ("clocks and deliveries", 14, ["clockStepped", "deliveriesRepeated", "workerOutlived"]),
    ])
    func nothingIsLostAndNothingDoubled(_ name: String, _ seed: Int, _ kinds: [String]) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attune-faults-\(seed)-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let report = folder.appendingPathComponent("report")
        let run = ManagedProcess(
            Command(
                name: "chaos", executable: TestPrograms.folder.appendingPathComponent("attune"),
                arguments: [
                    "chaos", "--minutes", "0.5", "--seed", "\(seed)", "--rate", "40", "--site",
                    TestPrograms.checkout.appendingPathComponent("deploy/local").path,
                ] + kinds.flatMap { ["--only", $0] },
                output: .file(report)))
        try run.start()
        let ending = run.waitForEnd(within: .seconds(1500))
        let text = (try? String(contentsOf: report, encoding: .utf8)) ?? ""
        #expect(ending?.isSuccess == true, "\(name): \(text)")
        #expect(text.contains("every check is exact"))
    }
}
