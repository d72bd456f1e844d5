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
    static let roles: Set<Role> = [.auditor, .operator, .networkAdmin]
    let pool: ConnectionPool
    let keys: LogKeys

    func add(to http: ServiceHTTP) {
        let keys = self.keys
        http.authenticated("/v1/audit", roles: Self.roles)
            .get("key") { _, _ in Self.text(keys.text) }
            .get("checkpoint") { _, _ in Self.text(try await checkpoint().note) }
            .get("leaves/:eventId") { _, context in
                let leaf = try await leaf(context.identity("eventId"), for: context.caller)
                return AuditDocuments.leaf(leaf)
            }
            .get("proof/:eventId") { request, context in
                let event: EventID = try context.identity("eventId")
                return try await inclusion(event, size: Self.size("size", of: request), for: context.caller)
            }
            .get("consistency") { request, _ in
                guard let from = try Self.size("from", of: request) else { throw Problem.badRequest("from is missing.") }
                return try await consistency(from: from, to: Self.size("to", of: request))
            }
    }

    private func checkpoint() async throws -> StoredLog.SignedHead {
        let newest = try await read { try StoredLog.latestCheckpoint(on: $0) }
        guard let newest else { throw Problem.notFound }
        return newest
    }

    private func leaf(_ event: EventID, for caller: Caller) async throws -> StoredLog.Leaf {
        try await read { try Self.leaf(event, for: caller, on: $0) }
    }

    private func inclusion(_ event: EventID, size: Int?, for caller: Caller) async throws -> JSON {
        try await read { connection in
            let leaf = try Self.leaf(event, for: caller, on: connection)
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

    private func consistency(from: Int, to: Int?) async throws -> JSON {
        try await read { connection in
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

    /// Another site's event is as unknown as one that does not exist.
    private static func leaf(_ event: EventID, for caller: Caller, on connection: Connection) throws -> StoredLog.Leaf {
        guard let leaf = try StoredLog.leaf(of: event, on: connection), caller.sites.includes(leaf.entry.site)
        else { throw Problem.notFound }
        return leaf
    }

    /// Reads on a thread of the pool. A database that is away for a while is no fault of this service.
    private func read<Result: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Result
    ) async throws -> Result {
        do {
            return try await pool.with(body)
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
