import AuditLog
import Crypto
import Domain
public import Foundation
public import TransparencyLog

/// Checks a bundle of evidence by itself: no database, no network, nothing but the folder and the keys. Memory does not
/// grow with the bundle.
public struct EvidenceVerification {
    let folder: URL
    /// By which the log is believed; nil for those that the bundle brings, which proves nothing about who made it.
    let keys: LogKeys?
    /// Checkpoints that somebody has kept elsewhere, as signed notes.
    let kept: [String]
    /// Digest that the manifest must have, in hexadecimal; nil for any.
    let manifestDigest: String?

    /// - Parameters:
    ///   - keys: by which the log is believed; nil for those that the bundle brings, which proves nothing about who made it.
    ///   - kept: checkpoints that somebody has kept elsewhere, as signed notes.
    ///   - manifestDigest: that the manifest must have, in hexadecimal; nil for any.
    public init(folder: URL, keys: LogKeys?, kept: [String], manifestDigest: String?) {
        self.folder = folder
        self.keys = keys
        self.kept = kept
        self.manifestDigest = manifestDigest
    }

    public struct Report: Sendable {
        public let manifest: EvidenceManifest
        public let manifestDigest: String
        /// False where the bundle's own keys had to do.
        public let hasOutsideKeys: Bool
        public internal(set) var events = 0
        public internal(set) var leaves = 0
        public internal(set) var checkpoints = 0
        /// The first thousand.
        public private(set) var differences: [EvidenceDifference] = []
        public private(set) var differenceCount = 0

        mutating func add(_ difference: EvidenceDifference) {
            differenceCount += 1
            if differences.count < 1000 { differences.append(difference) }
        }
    }

    /// - Throws: where the folder cannot be read as a bundle at all.
    public func run(progress: EvidenceProgress = { _, _, _ in }) throws -> Report {
        guard let bytes = FileManager.default.contents(atPath: path(EvidenceFile.manifest)) else {
            throw EvidenceUnavailable(
                "\(path(EvidenceFile.manifest)) cannot be read: this is no bundle, or it is not complete")
        }
        let digest = Hexadecimal.text(Array(SHA256.hash(data: bytes)))
        let manifest: EvidenceManifest
        do { manifest = try EvidenceManifest(Array(bytes)) } catch {
            throw EvidenceUnavailable("the manifest is not one of \(EvidenceManifest.format): \(error)")
        }
        let keys = try self.keys ?? bundleKeys()
        guard keys.origin == manifest.origin else {
            throw EvidenceUnavailable("the bundle is of log \(manifest.origin), the keys are of \(keys.origin)")
        }
        var report = Report(manifest: manifest, manifestDigest: digest, hasOutsideKeys: self.keys != nil)
        if let manifestDigest, manifestDigest.lowercased() != digest { report.add(.otherManifest) }
        try checkFiles(manifest, &report, progress)
        let checkpoints = EvidenceCheckpoints(folder: folder, manifest: manifest, keys: keys)
        try checkpoints.check(kept: kept, &report)
        try EvidenceEvents(folder: folder, manifest: manifest).check(&report, progress)
        return report
    }

    private func bundleKeys() throws -> LogKeys {
        guard let data = FileManager.default.contents(atPath: path(EvidenceFile.keys)) else {
            throw EvidenceUnavailable("\(path(EvidenceFile.keys)) cannot be read")
        }
        return try LogKeys(text: String(decoding: data, as: UTF8.self))
    }

    private func checkFiles(
        _ manifest: EvidenceManifest, _ report: inout Report, _ progress: EvidenceProgress
    ) throws {
        let total = manifest.files.reduce(0) { $0 + $1.size }
        var done = 0
        for file in manifest.files {
            if !FileManager.default.fileExists(atPath: path(file.path)) {
                report.add(.fileMissing(file.path))
            } else if try digest(of: file.path) != (file.size, file.digest) {
                report.add(.fileDiffers(file.path))
            }
            done += file.size
            progress("files", done, total)
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
