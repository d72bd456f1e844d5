public import Domain

/// One respect in which the log is not what it should be.
public enum Difference: Hashable, Sendable {
    /// No leaf stands at these places, though later ones do.
    case leavesMissing(first: Int, count: Int)
    /// A leaf's topic is none that is audited.
    case leafOfUnknownTopic(index: Int, event: EventID)
    /// The leaf is not the one whose hash the tree was built from.
    case leafNotInTile(index: Int, event: EventID)
    case tileMissing(level: Int, index: Int)
    /// The tile is not the one that follows from the leaves.
    case tileDiffers(level: Int, index: Int)
    /// A tile stands where the tree has none.
    case tileTooMany(level: Int, index: Int)
    case treeSizeDiffers(stored: Int, leaves: Int)
    case treeRootDiffers(size: Int)
    case checkpointNotTrusted(size: Int, why: CheckpointProblem)
    /// The signed text is about another size or root than the row that holds it.
    case checkpointTextDiffers(size: Int)
    /// The tree that was signed is not the tree of today's leaves. Said of the first such checkpoint:
    /// those before it hold, and so do the leaves they cover.
    case checkpointRootDiffers(size: Int)
    /// More leaves were signed than there are.
    case checkpointBeyondTree(size: Int)
    /// Two trees of the same size were signed: whoever was shown the other one was shown another history.
    case checkpointForked(size: Int)
    /// A key has signed a tree larger than the one that ended its time.
    case retiredKeySigned(size: Int, key: String, until: Int)
    /// The words of a re-seal entry are not those that the log holds.
    case resealNotInLog(EventID)
    /// A leaf is a re-seal entry, and its words are gone.
    case resealUnreadable(index: Int, event: EventID)
    /// A re-seal entry is about a tree that the log never was.
    case resealDiffers(index: Int, event: EventID)
    /// A stream's versions do not follow one another: an event is missing between two, or one stands twice.
    case streamBroken(EpisodeID, category: Int16, version: Int64)
    /// An event of a stream stands before the one that it follows.
    case streamOutOfOrder(EpisodeID, category: Int16, version: Int64)
    /// In the ledger, published long enough ago, and not in the log.
    case eventNotInLog(EventID, position: Int64)
    /// In the log as an event of the ledger, and not in the ledger.
    case leafNotInLedger(index: Int, event: EventID)
    /// Log and ledger say different things about an event.
    case eventDiffers(index: Int, event: EventID, fields: [AuditField])
    /// Follows from an event of an episode that is not in the log.
    case causeNotInLog(index: Int, event: EventID)
}

/// A part of a leaf that can be compared with the ledger.
public enum AuditField: String, Hashable, Sendable {
    case topic, type, episode, sequence, site, time, source, payload
}

/// Why a checkpoint's note is not believed.
public enum CheckpointProblem: Hashable, Sendable {
    case malformed
    /// A signature in the log's name that its key did not make.
    case forged
    /// No signature by the log's key.
    case unsigned
    case otherLog

    /// What is said of the checkpoint.
    public var words: String {
        switch self {
        case .malformed: "is malformed"
        case .forged: "carries a false signature"
        case .unsigned: "is not signed by the given key"
        case .otherLog: "is about another log"
        }
    }
}

extension Difference {
    /// Short and stable: what a program tells the kinds apart by.
    public var kind: String {
        switch self {
        case .leavesMissing: "leaves-missing"
        case .leafOfUnknownTopic: "leaf-of-unknown-topic"
        case .leafNotInTile: "leaf-not-in-tile"
        case .tileMissing: "tile-missing"
        case .tileDiffers: "tile-differs"
        case .tileTooMany: "tile-too-many"
        case .treeSizeDiffers: "tree-size-differs"
        case .treeRootDiffers: "tree-root-differs"
        case .checkpointNotTrusted: "checkpoint-not-trusted"
        case .checkpointTextDiffers: "checkpoint-text-differs"
        case .checkpointRootDiffers: "checkpoint-root-differs"
        case .checkpointBeyondTree: "checkpoint-beyond-tree"
        case .checkpointForked: "checkpoint-forked"
        case .retiredKeySigned: "retired-key-signed"
        case .resealNotInLog: "reseal-not-in-log"
        case .resealUnreadable: "reseal-unreadable"
        case .resealDiffers: "reseal-differs"
        case .streamBroken: "stream-broken"
        case .streamOutOfOrder: "stream-out-of-order"
        case .eventNotInLog: "event-not-in-log"
        case .leafNotInLedger: "leaf-not-in-ledger"
        case .eventDiffers: "event-differs"
        case .causeNotInLog: "cause-not-in-log"
        }
    }

