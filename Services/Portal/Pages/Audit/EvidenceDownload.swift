import Contracts
import Domain
import EvidenceBundle
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Persistence
import ServiceKit
import TransparencyLog

/// Makes the bundle of evidence of one episode: the same that `attune evidence export --episode` writes.
struct EvidenceDownload: Sendable {
    /// How many bundles may lie on disk at once.
    static let mostAtOnce = 4
    /// Why a bundle was exported, as the ledger has it; operators give reasons of their own.
    static let reason = "portal"

    let data: ClientData
    let keys: LogKeys
    let places: Places

    /// Nil where there is no such episode in the visitor's scope. The ledger has recorded the export, and the look at the
    /// episode, before anything leaves.
    ///
    /// - Throws: ``Problem`` 503 while no checkpoint has been signed, or while as many bundles are being fetched as may be.
    func make(of episode: EpisodeID, by visitor: Visitor, as role: Role) async throws -> BundleFiles? {
        let found = try await data.read(by: visitor) { try EpisodeHead(episode, on: $0) }
        guard let found else { return nil }
        guard let place = places.take() else { throw Problem.unavailable("room for another bundle", retryAfterSeconds: 10) }
        let files = try BundleFiles(at: place)
        let scope = visitor.scope
        let keys = self.keys
        do {
            let result = try await data.pool.with { connection in
                try EvidenceExport(scope: EvidenceScope(episodes: [episode]), keys: keys, reach: .scoped).write(
                    to: files.folder, at: .now, on: connection, entering: { try scope.apply(on: $0) })
            }
            let (manifest, digest) = EvidenceRecord.manifest(of: result)
            try await data.look(.evidence, by: visitor, as: role) { connection, looks in
                looks.note(episode, at: found.site)
                try EvidenceRecord(accessedBy: visitor.subject, reason: Self.reason).append(
                    result, digest: digest, at: looks.now, on: connection)
            }
            try files.folder.writeManifest(manifest)
            return files
        } catch is EvidenceUnavailable {
            throw Problem.unavailable("a checkpoint signed by the portal's keys", retryAfterSeconds: 30)
        }
    }
}

/// A bundle's files on disk, for as long as somebody holds on to them.
final class BundleFiles: Sendable {
    // Handed on and never shared: the export writes it, then its manifest is added, then the response reads it.
    nonisolated(unsafe) let folder: EvidenceFolder
    private let place: Places.Place
    private static let pieceSize = 1 << 16

    init(at place: Places.Place) throws {
        self.place = place
        folder = try EvidenceFolder(
            FileManager.default.temporaryDirectory.appendingPathComponent("attune-evidence-\(UUID().uuidString)").path)
    }

    deinit { try? FileManager.default.removeItem(at: folder.url) }

    /// The bundle as one tar file, a piece at a time: memory does not grow with it.
    func response(named name: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "application/x-tar", .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"\(name).tar\"",
            ],
            body: ResponseBody { [self] writer in
                for path in try paths() {
                    let file = folder.url.appendingPathComponent(path)
                    let size = try file.fileSize
                    guard let header = TarEntry.header(path: "\(name)/\(path)", size: size) else {
                        throw EvidenceUnavailable("\(path) cannot be part of an archive")
                    }
                    try await writer.write(ByteBuffer(bytes: header))
                    let handle = try FileHandle(forReadingFrom: file)
                    defer { try? handle.close() }
                    while let piece = try handle.read(upToCount: Self.pieceSize), !piece.isEmpty {
                        try await writer.write(ByteBuffer(bytes: piece))
                    }
                    try await writer.write(ByteBuffer(repeating: 0, count: TarEntry.padding(after: size)))
                }
                try await writer.write(ByteBuffer(bytes: TarEntry.end))
                try await writer.finish(nil)
            })
    }

    private func paths() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.url.path).sorted().filter { path in
            var isFolder: ObjCBool = false
            let file = folder.url.appendingPathComponent(path).path
            return FileManager.default.fileExists(atPath: file, isDirectory: &isFolder) && !isFolder.boolValue
        }
    }
}

extension URL {
    fileprivate var fileSize: Int {
        get throws { (try FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber)?.intValue ?? 0 }
    }
}
