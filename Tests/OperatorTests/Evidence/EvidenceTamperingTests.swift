import AuditLog
import Domain
import Foundation
import Persistence
import Testing
import TransparencyLog

@testable import EvidenceBundle
@testable import attune

/// Each file of a bundle changed: found by the manifest, and, when the manifest was changed to fit, by what the log signed.
@Suite struct EvidenceTamperingTests {
    private let fixture: EvidenceFixture
    private let bundle: EvidenceFixture.Bundle
    private let events: [LedgerEvent]
    private let leaves: [StoredLog.Leaf]

    init() throws {
        fixture = try EvidenceFixture()
        bundle = try fixture.export()
        events = try bundle.lines("events.ndjson").map { try LedgerLine.decode(Array($0.utf8)) }
        leaves = try bundle.lines("leaves.ndjson").map { try LeafLine.decode(Array($0.utf8)) }
    }

    /// The differences found under a forged manifest; under the true one the file itself is named as well.
    private func found(_ file: String, _ change: (inout [String]) -> Void) throws -> Set<EvidenceDifference> {
        try bundle.change(file, change)
        #expect(try bundle.verify().differences.contains(.fileDiffers(file)))
        try bundle.forgeManifest()
        return Set(try bundle.verify().differences)
    }

    private func swap(_ lines: inout [String], _ index: Int, _ old: String, _ new: String) {
        #expect(lines[index].contains(old))
        lines[index] = lines[index].replacing(old, with: new)
    }

    @Test func `a changed byte in an event`() throws {
        let payload = Data(events[50].payload).base64EncodedString()
        let other = Data(Array("payload X".utf8)).base64EncodedString()
        let found = try found("events.ndjson") { swap(&$0, 50, payload, other) }
        let index = try #require(leaves.first { $0.entry.event == events[50].id }).index
        #expect(found == [.eventDiffers(events[50].id, index: index, fields: [.payload])])
    }

    @Test func `a moved time of an event`() throws {
        let time = events[20].recordedAt
        let found = try found("events.ndjson") { swap(&$0, 20, "\(time)", "\(time.advanced(bySeconds: -60))") }
        #expect(found == [.eventDiffers(events[20].id, index: 20, fields: [.time])])
    }

