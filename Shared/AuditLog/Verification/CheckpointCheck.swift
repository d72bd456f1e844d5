import Persistence
public import TransparencyLog

/// Checks signed tree heads, the stored ones and those kept elsewhere, as the tree reaches their sizes.
struct CheckpointCheck {
    /// A tree head somebody signed, or claims to have been signed.
    private struct Claim {
        let size: Int
        let root: LogHash
        let note: String
        let isKept: Bool
        /// Nil for one that is not to be believed.
        let verified: Checkpoint.Verified?
    }

    /// One place that checkpoints come from. The lowest stands last.
    private struct Queue {
        var ready: [Claim] = []
        var pages: any NotePages
        var isComplete = false
    }

    private let keys: LogKeys
    private let reseals: [StoredReseal]
    private var queues: [Queue]
    private var succession = KeySuccession()
    private var hasDiffering = false

    init(_ verification: LogVerification, reseals: [StoredReseal], on connection: Connection) throws {
        keys = verification.keys
        self.reseals = reseals
        let stored = StoredNotes(connection: connection, pageSize: verification.pageSize)
        let loose = try verification.keptFolders.flatMap { try $0.looseNotes() }
        let given = GivenNotes(verification.keptCheckpoints + loose)
        let filed = try verification.keptFolders.map { try FiledNotes($0) }
        queues = ([stored, given] as [any NotePages] + filed).map { Queue(pages: $0) }
    }

    mutating func begin(_ report: inout VerificationReport) throws {
        while let size = try nextSize(&report), size <= 0 { judge(.emptyRoot, at: size, &report) }
    }

    /// The size at which the tree's root has to be looked at next.
    mutating func nextSize(_ report: inout VerificationReport) throws -> Int? {
        for index in queues.indices where queues[index].ready.isEmpty { try refill(index, &report) }
        return queues.compactMap { $0.ready.last?.size }.min()
    }

    /// Compares the checkpoints of the size that was next with the root that the tree has at this size.
    mutating func judge(_ root: LogHash, at size: Int, _ report: inout VerificationReport) {
        let claims = take(size)
        note(claims, &report)
        let holds = claims.contains { $0.root == root && $0.verified != nil }
        for claim in claims {
            if claim.root == root {
                guard claim.verified != nil else { continue }
                report.coveredSize = size
                report.coveringNote = claim.note
            } else if explain(claim, &report) {
                continue
            } else if holds, claim.verified != nil {
                report.add(.checkpointForked(size: size))
            } else if hasDiffering {
                report.furtherCheckpointsDiffering += 1
            } else {
                report.add(.checkpointRootDiffers(size: size))
                hasDiffering = true
            }
        }
    }

    /// What is left now was signed over more leaves than there are.
    mutating func finish(_ report: inout VerificationReport) throws {
        while let size = try nextSize(&report) {
            let claims = take(size)
            note(claims, &report)
            let unexplained = claims.filter { !explain($0, &report) }
            if Set(unexplained.filter { $0.verified != nil }.map(\.root)).count > 1 {
                report.add(.checkpointForked(size: size))
            }
            if !unexplained.isEmpty { report.add(.checkpointBeyondTree(size: size)) }
        }
        report.keyUses = succession.uses
    }

    /// A checkpoint kept from before a restore, if a re-seal entry names it.
    private func explain(_ claim: Claim, _ report: inout VerificationReport) -> Bool {
        guard claim.isKept, claim.verified != nil,
            let reseal = reseals.first(where: { $0.statement.loses(claim.size, claim.root) })
        else { return false }
        report.resealed.append(VerificationReport.Resealed(size: claim.size, root: claim.root, entry: reseal))
        return true
    }

    /// Who signed, and whether that key's time had ended.
    private mutating func note(_ claims: [Claim], _ report: inout VerificationReport) {
        for verified in claims.compactMap(\.verified) {
            let retired = verified.retiredSigner(by: keys) ?? succession.successor(of: verified)
            if let (key, until) = retired {
                report.add(.retiredKeySigned(size: verified.checkpoint.size, key: key.idText, until: until))
            }
            succession.note(verified)
        }
    }

    private mutating func take(_ size: Int) -> [Claim] {
        var taken: [Claim] = []
        for index in queues.indices {
            while queues[index].ready.last?.size == size { taken.append(queues[index].ready.removeLast()) }
        }
        return taken
    }

    private mutating func refill(_ index: Int, _ report: inout VerificationReport) throws {
        while queues[index].ready.isEmpty, !queues[index].isComplete {
            guard let page = try queues[index].pages.next() else {
                queues[index].isComplete = true
                return
            }
            for note in page {
                report.checkpoints += 1
                if let claim = read(note, &report) { queues[index].ready.append(claim) }
            }
            queues[index].ready.reverse()
        }
    }

    /// Nil for a kept note that nothing can be learnt from. One that cannot be believed is a difference, too:
    /// somebody relies on it.
    private func read(_ unread: UnreadNote, _ report: inout VerificationReport) -> Claim? {
        let verified: Checkpoint.Verified
        do throws(CheckpointError) {
            verified = try Checkpoint.verified(unread.note, keys: keys)
        } catch {
            report.add(.checkpointNotTrusted(size: max(0, unread.size), why: CheckpointProblem(error)))
            // The row is compared with the leaves in any case: it tells whether these have changed.
            return unread.stored.map {
                Claim(size: $0.size, root: $0.root, note: unread.note, isKept: false, verified: nil)
            }
        }
        let checkpoint = verified.checkpoint
        guard let stored = unread.stored else {
            return Claim(
                size: checkpoint.size, root: checkpoint.root, note: unread.note, isKept: true, verified: verified)
        }
        guard checkpoint.size == stored.size, checkpoint.root == stored.root else {
            report.add(.checkpointTextDiffers(size: stored.size))
            return Claim(size: stored.size, root: stored.root, note: unread.note, isKept: false, verified: nil)
        }
        return Claim(size: stored.size, root: stored.root, note: unread.note, isKept: false, verified: verified)
    }
}

extension CheckpointProblem {
    public init(_ error: CheckpointError) {
        self =
            switch error {
            case .otherOrigin: .otherLog
            case .note(.invalidSignature): .forged
            case .note(.noTrustedSignature): .unsigned
            case .malformed, .note: .malformed
            }
    }
}
