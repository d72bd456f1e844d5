import Contracts
import Domain
import Persistence
import TransparencyLog

/// Reads every leaf in order, grows a tree of its own from them, and compares tiles, checkpoints and head.
struct TreeCheck {
    /// A gap of more leaves than this is not filled: the rest of the tree can then not be recomputed.
    private static let longestGap = 1 << 20

    private let connection: Connection
    private let pageSize: Int
    private var tree = TiledTree()
    private var checkpoints: CheckpointCheck
    private var tiles: TileCheck
    private let knownTopics = Set(AuditedTopics.all.map(\.name))
    /// Events of the re-seal entries whose words are known.
    private let reseals: Set<EventID>
    /// By topic, the last event of it in the log.
    private(set) var lastLeaves: [String: EventID] = [:]

    init(_ verification: LogVerification, reseals: [StoredReseal], on connection: Connection) throws {
        self.connection = connection
        pageSize = verification.pageSize
        self.reseals = Set(reseals.map(\.event))
        checkpoints = try CheckpointCheck(verification, reseals: reseals, on: connection)
        tiles = TileCheck(connection: connection)
    }

    mutating func run(into report: inout VerificationReport, progress: (Int, Int) -> Void) throws {
        let head = try StoredLog.head(on: connection)
        try checkpoints.begin(&report)
        while true {
            let page = try StoredLog.leaves(from: tree.size, limit: pageSize, on: connection)
            guard let last = page.last else { break }
            guard last.index - tree.size < Self.longestGap else {
                report.add(.leavesMissing(first: tree.size, count: last.index - tree.size))
                break
            }
            try append(page, &report)
            progress(tree.size, max(head.size, tree.size))
        }
        try tiles.finish(tree, &report)
        try checkpoints.finish(&report)
        report.size = tree.size
        report.root = tree.root
        if head.size != tree.size {
            report.add(.treeSizeDiffers(stored: head.size, leaves: tree.size))
        } else if head.root != tree.root {
            report.add(.treeRootDiffers(size: tree.size))
        }
    }

    private mutating func append(_ page: [StoredLog.Leaf], _ report: inout VerificationReport) throws {
        var hashes: [LogHash] = []
        hashes.reserveCapacity(page.count)
        var next = tree.size
        for leaf in page {
            if leaf.index > next {
                report.add(.leavesMissing(first: next, count: leaf.index - next))
                // Something must stand there, so that the later leaves keep their places.
                hashes.append(contentsOf: repeatElement(.emptyRoot, count: leaf.index - next))
            }
            hashes.append(leaf.entry.leafHash)
            next = leaf.index + 1
            if !knownTopics.contains(leaf.entry.topic) { judgeUnpublished(leaf, &report) }
            lastLeaves[leaf.entry.topic] = leaf.entry.event
        }
        try grow(by: hashes, &report)
        try tiles.compare(&report)
    }

    /// A leaf that came through no topic: a re-seal entry, or none that the log can have.
    private func judgeUnpublished(_ leaf: StoredLog.Leaf, _ report: inout VerificationReport) {
        let (index, event) = (leaf.index, leaf.entry.event)
        guard leaf.entry.topic == AuditedTopics.reseal.name, leaf.entry.type == EventType.logResealed.rawValue else {
            return report.add(.leafOfUnknownTopic(index: index, event: event))
        }
        if !reseals.contains(event) { report.add(.resealUnreadable(index: index, event: event)) }
    }

    /// Stops at the size of each checkpoint to look at the root.
    private mutating func grow(by hashes: [LogHash], _ report: inout VerificationReport) throws {
        var rest = hashes[...]
        while !rest.isEmpty {
            let size = try checkpoints.nextSize(&report) ?? .max
            let part = rest.prefix(size - tree.size)
            tiles.expect(tree.append(part))
            rest = rest.dropFirst(part.count)
            if tree.size == size { checkpoints.judge(tree.root, at: size, &report) }
        }
    }
}
