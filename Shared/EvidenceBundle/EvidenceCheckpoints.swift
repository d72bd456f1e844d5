import AuditLog
import Foundation
import TransparencyLog

/// Checks the signed checkpoints of a bundle, and the proofs that join them.
struct EvidenceCheckpoints {
    let folder: URL
    let manifest: EvidenceManifest
    let keys: LogKeys

    func check(kept: [String], _ report: inout EvidenceVerification.Report) throws {
        let signed = try signedTrees(&report)
        if signed[manifest.size] != manifest.root { report.add(.coveringCheckpointMissing(size: manifest.size)) }
        let joined = try joinedTrees(&report)
        for (size, root) in signed.sorted(by: { $0.key < $1.key }) where joined[size] != root {
            report.add(.checkpointNotJoined(size: size))
        }
        for (number, note) in kept.enumerated() {
            guard let checkpoint = believed(note, "kept checkpoint \(number + 1)", &report) else { continue }
            switch joined[checkpoint.size] {
            case nil: report.add(.keptCheckpointNotComparable(size: checkpoint.size))
            case checkpoint.root?: break
            case .some: report.add(.keptCheckpointDiffers(size: checkpoint.size))
            }
        }
    }

    /// Roots that the bundle's own checkpoints sign, by size.
    private func signedTrees(_ report: inout EvidenceVerification.Report) throws -> [Int: LogHash] {
        var signed: [Int: LogHash] = [:]
        for file in manifest.files where file.path.hasPrefix(EvidenceFile.checkpoints + "/") {
            report.checkpoints += 1
            let path = folder.appendingPathComponent(file.path).path
            // A missing file was reported as such.
            guard let data = FileManager.default.contents(atPath: path) else { continue }
            if let checkpoint = believed(String(decoding: data, as: UTF8.self), file.path, &report) {
                signed[checkpoint.size] = checkpoint.root
            }
        }
        if report.checkpoints != manifest.counts.checkpoints {
            report.add(
                .countDiffers("checkpoints", manifest: manifest.counts.checkpoints, found: report.checkpoints))
        }
        return signed
    }

    private func believed(
        _ note: String, _ name: String, _ report: inout EvidenceVerification.Report
    ) -> Checkpoint? {
        do throws(CheckpointError) {
            let verified = try Checkpoint.verified(note, keys: keys)
            if let (key, until) = verified.retiredSigner(by: keys) {
                report.add(.retiredKeySigned(size: verified.checkpoint.size, key: key.idText, until: until))
            }
            return verified.checkpoint
        } catch {
            report.add(.checkpointNotTrusted(name, why: CheckpointProblem(error)))
            return nil
        }
    }

    /// Roots of the earlier trees that the covering one is proved to contain, by size: followed backwards from it, so
    /// that what is not joined to it counts for nothing. There are a few hundred at most.
    private func joinedTrees(_ report: inout EvidenceVerification.Report) throws -> [Int: LogHash] {
        var joined = [manifest.size: manifest.root]
        var last = (size: manifest.size, root: manifest.root)
        for line in try lines(&report).reversed() {
            let proof = line.proof
            do throws(ProofError) {
                guard proof.secondSize == last.size, line.secondRoot == last.root else { throw .rootMismatch }
                try proof.verify(firstRoot: line.firstRoot, secondRoot: line.secondRoot)
            } catch {
                report.add(.consistencyFails(from: proof.firstSize, to: proof.secondSize))
                break
            }
            last = (proof.firstSize, line.firstRoot)
            joined[last.size] = last.root
        }
        return joined
    }

    private func lines(_ report: inout EvidenceVerification.Report) throws -> [ConsistencyLine] {
        guard var reader = try? LineReader(folder.appendingPathComponent(EvidenceFile.consistency)) else { return [] }
        var lines: [ConsistencyLine] = []
        while let line = try reader.next() {
            guard let read = try? ConsistencyLine(line) else {
                report.add(.unreadable(EvidenceFile.consistency, line: reader.number))
                break
            }
            lines.append(read)
        }
        return lines
    }
}