    @Test func `a removed event`() throws {
        let found = try found("events.ndjson") { $0.remove(at: 60) }
        let index = try #require(leaves.first { $0.entry.event == events[60].id }).index
        #expect(
            found == [
                .leafWithoutEvent(index: index, event: events[60].id), .countDiffers("events", manifest: 90, found: 89),
            ])
    }

    @Test func `a removed event with the trajectory that follows from it`() throws {
        let found = try found("events.ndjson") { $0.remove(at: 3) }
        let orphans = leaves.filter { $0.entry.event == events[3].id || $0.entry.follows(events[3]) }
        #expect(orphans.count == 2)
        #expect(
            found == Set(orphans.map { .leafWithoutEvent(index: $0.index, event: $0.entry.event) } + [
                .countDiffers("events", manifest: 90, found: 89)
            ]))
    }

    @Test func `an inserted event`() throws {
        let stranger = "018f2c1e-7a00-7000-8000-00000000000a"
        let found = try found("events.ndjson") { lines in
            lines.insert(lines[30].replacing("\(events[30].id)", with: stranger), at: 30)
        }
        #expect(
            found == [
                .eventWithoutLeaf(EventID(stranger)!), .eventOutOfOrder(events[30].id),
                .countDiffers("events", manifest: 90, found: 91),
            ])
    }

    @Test func `two swapped events`() throws {
        let found = try found("events.ndjson") { $0.swapAt(40, 41) }
        #expect(found.contains(.eventOutOfOrder(events[40].id)))
    }

    @Test func `an event removed with its leaf and its proof from an episode that was asked for`() throws {
        let bundle = try fixture.export("episode", EvidenceScope(episodes: [fixture.episodes[1]]))
        try bundle.change("events.ndjson") { $0.remove(at: 14) }
        let gone = try bundle.lines("leaves.ndjson").firstIndex { $0.contains("\(removed(bundle, 14))") }
        let place = try #require(gone)
        try bundle.change("leaves.ndjson") { $0.remove(at: place) }
        try bundle.change("proofs.ndjson") { $0.remove(at: place) }
        try bundle.forgeManifest()
        let found = try bundle.verify().differences
        #expect(found.contains { if case .streamBroken(fixture.episodes[1], 1, _) = $0 { true } else { false } })
    }

    private func removed(_ bundle: EvidenceFixture.Bundle, _ index: Int) -> EventID {
        let own = events.filter { $0.stream == fixture.episodes[1] }
        return own[index].id
    }

    @Test func `a changed field of a leaf`() throws {
        let event = leaves[70].entry.event
        let found = try found("leaves.ndjson") { swap(&$0, 70, "\"sequence\":", "\"sequence\":1") }
        #expect(
            found == [
                .proofFails(index: leaves[70].index, event: event),
                .eventDiffers(event, index: leaves[70].index, fields: [.sequence]),
            ])
    }

    @Test func `a leaf at another place`() throws {
        let found = try found("leaves.ndjson") { swap(&$0, 70, "{\"index\":\(leaves[70].index),", "{\"index\":5,") }
        #expect(found == [.proofMissing(index: 5, event: leaves[70].entry.event)])
    }

    @Test func `a removed leaf`() throws {
        let found = try found("leaves.ndjson") { $0.remove(at: 70) }
        #expect(
            found == [
                .eventWithoutLeaf(leaves[70].entry.event), .countDiffers("leaves", manifest: 102, found: 101),
            ])
    }

    @Test func `a changed and a removed proof`() throws {
        let proofs = try bundle.lines("proofs.ndjson")
        let hash = try #require(proofs[70].split(separator: "\"").first { $0.count == 44 })
        let changed = try found("proofs.ndjson") {
            swap(&$0, 70, String(hash), LogHash.leaf([1]).base64)
        }
        #expect(changed == [.proofFails(index: leaves[70].index, event: leaves[70].entry.event)])
        let removed = try found("proofs.ndjson") {
            $0[70] = proofs[70]
            $0.remove(at: 71)
        }
        #expect(removed == [.proofMissing(index: leaves[71].index, event: leaves[71].entry.event)])
    }

    @Test func `a changed consistency proof`() throws {
        let found = try found("consistency.ndjson") { lines in
            let hash = lines[0].split(separator: "\"").filter { $0.count == 44 }.last ?? ""
            swap(&lines, 0, String(hash), LogHash.leaf([1]).base64)
        }
        #expect(found == [.consistencyFails(from: 40, to: 102), .checkpointNotJoined(size: 40)])
    }

    @Test func `a changed, a forked and a removed checkpoint`() throws {
        let files = bundle.manifest.files.map(\.path).filter { $0.hasPrefix("checkpoints/") }.sorted()
        let covering = try #require(files.first { $0.contains("/102-") })
        let earlier = try #require(files.first { $0.contains("/40-") })
        let note = try bundle.text(earlier)
        try bundle.write(note.replacing("\n40\n", with: "\n41\n"), to: earlier)
        #expect(
            Set(try bundle.verify().differences) == [.fileDiffers(earlier), .checkpointNotTrusted(earlier, why: .forged)])
        // Signed by the log's own key, and about a tree that it never was.
        let forked = try Checkpoint(origin: "example.org/audit", size: 40, root: .leaf([1])).signed(by: [fixture.key])
        try bundle.write(forked.encoded, to: earlier)
        try bundle.forgeManifest()
        #expect(try bundle.verify().differences == [.checkpointNotJoined(size: 40)])
        try bundle.write(note, to: earlier)
        try FileManager.default.removeItem(at: bundle.url.appendingPathComponent(covering))
        try bundle.forgeManifest()
        #expect(
            Set(try bundle.verify().differences) == [
                .coveringCheckpointMissing(size: 102), .countDiffers("checkpoints", manifest: 2, found: 1),
            ])
    }

    @Test func `a tree of the forger's own making`() throws {
        // Everything fits together, but nobody has signed it.
        try fixture.admin.script(
            "delete from audit.leaf; delete from audit.tile; delete from audit.checkpoint; update audit.tree set size = 0, root = sha256('')")
        let forger = try SigningKey(generatedFor: "example.org/audit")
        var writer = LogWriter()
        let entries = try fixture.entries()
        _ = try fixture.admin.transaction { try writer.append(Array(entries.reversed()), on: $0) }
        _ = try CheckpointSigner(key: forger).sign(at: .now, on: fixture.admin)
        let folder = try EvidenceFolder(fixture.files.path("forged"))
        let result = try EvidenceExport(scope: EvidenceScope(), keys: LogKeys(forger.verifierKey), kept: []).write(
            to: folder, at: .now, on: fixture.admin)
        try folder.writeManifest(result.manifest.json.encoded)
        let forged = EvidenceFixture.Bundle(url: folder.url, manifest: result.manifest, key: fixture.key.verifierKey)
        #expect(try forged.verify(keys: LogKeys(forger.verifierKey)).differences == [])
        #expect(try forged.verify().differences.contains(.coveringCheckpointMissing(size: 102)))
    }

    @Test func `changed keys, a missing file and one too many`() throws {
        let stranger = try SigningKey(generatedFor: "example.org/audit").verifierKey
        #expect(try found("keys/log.pub") { $0 = [stranger.text] } == [])
        try bundle.write("x", to: "more.ndjson")
        #expect(try bundle.verify().differences == [.fileTooMany("more.ndjson")])
        try FileManager.default.removeItem(at: bundle.url.appendingPathComponent("proofs.ndjson"))
        #expect(try bundle.verify().differences.contains(.fileMissing("proofs.ndjson")))
        #expect(try bundle.verify().differences.contains(.proofMissing(index: 0, event: leaves[0].entry.event)))
    }

    @Test func `a line that cannot be read, and a manifest that is none`() throws {
        let found = try found("leaves.ndjson") { $0[70] = "{}" }
        #expect(found.contains(.unreadable("leaves.ndjson", line: 71)))
        try bundle.write("{}", to: "manifest.json")
        #expect(throws: EvidenceUnavailable.self) { try bundle.verify() }
    }
}
