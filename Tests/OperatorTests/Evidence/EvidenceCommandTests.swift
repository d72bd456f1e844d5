import Contracts
import Domain
import Foundation
import Persistence
import Testing

@testable import EvidenceBundle
@testable import attune

@Suite struct EvidenceCommandTests {
    private let fixture: EvidenceFixture

    init() throws { fixture = try EvidenceFixture() }

    private func export(_ name: String, _ more: [String] = []) async throws -> Program.Ending {
        let key = try fixture.files.write(fixture.key.verifierKey.text + "\n", to: "audit.pub")
        return try await Program.attune(
            [
                "evidence", "export", "--out", fixture.files.path(name), "--key-file", key, "--by", "op-17", "--reason",
                "case 12", "--role", "attune_operator",
            ] + more, environment: ["ATTUNE_DATABASE_URL": fixture.database.url])
    }

    private func verify(_ name: String, _ more: [String] = []) async throws -> Program.Ending {
        try await Program.attune(
            ["evidence", "verify", fixture.files.path(name), "--key-file", fixture.files.path("audit.pub")] + more)
    }

    @Test func anExportIsRecordedForEachSiteWithTheDigestOfItsManifest() async throws {
        let ending = try await export("bundle")
        #expect(ending.status == 0, "\(ending.errors)")
        let digest = try #require(ending.lines.last?.split(separator: " ").last.map(String.init))
        let recorded = try Ledger.page(of: .access, after: 0, limit: 10, on: fixture.admin)
        #expect(Set(recorded.map(\.site.text)) == ["north", "south"])
        for event in recorded {
            let access = try AccessEventCodec.decode(event.payload, type: .evidenceExported)
            guard case .evidenceExported(let export) = access.body else { continue }
            #expect(access.accessedBy == "op-17" && access.reason == "case 12")
            #expect(export.manifestDigest.map { String(format: "%02x", $0) }.joined() == digest)
            #expect(export.events == (event.site.text == "north" ? 60 : 30))
        }
        let verified = try await verify("bundle", ["--manifest", digest])
        #expect(verified.status == 0, "\(verified.output) \(verified.errors)")
        #expect(verified.lines.last == "verified")
    }

    @Test func aChangedBundleIsRefusedWithStatusOneAndTheEventNamed() async throws {
        #expect(try await export("bundle", ["--site", "north"]).status == 0)
        let file = fixture.files.path("bundle/events.ndjson")
        var lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
        let removed = try LedgerLine.decode(Array(lines.remove(at: 5).utf8))
        _ = try fixture.files.write(lines.map { $0 + "\n" }.joined(), to: "bundle/events.ndjson")
        let ending = try await verify("bundle")
        #expect(ending.status == 1)
        #expect(ending.output.contains("\(removed.id)"))
        #expect(ending.lines.last?.hasPrefix("NOT verified") == true)
    }

    @Test func whatCannotBeDoneHasStatusTwoAndLeavesNoManifest() async throws {
        #expect(try await verify("nothing").status == 2)
        #expect(try await export("bundle").status == 0)
        #expect(try await export("bundle").status == 2)
        // A role that may not append: the export is not recorded, so it is none.
        let refused = try await export("refused", ["--role", "attune_scoring"])
        #expect(refused.status != 0)
        #expect(!FileManager.default.fileExists(atPath: fixture.files.path("refused/manifest.json")))
    }
}
