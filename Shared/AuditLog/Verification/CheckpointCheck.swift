import Persistence
import TransparencyLog

/// Checks signed tree heads, the stored ones and those kept elsewhere, as the tree reaches their sizes.
struct CheckpointCheck {
    /// A tree head somebody signed, or claims to have been signed.
    private struct Claim {
        let size: Int
        let root: LogHash
        let note: String
        let isTrusted: Bool
    }

    private let connection: Connection
    private let key: VerifierKey
    private let pageSize: Int
    private let keptNotes: [String]
    /// By size, the lowest last. What was kept elsewhere is few; the stored ones come in pages.
    private var kept: [Claim] = []
    private var stored: [Claim] = []
    private var lastRead = -1
    private var isComplete = false
    private var hasDiffering = false

    init(_ verification: LogVerification, on connection: Connection) {
        self.connection = connection
        key = verification.key
        pageSize = verification.pageSize
        keptNotes = verification.keptCheckpoints
    }

    /// Reads the notes kept elsewhere. One that cannot be believed is a difference, too: somebody relies on it.
    mutating func begin(_ report: inout VerificationReport) throws {
        for note in keptNotes {
            report.checkpoints += 1
            switch read(note) {
            case .success(let checkpoint):
                kept.append(Claim(size: checkpoint.size, root: checkpoint.root, note: note, isTrusted: true))
            case .failure(let unreadable):
                report.add(.checkpointNotTrusted(size: unreadable.size ?? 0, why: unreadable.problem))
            }
        }
        kept.sort { $0.size > $1.size }
        while let size = try nextSize(&report), size <= 0 { judge(.emptyRoot, &report) }
    }

    /// The size at which the tree's root has to be looked at next.
    mutating func nextSize(_ report: inout VerificationReport) throws -> Int? {
        if stored.isEmpty, !isComplete { try readPage(&report) }
        return [kept.last?.size, stored.last?.size].compactMap(\.self).min()
    }

    /// Compares the checkpoints of the size that was next with the root that the tree has at this size.
    mutating func judge(_ root: LogHash, _ report: inout VerificationReport) {
        guard let size = [kept.last?.size, stored.last?.size].compactMap(\.self).min() else { return }
        while let claim = takeNext(ofSize: size) {
            if claim.root != root {
                if hasDiffering { report.furtherCheckpointsDiffering += 1 }
                else { report.add(.checkpointRootDiffers(size: size)) }
                hasDiffering = true
            } else if claim.isTrusted {
                report.coveredSize = size
                report.coveringNote = claim.note
            }
        }
    }

    /// What is left now was signed over more leaves than there are.
    mutating func finish(size: Int, _ report: inout VerificationReport) throws {
        while let next = try nextSize(&report) {
            while takeNext(ofSize: next) != nil { report.add(.checkpointBeyondTree(size: next)) }
        }
    }

    private mutating func takeNext(ofSize size: Int) -> Claim? {
        if kept.last?.size == size { return kept.removeLast() }
        if stored.last?.size == size { return stored.removeLast() }
        return nil
    }

    private mutating func readPage(_ report: inout VerificationReport) throws {
        let page = try StoredLog.checkpoints(above: lastRead, limit: pageSize, on: connection)
        isComplete = page.count < pageSize
        lastRead = page.last?.size ?? lastRead
        for head in page {
            report.checkpoints += 1
            let signed = read(head.note)
            switch signed {
            case .success(let text) where text.size != head.size || text.root != head.root:
                report.add(.checkpointTextDiffers(size: head.size))
            case .success: break
            case .failure(let unreadable):
                report.add(.checkpointNotTrusted(size: head.size, why: unreadable.problem))
            }
            // The row is compared with the leaves in any case: it tells whether these have changed.
            let isTrusted = if case .success = signed { true } else { false }
            stored.append(Claim(size: head.size, root: head.root, note: head.note, isTrusted: isTrusted))
        }
        stored.reverse()
    }

    private struct Unreadable: Error {
        let problem: CheckpointProblem
        let size: Int?
    }

    private func read(_ note: String) -> Result<Checkpoint, Unreadable> {
        do throws(CheckpointError) {
            return .success(try Checkpoint(verifying: note, origin: key.name, keys: [key]))
        } catch {
            let problem: CheckpointProblem =
                switch error {
                case .otherOrigin: .otherLog
                case .note(.invalidSignature): .forged
                case .note(.noTrustedSignature): .unsigned
                case .malformed, .note: .malformed
                }
            let text = (try? SignedNote(parsing: note)).flatMap { try? Checkpoint(text: $0.text) }
            return .failure(Unreadable(problem: problem, size: text?.size))
        }
    }
}
