import AuditLog
import Contracts
import ServiceKit
import TransparencyLog

/// A verification's result as people and as programs read it.
enum VerificationText {
    static func words(_ report: VerificationReport) -> String {
        var lines = [
            "leaves      \(report.size)", "root        \(report.root.base64)",
            "checkpoint  " + checkpoint(report), "ledger      \(report.ledgerEvents) events",
        ]
        lines += report.keyUses.map { "key         \(keyUse($0))" }
        for entry in Set(report.resealed.map(\.entry)).sorted(by: { $0.index < $1.index }) {
            let statement = entry.statement
            lines.append(
                "RESEALED    leaf \(entry.index): restored to \(statement.restored.size) leaves, \(statement.reason) "
                    + "(\(statement.resealedBy), \(statement.resealedAt))")
        }
        lines += report.resealed.map { kept in
            "            kept checkpoint of \(kept.size) leaves: \(kept.leavesLost) lost, as leaf \(kept.entry.index) says"
        }
        if report.pending.count > 0 { lines.append("pending     " + pending(report.pending)) }
        lines += report.differences.map { difference in "DIFFERENCE  \(difference)" }
        let unlisted = report.differenceCount - report.differences.count
        if unlisted > 0 { lines.append("            and \(unlisted) more") }
        if report.furtherCheckpointsDiffering > 0 {
            lines.append("            and \(report.furtherCheckpointsDiffering) later checkpoints over other leaves")
        }
        lines.append(report.isVerified ? "verified" : "NOT verified: \(report.differenceCount) differences")
        return lines.map { $0 + "\n" }.joined()
    }

    static func json(_ report: VerificationReport) -> JSON {
        [
            "verified": .bool(report.isVerified), "size": .integer(report.size), "root": .string(report.root.base64),
            "checkpoints": .integer(report.checkpoints),
            "coveredSize": report.coveredSize.map { .integer($0) } ?? .null,
            "checkpoint": .text(report.coveringNote), "ledgerEvents": .integer(report.ledgerEvents),
            "pending": [
                "unpublished": .integer(report.pending.unpublished), "recent": .integer(report.pending.recent),
                "oldest": .text(report.pending.oldest),
            ],
            "keys": .array(report.keyUses.map(json)),
            "resealed": .array(report.resealed.map(json)),
            "differenceCount": .integer(report.differenceCount),
            "furtherCheckpointsDiffering": .integer(report.furtherCheckpointsDiffering),
            "differences": .array(report.differences.map(json)),
        ]
    }

    private static func json(_ use: KeyUse) -> JSON {
        [
            "key": .string(use.key.text), "first": .integer(use.first), "last": .integer(use.last),
            "checkpoints": .integer(use.checkpoints),
        ]
    }

    private static func json(_ kept: VerificationReport.Resealed) -> JSON {
        [
            "size": .integer(kept.size), "root": .string(kept.root.base64), "leavesLost": .integer(kept.leavesLost),
            "entry": .integer(kept.entry.index), "event": .text(kept.entry.event),
            "restoredSize": .integer(kept.entry.statement.restored.size),
            "reason": .string(kept.entry.statement.reason), "by": .string(kept.entry.statement.resealedBy),
            "at": .text(kept.entry.statement.resealedAt),
        ]
    }

    private static func keyUse(_ use: KeyUse) -> String {
        "\(use.key.idText) signed \(use.checkpoints) checkpoints, of \(use.first) to \(use.last) leaves"
    }

    private static func json(_ difference: Difference) -> JSON {
        [
            "kind": .string(difference.kind), "index": difference.index.map { .integer($0) } ?? .null,
            "event": .text(difference.event), "description": .text(difference),
        ]
    }

    private static func checkpoint(_ report: VerificationReport) -> String {
        guard let covered = report.coveredSize else {
            return report.checkpoints == 0 ? "none signed yet" : "none that holds"
        }
        let open = report.size - covered
        return "\(covered) leaves signed" + (open > 0 ? ", \(open) not yet" : "")
    }

    private static func pending(_ pending: PendingEvents) -> String {
        let oldest = pending.oldest.map { ", the oldest of \($0)" } ?? ""
        return "\(pending.unpublished) not published yet, \(pending.recent) just published\(oldest)"
    }
}
