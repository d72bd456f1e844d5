import AuditLog
import Domain
import HTTPTypes
import Hummingbird
import Persistence
import ServiceKit
import TransparencyLog

/// What the log tells to people who may audit it. Nothing of it is client data; leaves say of which episode
/// they are, and are shown only to callers of their site.
struct AuditRoutes: Sendable {
    let reading: ScopedReading
    let keys: LogKeys

    func add(to http: ServiceHTTP) {
        let keys = self.keys
        http.authenticated("/v1/audit", to: .readLog)
            .get("key") { _, _ in Self.text(keys.text) }
            .get("checkpoint") { _, context in Self.text(try await checkpoint(for: context.caller).note) }
            .get("leaves/:eventId") { _, context in
                let leaf = try await leaf(context.identity("eventId"), for: context.caller)
                return AuditDocuments.leaf(leaf)
            }
            .get("proof/:eventId") { request, context in
                let event: EventID = try context.identity("eventId")
                return try await inclusion(event, size: Self.size("size", of: request), for: context.caller)
            }
            .get("consistency") { request, context in
                guard let from = try Self.size("from", of: request) else { throw Problem.badRequest("from is missing.") }
                return try await consistency(from: from, to: Self.size("to", of: request), for: context.caller)
            }
    }

    private func checkpoint(for caller: Caller) async throws -> StoredLog.SignedHead {
        let newest = try await read(for: caller) { try StoredLog.latestCheckpoint(on: $0) }
        guard let newest else { throw Problem.notFound }
        return newest
    }

    private func leaf(_ event: EventID, for caller: Caller) async throws -> StoredLog.Leaf {
        try await read(for: caller) { try Self.leaf(event, on: $0) }
    }

    private func inclusion(_ event: EventID, size: Int?, for caller: Caller) async throws -> JSON {
        try await read(for: caller) { connection in
            let leaf = try Self.leaf(event, on: connection)
            let head = try StoredLog.head(on: connection)
            let checkpoint =
                if let size { try StoredLog.checkpoint(size: size, on: connection) }
                else { try StoredLog.latestCheckpoint(on: connection) }
            guard let size = size ?? checkpoint?.size, size <= head.size else {
                throw size == nil ? Self.notCoveredYet : Problem.badRequest("size is larger than the log.")
            }
            guard leaf.index < size else {
                throw checkpoint?.size == size ? Self.notCoveredYet : Problem.badRequest("size does not cover the event.")
            }
            let proof = try StoredLog.inclusionProof(index: leaf.index, size: size, on: connection)
            let root = try StoredLog.root(size: size, on: connection)
            return AuditDocuments.inclusion(proof, leaf: leaf.entry.leafHash, root: root, checkpoint: checkpoint)
        }
    }

    private func consistency(from: Int, to: Int?, for caller: Caller) async throws -> JSON {
        try await read(for: caller) { connection in
            let head = try StoredLog.head(on: connection)
            guard let to = try to ?? StoredLog.latestCheckpoint(on: connection)?.size else { throw Problem.notFound }
            guard from <= to, to <= head.size else {
                throw Problem.badRequest("The sizes must rise and lie within the log.")
            }
            let proof = try StoredLog.consistencyProof(from: from, to: to, on: connection)
            return AuditDocuments.consistency(
                proof, firstRoot: try StoredLog.root(size: from, on: connection),
                secondRoot: try StoredLog.root(size: to, on: connection))
        }
    }

    /// Another site's event is not there.
    private static func leaf(_ event: EventID, on connection: Connection) throws -> StoredLog.Leaf {
        guard let leaf = try StoredLog.leaf(of: event, reach: .scoped, on: connection) else { throw Problem.notFound }
        return leaf
    }

    /// Reads within the caller's scope. A database that is away for a while is no fault of this service.
    private func read<Result: Sendable>(
        for caller: Caller, _ body: @escaping @Sendable (Connection) throws -> Result
    ) async throws -> Result {
        do {
            return try await reading.answer(to: caller, body)
        } catch let error as DatabaseError where error.isTransient || error.kind == .shuttingDown {
            throw Problem.unavailable("database")
        }
    }

    private static let notCoveredYet = Problem.unavailable("a checkpoint that covers the event")

    /// A number of leaves in the query.
    private static func size(_ name: String, of request: Request) throws(Problem) -> Int? {
        guard let text = request.uri.queryParameters[Substring(name)] else { return nil }
        guard let size = Int(text), size >= 0 else { throw Problem.badRequest("\(name) is not a number of leaves.") }
        return size
    }

    private static func text(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