    /// Place in the log of the leaf concerned.
    public var index: Int? {
        switch self {
        case .leavesMissing(let index, _), .leafOfUnknownTopic(let index, _), .leafNotInTile(let index, _),
            .leafNotInLedger(let index, _), .eventDiffers(let index, _, _), .causeNotInLog(let index, _),
            .resealUnreadable(let index, _), .resealDiffers(let index, _):
            index
        case .tileMissing, .tileDiffers, .tileTooMany, .treeSizeDiffers, .treeRootDiffers, .checkpointNotTrusted,
            .checkpointTextDiffers, .checkpointRootDiffers, .checkpointBeyondTree, .checkpointForked,
            .retiredKeySigned, .resealNotInLog, .streamBroken, .streamOutOfOrder, .eventNotInLog:
            nil
        }
    }

    /// The event concerned.
    public var event: EventID? {
        switch self {
        case .leafOfUnknownTopic(_, let event), .leafNotInTile(_, let event), .eventNotInLog(let event, _),
            .leafNotInLedger(_, let event), .eventDiffers(_, let event, _), .causeNotInLog(_, let event),
            .resealNotInLog(let event), .resealUnreadable(_, let event), .resealDiffers(_, let event):
            event
        case .leavesMissing, .tileMissing, .tileDiffers, .tileTooMany, .treeSizeDiffers, .treeRootDiffers,
            .checkpointNotTrusted, .checkpointTextDiffers, .checkpointRootDiffers, .checkpointBeyondTree,
            .checkpointForked, .retiredKeySigned, .streamBroken, .streamOutOfOrder:
            nil
        }
    }
}

extension Difference: CustomStringConvertible {
    /// One sentence for a person.
    public var description: String {
        switch self {
        case .leavesMissing(let first, let count):
            count == 1 ? "leaf \(first) is missing" : "\(count) leaves are missing from \(first) on"
        case .leafOfUnknownTopic(let index, let event):
            "leaf \(index) (event \(event)) is of a topic that is not audited"
        case .leafNotInTile(let index, let event):
            "leaf \(index) (event \(event)) is not the one that the tree was built from"
        case .tileMissing(let level, let index): "tile \(level)/\(index) is missing"
        case .tileDiffers(let level, let index): "tile \(level)/\(index) does not follow from the leaves"
        case .tileTooMany(let level, let index): "tile \(level)/\(index) is no part of the tree"
        case .treeSizeDiffers(let stored, let leaves): "the tree says \(stored) leaves, the log has \(leaves)"
        case .treeRootDiffers(let size): "the tree's root is not that of its \(size) leaves"
        case .checkpointNotTrusted(let size, let why): "the checkpoint of size \(size) \(why.words)"
        case .checkpointTextDiffers(let size):
            "the signed text of the checkpoint of size \(size) is about another size or root"
        case .checkpointRootDiffers(let size):
            "the checkpoint of size \(size) was signed over other leaves"
        case .checkpointBeyondTree(let size): "a checkpoint was signed over \(size) leaves, more than there are"
        case .checkpointForked(let size): "two different trees of \(size) leaves were signed: the log was forked"
        case .retiredKeySigned(let size, let key, let until):
            "the checkpoint of size \(size) is signed by key \(key) alone, whose time ended at \(until)"
        case .resealNotInLog(let event): "the re-seal entry \(event) says what the log does not hold"
        case .resealUnreadable(let index, let event): "the words of leaf \(index), re-seal entry \(event), are missing"
        case .resealDiffers(let index, let event):
            "leaf \(index), re-seal entry \(event), is about a tree that the log never was"
        case .streamBroken(let stream, let category, let version):
            "version \(version) of stream \(stream) (category \(category)) does not follow the one before it"
        case .streamOutOfOrder(let stream, let category, let version):
            "version \(version) of stream \(stream) (category \(category)) stands before the one that it follows"
        case .eventNotInLog(let event, let position):
            "event \(event) at position \(position) of the ledger is not in the log"
        case .leafNotInLedger(let index, let event): "leaf \(index) (event \(event)) is not in the ledger"
        case .eventDiffers(let index, let event, let fields):
            "leaf \(index) (event \(event)) and the ledger differ in \(fields.map(\.rawValue).joined(separator: ", "))"
        case .causeNotInLog(let index, let event):
            "leaf \(index) (event \(event)) follows from an event that is not in the log"
        }
    }
}
