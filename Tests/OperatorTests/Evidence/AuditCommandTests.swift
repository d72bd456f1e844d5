import AuditLog
import Domain
import Foundation
import Testing
import TransparencyLog

@testable import attune

/// What scripts rely on: the exit status of each command, and files that are what they are said to be.
@Suite struct AuditCommandTests {
    private let fixture: EvidenceFixture

    init() throws { fixture = try EvidenceFixture() }

    private func audit(_ arguments: [String], role: String = "attune_operator") async throws -> Program.Ending {
        try await attune(["audit"] + arguments, role: role)
    }

    private func rebuild(_ arguments: [String] = [], role: String = "attune_operator") async throws -> Program.Ending {
        try await attune(["rebuild", "audit"] + arguments, role: role)
    }

    private func attune(_ arguments: [String], role: String) async throws -> Program.Ending {
        let key = try fixture.files.write(fixture.key.verifierKey.text + "\n", to: "audit.pub")
        return try await Program.attune(
            arguments + ["--key-file", key, "--role", role],
            environment: ["ATTUNE_DATABASE_URL": fixture.database.url])
    }

    @Test func verifyTakesAFolderOfKeptCheckpointsAndNamesTheKey() async throws {
        try fixture.admin.script("update ledger.lane set cursor = (select max(position) from ledger.event)")
        let folder = CheckpointFolder(fixture.files.path("kept"))
        let kept = try #require(try StoredLog.checkpoint(size: 40, on: fixture.admin))
        try folder.file(kept.note, size: kept.size, root: kept.root)
        let fine = try await audit(["verify", "--checkpoints", folder.path])
        #expect(fine.status == 0, "\(fine.output) \(fine.errors)")
        #expect(fine.output.contains("\(fixture.key.verifierKey.idText) signed 3 checkpoints, of 40 to 102 leaves"))
        let other = try Checkpoint(origin: "example.org/audit", size: 40, root: .leaf([1])).signed(by: [fixture.key])
        try folder.file(other.encoded, size: 40, root: .leaf([1]))
        let forked = try await audit(["verify", "--checkpoints", folder.path])
        #expect(forked.status == 1)
        #expect(forked.output.contains("two different trees of 40 leaves"))
        #expect(try await audit(["verify", "--checkpoints", fixture.files.path("none")]).status == 2)
        #expect(try await Program.attune(["audit", "verify"]).status == 64)
    }

    @Test func resealAppendsOnceAndVerifyTellsOfIt() async throws {
        try fixture.admin.script("update ledger.lane set cursor = (select max(position) from ledger.event)")
        let lost = try Checkpoint(origin: "example.org/audit", size: 500, root: .leaf([1])).signed(by: [fixture.key])
        let file = try fixture.files.write(lost.encoded, to: "lost.note")
        let words = ["--kept", file, "--reason", "disk failure", "--by", "op-17"]
        #expect(try await audit(["reseal"] + words).status == 2)
        let done = try await audit(["reseal"] + words, role: "attune_audit")
        #expect(done.status == 0, "\(done.errors)")
        #expect(done.output.contains("leaf 102"))
        #expect(try await audit(["reseal"] + words, role: "attune_audit").status == 1)
        let report = try await audit(["verify", "--checkpoint", file])
        #expect(report.status == 0, "\(report.output)")
        #expect(report.output.contains("RESEALED") && report.output.contains("disk failure (op-17"))
    }

    @Test func rebuildComparesAndReplacesOnlyWhenAsked() async throws {
        #expect(try await rebuild().status == 0)
        try fixture.admin.script("update audit.tile set hashes = sha256('x') where level = 0")
        #expect(try await rebuild().status == 1)
        #expect(try await rebuild(["--switch"]).status == 2)
        let done = try await rebuild(["--switch"], role: "attune_audit")
        #expect(done.status == 0, "\(done.output) \(done.errors)")
        #expect(done.lines.last == "replaced")
        #expect(try await rebuild().lines.last == "nothing differs")
    }

    @Test func aRotatedKeyStandsBesideTheOldOneUntilTheChangeIsEnded() async throws {
        let folder = fixture.files.path("keys")
        func keys(_ arguments: String...) async throws -> Int32 {
            try await Program.attune(["keys"] + arguments + ["--directory", folder]).status
        }
        func read(_ name: String) throws -> String { try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) }
        #expect(try await keys("--audit-origin", "example.org/audit") == 0)
        let old = try LogKeys(text: read("audit.pub")).keys[0]
        #expect(try await keys("rotate") == 0)
        let both = try LogKeys(text: read("audit.pub"))
        #expect(both.keys.count == 2 && both.keys[1] == old)
        #expect(try read("audit.key").hasPrefix("PRIVATE+KEY+example.org/audit+\(both.keys[0].idText)"))
        #expect(try read("audit.retiring.key").hasPrefix("PRIVATE+KEY+example.org/audit+\(old.idText)"))
        for name in ["audit.key", "audit.retiring.key"] {
            let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
        #expect(try await keys("rotate") != 0)
        #expect(try await keys("rotate", "--ended", "320") == 0)
        #expect(try LogKeys(text: read("audit.pub")).end(of: old) == 320)
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/audit.retiring.key"))
    }
}
