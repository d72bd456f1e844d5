import Foundation
import LocalStack
import Persistence
import Testing

/// The database is lost, restored to a point in time, and the chapter of docs/recovery.md about it followed.
@Suite(.serialized) struct RecoveryPointInTimeTests {
    @Test func aDatabaseRestoredToAPointHoldsAllBeforeItAndTakesTheRestAgain() throws {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("attune-pitr-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: place) }
        let archive = place.appendingPathComponent("archive")
        let system = try SystemStack(
            "point-in-time", environment: ["ATTUNE_RELAY_ON_NEW_CLUSTER": "halt"], logArchive: archive)
        let cluster = try #require(system.stack.cluster)

        #expect(try system.send(seed: 1) == Sent(accepted: 120, known: 0))
        let backup = place.appendingPathComponent("backup")
        try cluster.baseBackup(to: backup)
        #expect(try system.send(seed: 2) == Sent(accepted: 120, known: 0))
        let before = try system.drained()
        #expect(before.missing == [])
        try cluster.createRestorePoint("before_the_loss")
        #expect(try system.send(seed: 3) == Sent(accepted: 120, known: 0))
        #expect(try system.drained().missing == [])
        // Kept elsewhere, as auditors do: it signs what the restored database does not hold.
        let kept = place.appendingPathComponent("kept.txt")
        let note = try system.database().run("select note from audit.checkpoint order by tree_size desc limit 1").only().text(0)
        try Data(note.utf8).write(to: kept)

        try cluster.archiveUpToNow()
        try system.stack.loseDatabase()
        try system.stack.restoreDatabase(backup, toPoint: "before_the_loss", in: place.appendingPathComponent("restored"))
        // Kafka holds events that the ledger does not: nobody may read them any more.
        try system.stack.replaceKafkaAndLaunchServices()
        for step in try RecoverySteps(of: "PostgreSQL is lost").commands {
            if step.prefix(2) == ["topics", "apply"] { continue }
            if step.first == "status" {
                for service in StackService.allCases { try system.stack.waitUntilReady(service) }
                let state = try system.drained()
                #expect(state.missing == [])
                // All that was there at the point, the audit log with its very root, and nothing else.
                #expect(state.ratings == 240)
                #expect(state == before)
            }
            try system.follow(step)
        }

        // Senders send again what they have; ids say what is known.
        #expect(try system.send(seed: 2) == Sent(accepted: 0, known: 120))
        #expect(try system.send(seed: 3) == Sent(accepted: 120, known: 0))
        let after = try system.drained()
        #expect(after.missing == [])
        #expect(after.ratings == 360)
        #expect(after.points == 360)
        let ledger = try system.count("select count(*) from published.event")
        #expect(after.treeSize == ledger + 360)
        try system.expectNothingDoubled(sent: false)
        // The log is sound in itself, and no continuation of what was signed after the point: that has to be sealed.
        try system.follow(["audit", "verify", "--key-file", "audit.pub"])
        #expect(throws: ProcessError.self) {
            try system.follow(["audit", "verify", "--key-file", "audit.pub", "--checkpoint", kept.path])
        }
    }
}
