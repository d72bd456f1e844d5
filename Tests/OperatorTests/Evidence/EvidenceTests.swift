import AuditLog
import Domain
import Foundation
import Persistence
import Testing
import TransparencyLog

@testable import EvidenceBundle
@testable import attune

@Suite struct EvidenceTests {
    private let fixture: EvidenceFixture

    init() throws { fixture = try EvidenceFixture() }

    @Test(arguments: [1, 7, 1000])
    func `a bundle of everything verifies by itself, in pages of any size`(pageSize: Int) throws {
        let bundle = try fixture.export(pageSize: pageSize)
        let report = try bundle.verify()
        #expect(report.differences == [])
        #expect(report.events == 90)
        #expect(report.leaves == 102)
        #expect(report.checkpoints == 2)
        #expect(bundle.manifest.counts == EvidenceManifest.Counts(events: 90, leaves: 102, checkpoints: 2, uncovered: 0))
        #expect(bundle.manifest.size == 102)
        #expect(report.manifestDigest.count == 64)
        #expect(try bundle.verify(digest: report.manifestDigest).differences == [])
        #expect(try bundle.verify(digest: String(repeating: "0", count: 64)).differences == [.otherManifest])
        let events = try bundle.lines("events.ndjson").map { try LedgerLine.decode(Array($0.utf8)) }
        #expect(try events == Lane.all.flatMap { try Ledger.page(of: $0, after: 0, limit: 1000, on: fixture.admin) })
    }

    @Test func `a bundle holds the events that were asked for and no other`() throws {
        let one = try fixture.export("one", EvidenceScope(episodes: [fixture.episodes[0]]))
        #expect(one.manifest.counts.events == 30)
        #expect(try one.verify().differences == [])
        let south = try fixture.export("south", EvidenceScope(sites: [SiteID(unchecked: "south")]))
        #expect(south.manifest.counts.events == 30)
        #expect(try south.verify().differences == [])
        let times = try Ledger.page(of: .alert, after: 0, limit: 1, on: fixture.admin)
        let early = try fixture.export("early", EvidenceScope(before: times[0].recordedAt))
        #expect(early.manifest.counts.events == 69)
        #expect(try early.verify().differences == [])
        let late = try fixture.export("late", EvidenceScope(from: times[0].recordedAt))
        #expect(late.manifest.counts.events == 21)
        #expect(try late.verify().differences == [])
    }

    @Test func `events that are not signed yet are left out and counted`() throws {
        try fixture.record(5, .notification)
        let bundle = try fixture.export()
        #expect(bundle.manifest.counts.uncovered == 5)
        #expect(bundle.manifest.counts.events == 90)
        #expect(try bundle.verify().differences == [])
    }

    @Test func `a bundle is compared with a checkpoint that was kept elsewhere`() throws {
        let admin = fixture.admin
        let kept = try #require(try StoredLog.checkpoint(size: 40, on: admin)).note
        func note(_ size: Int, _ root: LogHash) throws -> String {
            try Checkpoint(origin: "example.org/audit", size: size, root: root).signed(by: [fixture.key]).encoded
        }
        let between = try note(55, StoredLog.root(size: 55, on: admin))
        let forged = try note(40, .leaf([1]))
        let bundle = try fixture.export("first")
        #expect(try bundle.verify(kept: [kept]).differences == [])
        #expect(try bundle.verify(kept: [forged]).differences == [.keptCheckpointDiffers(size: 40)])
        #expect(try bundle.verify(kept: [between]).differences == [.keptCheckpointNotComparable(size: 55)])
        let comparable = try fixture.export("second", kept: [Checkpoint(origin: "example.org/audit", size: 55, root: .leaf([9]))])
        #expect(try comparable.verify(kept: [between, kept]).differences == [])
        #expect(try comparable.verify(kept: [note(55, .leaf([1]))]).differences == [.keptCheckpointDiffers(size: 55)])
    }

    @Test func `a bundle is believed by the log's own key only`() throws {
        let bundle = try fixture.export()
        let stranger = try SigningKey(generatedFor: "example.org/audit").verifierKey
        let report = try bundle.verify(keys: LogKeys(stranger))
        #expect(report.differences.contains(.coveringCheckpointMissing(size: 102)))
        #expect(report.differences.count { if case .checkpointNotTrusted(_, .unsigned) = $0 { true } else { false } } == 2)
        #expect(throws: EvidenceUnavailable.self) {
            try bundle.verify(keys: LogKeys(SigningKey(generatedFor: "other.example/audit").verifierKey))
        }
        let own = try EvidenceVerification(folder: bundle.url, keys: nil, kept: [], manifestDigest: nil).run()
        #expect(own.differences == [] && !own.hasOutsideKeys)
        #expect(EvidenceVerifyCommand.words(own).contains { $0.hasPrefix("WARNING") })
    }

    @Test func `nothing is exported before a checkpoint or into a folder that is in use`() throws {
        let empty = try EvidenceFixture()
        try empty.admin.script("delete from audit.checkpoint")
        #expect(throws: EvidenceUnavailable.self) { try empty.export() }
        _ = try fixture.export()
        #expect(throws: EvidenceUnavailable.self) { try fixture.export() }
    }
}
