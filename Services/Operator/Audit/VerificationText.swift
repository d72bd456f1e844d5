import AuditLog
import ServiceKit
import TransparencyLog

/// A verification's result as people and as programs read it.
enum VerificationText {
    static func words(_ report: VerificationReport) -> String {
        var lines = [
            "leaves      \(report.size)", "root        \(report.root.base64)",
            "checkpoint  " + checkpoint(report), "ledger      \(report.ledgerEvents) events",
        ]
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
            "differenceCount": .integer(report.differenceCount),
            "furtherCheckpointsDiffering": .integer(report.furtherCheckpointsDiffering),
            "differences": .array(report.differences.map(json)),
        ]
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
