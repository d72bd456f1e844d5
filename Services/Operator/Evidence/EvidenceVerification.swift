import AuditLog
import Crypto
import Domain
import Foundation
import TransparencyLog

/// Checks a bundle of evidence by itself: no database, no network, nothing but the folder and the keys. Memory does not
/// grow with the bundle.
struct EvidenceVerification {
    let folder: URL
    /// By which the log is believed; nil for those that the bundle brings, which proves nothing about who made it.
    let keys: LogKeys?
    /// Checkpoints that somebody has kept elsewhere, as signed notes.
    let kept: [String]
    /// Digest that the manifest must have, in hexadecimal; nil for any.
    let manifestDigest: String?

    struct Report {
        let manifest: EvidenceManifest
        let manifestDigest: String
        /// False where the bundle's own keys had to do.
        let hasOutsideKeys: Bool
        var events = 0
        var leaves = 0
        var checkpoints = 0
        /// The first thousand.
        private(set) var differences: [EvidenceDifference] = []
        private(set) var differenceCount = 0

        mutating func add(_ difference: EvidenceDifference) {
            differenceCount += 1
            if differences.count < 1000 { differences.append(difference) }
        }
    }

    /// - Throws: where the folder cannot be read as a bundle at all.
    func run() throws -> Report {
        guard let bytes = FileManager.default.contents(atPath: path(EvidenceFile.manifest)) else {
            throw CannotCheck("\(path(EvidenceFile.manifest)) cannot be read: this is no bundle, or it is not complete")
        }
        let digest = Hexadecimal.text(Array(SHA256.hash(data: bytes)))
        let manifest: EvidenceManifest
        do { manifest = try EvidenceManifest(Array(bytes)) } catch {
            throw CannotCheck("the manifest is not one of \(EvidenceManifest.format): \(error)")
        }
        let keys = try self.keys ?? LogKeys(text: TextFile.read(path(EvidenceFile.keys)))
        guard keys.origin == manifest.origin else {
            throw CannotCheck("the bundle is of log \(manifest.origin), the keys are of \(keys.origin)")
        }
        var report = Report(manifest: manifest, manifestDigest: digest, hasOutsideKeys: self.keys != nil)
        if let manifestDigest, manifestDigest.lowercased() != digest { report.add(.otherManifest) }
        try checkFiles(manifest, &report)
        let checkpoints = EvidenceCheckpoints(folder: folder, manifest: manifest, keys: keys)
        try checkpoints.check(kept: kept, &report)
        try EvidenceEvents(folder: folder, manifest: manifest).check(&report)
        return report
    }

    private func checkFiles(_ manifest: EvidenceManifest, _ report: inout Report) throws {
        var bar = ProgressBar("files", total: manifest.files.reduce(0) { $0 + $1.size })
        defer { bar.end() }
        var done = 0
        for file in manifest.files {
            if !FileManager.default.fileExists(atPath: path(file.path)) {
                report.add(.fileMissing(file.path))
            } else if try digest(of: file.path) != (file.size, file.digest) {
                report.add(.fileDiffers(file.path))
            }
            done += file.size
            bar.advance(to: done)
        }
        let named = Set(manifest.files.map(\.path))
        for required in [EvidenceFile.events, EvidenceFile.leaves, EvidenceFile.proofs, EvidenceFile.consistency]
        where !named.contains(required) { report.add(.fileMissing(required)) }
        for found in try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
        where found != EvidenceFile.manifest && !named.contains(found) && !isFolder(found) {
            report.add(.fileTooMany(found))
        }
    }

    private func digest(of file: String) throws -> (Int, String) {
        let handle = try FileHandle(forReadingFrom: folder.appendingPathComponent(file))
        defer { try? handle.close() }
        var hash = SHA256()
        var size = 0
        while let piece = try handle.read(upToCount: 1 << 16), !piece.isEmpty {
            hash.update(data: piece)
            size += piece.count
        }
        return (size, Hexadecimal.text(Array(hash.finalize())))
    }

    private func isFolder(_ file: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path(file), isDirectory: &isFolder) && isFolder.boolValue
    }

    private func path(_ file: String) -> String { folder.appendingPathComponent(file).path }
}
