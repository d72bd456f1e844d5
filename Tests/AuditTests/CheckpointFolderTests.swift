import AuditLog
import Domain
import Foundation
import Logging
import Testing
import TransparencyLog

@testable import attune_audit

@Suite struct CheckpointFolderTests {
    private let root = NSTemporaryDirectory() + "attune-kept-\(UUID().uuidString)"

    private func work(_ ledger: AuditedLedger, _ path: String) -> CheckpointWork {
        CheckpointWork(
            signer: CheckpointSigner(key: ledger.key), filing: CheckpointFiling(folder: CheckpointFolder(path)),
            publisher: CheckpointPublisher(origin: "example.org/audit"),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test func `every checkpoint becomes one file that says what it is about`() throws {
        defer { try? FileManager.default.removeItem(atPath: root) }
        let ledger = try AuditedLedger()
        let connection = try ledger.database.connect(role: "attune_audit")
        var work = work(ledger, root)
        for count in [10, 5] {
            try ledger.audit(try ledger.record(count))
            try work.turn(at: .now, on: connection) { _ in }
        }
        let heads = try [10, 15].map { try #require(try StoredLog.checkpoint(size: $0, on: connection)) }
        let names = try FileManager.default.contentsOfDirectory(atPath: root + "/000000000000").sorted()
        #expect(
            names == heads.map { head in
                String(format: "%012d", head.size) + "-\(head.root.description.prefix(16)).note"
            })
        for (name, head) in zip(names, heads) {
            #expect(try String(contentsOfFile: root + "/000000000000/" + name, encoding: .utf8) == head.note)
            #expect(head.filedAt != nil)
        }
        try ledger.markPublished()
        #expect(try ledger.verify(folders: [CheckpointFolder(root)]).isVerified)
    }

    @Test func `a folder that cannot be written stops nothing, and what waits is written when it can`() throws {
        defer { try? FileManager.default.removeItem(atPath: root) }
        let ledger = try AuditedLedger()
        let connection = try ledger.database.connect(role: "attune_audit")
        // A file in the way.
        try Data().write(to: URL(fileURLWithPath: root))
        var work = work(ledger, root)
        var published = 0
        for count in [10, 5] {
            try ledger.audit(try ledger.record(count))
            try work.turn(at: .now, on: connection) { published += $0.count }
        }
        #expect(published == 2)
        #expect(try StoredLog.unfiledCheckpoints(limit: 10, on: connection).map(\.size) == [10, 15])
        try FileManager.default.removeItem(atPath: root)
        try work.turn(at: .now, on: connection) { _ in }
        #expect(try StoredLog.unfiledCheckpoints(limit: 10, on: connection).isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: root + "/000000000000").count == 2)
    }

    @Test func `a file that is there is never written again`() throws {
        defer { try? FileManager.default.removeItem(atPath: root) }
        let folder = CheckpointFolder(root)
        try folder.file("first", size: 70_000, root: .leaf([1]))
        try folder.file("second", size: 70_000, root: .leaf([1]))
        try folder.file("other tree", size: 70_000, root: .leaf([2]))
        let names = try FileManager.default.contentsOfDirectory(atPath: root + "/000000065536")
        let texts = try names.map { try String(contentsOfFile: root + "/000000065536/" + $0, encoding: .utf8) }
        #expect(Set(texts) == ["first", "other tree"])
        #expect(names.allSatisfy { $0.hasSuffix(".note") })
    }

    @Test func `a folder that is not there is an error of whoever names it for verification`() throws {
        let (ledger, _) = try AuditedLedger.filled()
        #expect(throws: KeptFileError.self) { try ledger.verify(folders: [CheckpointFolder(root)]) }
    }

    @Test func `notes that were laid into the folder itself count, and one under another's name does not`() throws {
        defer { try? FileManager.default.removeItem(atPath: root) }
        let (ledger, _) = try AuditedLedger.filled()
        let folder = CheckpointFolder(root)
        try folder.file(try ledger.note(250, .leaf([9])), size: 251, root: .leaf([9]))
        try ledger.note(100, .leaf([1])).write(toFile: root + "/mine.note", atomically: true, encoding: .utf8)
        #expect(
            Set(try ledger.verify(folders: [folder]).differences) == [
                .checkpointRootDiffers(size: 100), .checkpointNotTrusted(size: 251, why: .malformed),
            ])
    }
}
