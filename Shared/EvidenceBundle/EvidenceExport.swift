import AuditLog
import Contracts
public import Domain
public import Persistence
public import TransparencyLog

/// Writes events with their leaves, proofs and checkpoints, a page at a time: memory does not grow with the bundle.
///
/// `events.ndjson` is in the order of lanes and positions; `leaves.ndjson` has for each event its leaf and then the
/// leaves of the trajectories that follow from it, and `proofs.ndjson` has a line for each leaf: whoever reads the three
/// together needs no look-ups.
public struct EvidenceExport {
    private static let earlierCheckpoints = 100

    let scope: EvidenceScope
    let keys: LogKeys
    let kept: [Checkpoint]
    let reach: LedgerReach
    let pageSize: Int

    /// - Parameters:
    ///   - kept: checkpoints kept elsewhere, which the bundle shall be comparable with.
    ///   - reach: what may be read; within a scope only episodes that the scope names can be asked for.
    public init(
        scope: EvidenceScope, keys: LogKeys, kept: [Checkpoint] = [], reach: LedgerReach = .whole, pageSize: Int = 500
    ) {
        precondition(reach == .whole || !scope.episodes.isEmpty, "lanes are read as a whole by operators alone")
        self.scope = scope
        self.keys = keys
        self.kept = kept
        self.reach = reach
        self.pageSize = pageSize
    }

    public struct Result: Sendable {
        public let manifest: EvidenceManifest
        /// Events by site.
        public let sites: [SiteID: Int]
    }

    private struct Files {
        var events: EvidenceWriter
        var leaves: EvidenceWriter
        var proofs: EvidenceWriter
    }

    /// Everything but the manifest's file. Reads one snapshot.
    ///
    /// - Parameter enter: run first within the transaction: sets its scope.
    /// - Throws: ``EvidenceUnavailable``, and what files and the database throw.
    public func write(
        to folder: EvidenceFolder, at now: Timestamp, on connection: Connection,
        entering enter: (Connection) throws -> Void = { _ in }, progress: EvidenceProgress = { _, _, _ in }
    ) throws -> Result {
        try connection.transaction { connection in
            try connection.script("set transaction isolation level repeatable read, read only")
            try enter(connection)
            let covering = try covering(on: connection)
            let count = try writeCheckpoints(covering, to: folder, on: connection)
            var counts = EvidenceManifest.Counts(checkpoints: count)
            let sites = try writeEvents(covering, to: folder, &counts, on: connection, progress)
            try folder.write(EvidenceFile.keys) { try $0.write(Array(keys.text.utf8)) }
            let manifest = EvidenceManifest(
                createdAt: now, origin: keys.origin, scope: scope, counts: counts, size: covering.size,
                root: covering.root, files: folder.entries)
            return Result(manifest: manifest, sites: sites)
        }
    }

    private func covering(on connection: Connection) throws -> StoredLog.SignedHead {
        guard let newest = try StoredLog.latestCheckpoint(on: connection) else {
            throw EvidenceUnavailable("no checkpoint was signed yet, so that nothing could be proved")
        }
        guard let verified = try? Checkpoint.verified(newest.note, keys: keys).checkpoint, verified.size == newest.size,
            verified.root == newest.root
        else {
            throw EvidenceUnavailable(
                "the newest checkpoint, of \(newest.size) leaves, is not signed by the given keys")
        }
        return newest
    }

    // MARK: - Checkpoints

    /// The covering one, those signed before it, and proofs that join each with the next.
    private func writeCheckpoints(
        _ covering: StoredLog.SignedHead, to folder: EvidenceFolder, on connection: Connection
    ) throws -> Int {
        let heads = try StoredLog.checkpoints(
            through: covering.size, limit: Self.earlierCheckpoints + 1, on: connection
        ).reversed()
        for head in heads {
            let name = "\(head.size)-\(head.root.description.prefix(16)).note"
            try folder.write("\(EvidenceFile.checkpoints)/\(name)") { try $0.write(Array(head.note.utf8)) }
        }
        let sizes = Set(heads.map(\.size) + kept.map(\.size).filter { $0 > 0 && $0 < covering.size }).sorted()
        try folder.write(EvidenceFile.consistency) { file in
            for (first, second) in zip(sizes, sizes.dropFirst()) {
                let line = ConsistencyLine(
                    proof: try StoredLog.consistencyProof(from: first, to: second, on: connection),
                    firstRoot: try StoredLog.root(size: first, on: connection),
                    secondRoot: try StoredLog.root(size: second, on: connection))
                try file.line(line.encoded)
            }
        }
        return heads.count
    }

