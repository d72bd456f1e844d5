public import Domain
import FoundationEssentials
import SwiftProtobuf

/// The audit log goes on from an earlier point, to which its database was restored.
public struct LogReseal: Hashable, Sendable {
    /// A tree by its size and root.
    public struct Tree: Hashable, Sendable {
        public let size: Int
        /// 32 bytes.
        public let root: [UInt8]

        public init(size: Int, root: [UInt8]) {
            self.size = size
            self.root = root
        }
    }

    public let origin: String
    /// Where the tree stood when it was re-sealed; the entry is the leaf behind it.
    public let restored: Tree
    /// The newest checkpoint kept elsewhere that the restored tree still contains; nil for none.
    public let agreed: Tree?
    /// Every kept checkpoint that the restored tree does not contain, by size; one at least.
    public let lost: [Tree]
    /// The newest of them, as it was signed.
    public let lastNote: String
    public let reason: String
    public let resealedBy: String
    public let resealedAt: Timestamp

    public init(
        origin: String, restored: Tree, agreed: Tree?, lost: [Tree], lastNote: String, reason: String,
        resealedBy: String, resealedAt: Timestamp
    ) {
        self.origin = origin
        self.restored = restored
        self.agreed = agreed
        self.lost = lost
        self.lastNote = lastNote
        self.reason = reason
        self.resealedBy = resealedBy
        self.resealedAt = resealedAt
    }
}

/// Re-seal entries as bytes: what the leaf's digest is of.
public enum LogResealCodec {
    public static func encode(_ reseal: LogReseal) throws -> [UInt8] {
        var message = Attune_V1_LogResealed()
        message.origin = reseal.origin
        message.restoredSize = UInt64(reseal.restored.size)
        message.restoredRoot = Data(reseal.restored.root)
        message.agreedSize = UInt64(reseal.agreed?.size ?? 0)
        message.agreedRoot = Data(reseal.agreed?.root ?? [])
        message.lost = reseal.lost.map { tree in
            .with {
                $0.size = UInt64(tree.size)
                $0.root = Data(tree.root)
            }
        }
        message.lastNote = reseal.lastNote
        message.reason = reseal.reason
        message.resealedBy = reseal.resealedBy
        message.resealedAtMicroseconds = reseal.resealedAt.microseconds
        return try message.serializedBytes()
    }

    public static func decode(_ payload: [UInt8]) throws(MalformedEvent) -> LogReseal {
        let message: Attune_V1_LogResealed
        do {
            message = try Attune_V1_LogResealed(serializedBytes: payload)
        } catch {
            throw MalformedEvent(field: "value", problem: "not a protobuf LogResealed")
        }
        var lost: [LogReseal.Tree] = []
        for tree in message.lost { lost.append(try read(tree.size, tree.root, field: "lost")) }
        return LogReseal(
            origin: message.origin,
            restored: try read(message.restoredSize, message.restoredRoot, field: "restored_root"),
            agreed: message.agreedSize == 0
                ? nil : try read(message.agreedSize, message.agreedRoot, field: "agreed_root"),
            lost: lost, lastNote: message.lastNote, reason: message.reason, resealedBy: message.resealedBy,
            resealedAt: Timestamp(microseconds: message.resealedAtMicroseconds))
    }

    private static func read(_ size: UInt64, _ root: Data, field: String) throws(MalformedEvent) -> LogReseal.Tree {
        guard let size = Int(exactly: size), root.count == 32 else {
            throw MalformedEvent(field: field, problem: "is not a tree's size and root")
        }
        return LogReseal.Tree(size: size, root: Array(root))
    }
}
