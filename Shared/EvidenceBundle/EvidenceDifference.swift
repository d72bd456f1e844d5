public import AuditLog
public import Domain

/// One respect in which a bundle of evidence is not what it should be.
public enum EvidenceDifference: Hashable, Sendable {
    /// The manifest is not the one whose digest was given.
    case otherManifest
    case fileMissing(String)
    /// Another size or digest than the manifest says.
    case fileDiffers(String)
    /// In the folder, and not in the manifest.
    case fileTooMany(String)
    case unreadable(String, line: Int)
    /// The manifest counts other than there are.
    case countDiffers(String, manifest: Int, found: Int)
    case checkpointNotTrusted(String, why: CheckpointProblem)
    case retiredKeySigned(size: Int, key: String, until: Int)
    /// The checkpoint that all proofs lead to is not among the checkpoints.
    case coveringCheckpointMissing(size: Int)
    case consistencyFails(from: Int, to: Int)
    /// Nothing joins this checkpoint with the one that the proofs lead to.
    case checkpointNotJoined(size: Int)
    /// The bundle's log is not the one that was signed when the checkpoint was kept.
    case keptCheckpointDiffers(size: Int)
    /// The bundle has no proof from there: it has to be exported with `--checkpoint`.
    case keptCheckpointNotComparable(size: Int)
    /// The leaf is not in the tree that was signed, at least not at this place.
    case proofFails(index: Int, event: EventID)
    case proofMissing(index: Int, event: EventID)
    case eventDiffers(EventID, index: Int, fields: [AuditField])
    case eventWithoutLeaf(EventID)
    case leafWithoutEvent(index: Int, event: EventID)
    /// Events do not stand in the order of lanes and positions, or one stands twice.
    case eventOutOfOrder(EventID)
    /// A version of a stream is missing before this one, though all of the stream was asked for.
    case streamBroken(EpisodeID, category: Int16, version: Int64)
    case eventOutOfScope(EventID)
}

extension EvidenceDifference: CustomStringConvertible {
    /// One sentence for a person.
    public var description: String {
        switch self {
        case .otherManifest: "the manifest is not the one whose digest was given"
        case .fileMissing(let path): "\(path) is missing"
        case .fileDiffers(let path): "\(path) is not the file that the manifest names"
        case .fileTooMany(let path): "\(path) is not named by the manifest"
        case .unreadable(let path, let line): "line \(line) of \(path) cannot be read; what follows it was not checked"
        case .countDiffers(let what, let manifest, let found): "the manifest counts \(manifest) \(what), there are \(found)"
        case .checkpointNotTrusted(let path, let why): "\(path) \(why.words)"
        case .retiredKeySigned(let size, let key, let until):
            "the checkpoint of size \(size) is signed by key \(key) alone, whose time ended at \(until)"
        case .coveringCheckpointMissing(let size): "the checkpoint of \(size) leaves, to which the proofs lead, is not there"
        case .consistencyFails(let from, let to): "the proof that the tree of \(to) leaves contains the one of \(from) fails"
        case .checkpointNotJoined(let size): "nothing proves that the tree contains the signed one of \(size) leaves"
        case .keptCheckpointDiffers(let size):
            "the kept checkpoint of \(size) leaves is about another tree: the log was rewritten or restored"
        case .keptCheckpointNotComparable(let size):
            "the bundle has no proof from the kept checkpoint of \(size) leaves: export it with --checkpoint"
        case .proofFails(let index, let event): "leaf \(index) (event \(event)) is not proved to be in the signed tree"
        case .proofMissing(let index, let event): "leaf \(index) (event \(event)) has no proof"
        case .eventDiffers(let event, let index, let fields):
            "event \(event) and leaf \(index) differ in \(fields.map(\.rawValue).joined(separator: ", "))"
        case .eventWithoutLeaf(let event): "event \(event) has no leaf"
        case .leafWithoutEvent(let index, let event): "leaf \(index) (event \(event)) belongs to no event of the bundle"
        case .eventOutOfOrder(let event): "event \(event) stands in the wrong place, or twice"
        case .streamBroken(let stream, let category, let version):
            "version \(version) of stream \(stream) (category \(category)) does not follow the one before it"
        case .eventOutOfScope(let event): "event \(event) is none that was asked for"
        }
    }
}