    // MARK: - Events

    private func writeEvents(
        _ covering: StoredLog.SignedHead, to folder: EvidenceFolder, _ counts: inout EvidenceManifest.Counts,
        on connection: Connection, _ progress: EvidenceProgress
    ) throws -> [SiteID: Int] {
        var files = Files(
            events: try folder.writer(EvidenceFile.events), leaves: try folder.writer(EvidenceFile.leaves),
            proofs: try folder.writer(EvidenceFile.proofs))
        var proofs = InclusionProofs(size: covering.size)
        let tiles = StoredLog.tileReader(connection)
        var sites: [SiteID: Int] = [:]
        try forEachPage(on: connection, progress) { page in
            let leaves = try EvidenceLeaves(of: page, before: covering.size, reach: reach, on: connection)
            for event in page {
                guard let own = leaves.of(event) else {
                    counts.uncovered += 1
                    continue
                }
                counts.events += 1
                sites[event.site, default: 0] += 1
                try files.events.line(LedgerLine.encode(event))
                for leaf in own {
                    counts.leaves += 1
                    try files.leaves.line(LeafLine.encode(leaf))
                    try files.proofs.line(ProofLine.encode(try proofs.proof(of: leaf.index, reading: tiles)))
                }
            }
        }
        try folder.add([
            (EvidenceFile.events, files.events), (EvidenceFile.leaves, files.leaves),
            (EvidenceFile.proofs, files.proofs),
        ])
        return sites
    }

    /// Events of the scope by lane and position.
    private func forEachPage(
        on connection: Connection, _ progress: EvidenceProgress, _ body: ([LedgerEvent]) throws -> Void
    ) throws {
        guard scope.episodes.isEmpty else { return try forEachPageOfEpisodes(on: connection, progress, body) }
        let heads = try Lane.all.map { (lane: $0, head: try head(of: $0, on: connection)) }
        let total = Int(heads.reduce(0) { $0 + $1.head })
        var passed: Int64 = 0
        for (lane, head) in heads {
            var position: Int64 = .min
            while true {
                let page = try Ledger.page(of: lane, after: position, limit: pageSize, on: connection)
                guard let last = page.last else { break }
                try body(page.filter(scope.includes))
                position = last.position
                progress("exporting", Int(passed + position), total)
            }
            passed += head
            progress("exporting", Int(passed), total)
        }
    }

    /// Who names episodes names few: their events are read stream by stream and put in the order of their lanes.
    private func forEachPageOfEpisodes(
        on connection: Connection, _ progress: EvidenceProgress, _ body: ([LedgerEvent]) throws -> Void
    ) throws {
        let ranges = scope.episodes.map { Ledger.StreamRange(stream: $0, firstVersion: 1, lastVersion: .max) }
        for (done, lane) in Lane.all.enumerated() {
            let events = try Ledger.events(in: ranges, category: lane.category, reach: reach, on: connection)
                .filter { $0.backfill == lane.backfill && scope.includes($0) }.sorted { $0.position < $1.position }
            for start in stride(from: 0, to: events.count, by: pageSize) {
                try body(Array(events[start..<min(events.count, start + pageSize)]))
            }
            progress("exporting", done + 1, Lane.all.count)
        }
    }

    private func head(of lane: Lane, on connection: Connection) throws -> Int64 {
        try connection.run(
            "select head from published.lane where category = $1 and backfill = $2",
            [.int16(lane.category.rawValue), .bool(lane.backfill)]
        ).only().int64(0)
    }
}

/// The leaves of a page of events, and of what follows from them.
private struct EvidenceLeaves {
    private var own: [EventID: StoredLog.Leaf] = [:]
    private var derived: [EventID: [StoredLog.Leaf]] = [:]

    init(of events: [LedgerEvent], before size: Int, reach: LedgerReach, on connection: Connection) throws {
        for leaf in try StoredLog.leaves(of: events.map(\.id), reach: reach, on: connection) where leaf.index < size {
            own[leaf.entry.event] = leaf
        }
        let causes = events.filter { $0.category == .episode }
        let following = try StoredLog.derivedLeaves(
            following: causes.map { (episode: $0.stream, sequence: $0.version) }, reach: reach, on: connection)
        for (place, leaf) in following where leaf.index < size && leaf.entry.follows(causes[place]) {
            derived[causes[place].id, default: []].append(leaf)
        }
    }

    /// The event's own leaf first; nil where it has none yet.
    func of(_ event: LedgerEvent) -> [StoredLog.Leaf]? {
        own[event.id].map { [$0] + (derived[event.id] ?? []) }
    }
}
