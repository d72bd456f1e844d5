import Domain
import EvidenceBundle
import Foundation
import Persistence
import ServiceKit

/// A bundle that was exported from the ledger: `events.ndjson`, and, where it is there, `leaves.ndjson`. No system
/// is needed.
///
/// The lines stand in the order of lanes and positions. A first pass notes where each episode's lines are, a second
/// reads episode by episode. Memory: 24 bytes for each line of either file, and the longest episode; the files
/// themselves are mapped, so that the operating system holds as much of them as it has room for.
struct BundleSource: EventSource {
    private let events: LineFile
    private let index: LineIndex
    private let newestTime: Timestamp?
    private let leaves: BundleLeaves?

    /// - Throws: `UnreadableBundle`
    init(folder: String, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }) throws {
        let events = try LineFile(path: folder + "/events.ndjson")
        let hasLeaves = FileManager.default.fileExists(atPath: folder + "/leaves.ndjson")
        let leaves = hasLeaves ? try LineFile(path: folder + "/leaves.ndjson") : nil
        let total = events.byteCount + (leaves?.byteCount ?? 0)
        var index = LineIndex()
        var newest: Timestamp?
        try events.forEachLine { line, offset in
            if let known = LedgerLineScan(line) {
                index.add(known.stream, offset)
                newest = max(known.recordedAt, newest ?? known.recordedAt)
            } else {
                let event = try events.reading(offset) { try LedgerLine.decode(line) }
                index.add(event.stream, offset)
                newest = max(event.recordedAt, newest ?? event.recordedAt)
            }
            if index.count.isMultiple(of: 4096) { progress(offset, total) }
        }
        index.order()
        self.leaves = try leaves.map { file in
            try BundleLeaves(file) { progress(events.byteCount + $0, total) }
        }
        self.events = events
        self.index = index
        newestTime = newest
    }

    func newest() -> Timestamp? { newestTime }

    func episode(_ id: EpisodeID) throws -> EpisodeRecord { try record(id, index.offsets(of: id)) }

    func forEachEpisode(
        progress: (_ done: Int, _ total: Int) -> Void, _ body: (EpisodeRecord) throws -> Void
    ) throws {
        var (lines, streams) = (0, 0)
        try index.forEachStream { offsets in
            lines += offsets.count
            streams += 1
            if streams.isMultiple(of: 256) { progress(lines, index.count) }
            try body(try record(nil, offsets))
        }
        progress(index.count, index.count)
    }

    /// - Parameter id: nil where the first line says it.
    private func record(_ id: EpisodeID?, _ offsets: [Int]) throws -> EpisodeRecord {
        let read = try offsets.map { offset in
            try events.withLine(at: offset) { line in try events.reading(offset) { try LedgerLine.decode(line) } }
        }
        guard let stream = id ?? read.first?.stream else { throw UnreadableBundle(place: events.name, reason: "is empty") }
        var record = EpisodeRecord(stream: stream)
        // Live events and those of the backfill stand apart in the file, and belong together by version.
        let isOrdered = zip(read, read.dropFirst()).allSatisfy {
            $0.category.rawValue < $1.category.rawValue || $0.category == $1.category && $0.version < $1.version
        }
        for event in isOrdered ? read : read.sorted(by: { $0.version < $1.version }) { record.add(event) }
        record.said = try leaves?.digests(of: stream)
        return record
    }
}

extension LineFile {
    /// Names the line in whatever goes wrong with it.
    fileprivate func reading<Result>(_ offset: Int, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw UnreadableBundle(place: "\(name) line \(number(ofLineAt: offset))", reason: "\(error)")
        }
    }
}

/// What the audit log of a bundle says of trajectory events.
struct BundleLeaves {
    private let file: LineFile
    private let index: LineIndex

    fileprivate init(_ file: LineFile, progress: (Int) -> Void) throws {
        var index = LineIndex()
        try file.forEachLine { line, offset in
            let leaf = try file.reading(offset) { try RecordedLeaf(Array(line)) }
            if leaf.isTrajectory { index.add(leaf.episode, offset) }
            if offset.isMultiple(of: 64) { progress(offset) }
        }
        index.order()
        self.file = file
        self.index = index
    }

    /// SHA-256 of the payloads of an episode's trajectory events, by event.
    func digests(of episode: EpisodeID) throws -> [EventID: [UInt8]] {
        var digests: [EventID: [UInt8]] = [:]
        for offset in index.offsets(of: episode) {
            let leaf = try file.withLine(at: offset) { line in try file.reading(offset) { try RecordedLeaf(Array(line)) } }
            digests[leaf.event] = leaf.payloadDigest
        }
        return digests
    }
}
