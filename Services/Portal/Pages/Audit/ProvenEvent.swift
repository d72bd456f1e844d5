import AuditLog
import Contracts
import Crypto
import Domain
import FoundationEssentials
import Persistence
import TransparencyLog

/// One event with everything that proves it: its content, its leaf, the path to the root that a checkpoint signs.
struct ProvenEvent: Sendable {
    /// What the portal has checked itself. Nil: it could not be.
    struct Checks: Hashable, Sendable {
        /// The leaf is of this event: its fields, and the digest of its payload.
        var content = false
        /// The path leads from the leaf to the root.
        var path = false
        /// The checkpoint names that root and size.
        var note = false
        /// One of the log's keys has signed it.
        var signature: Bool?
        var signers: [String] = []

        var all: Bool { content && path && note && signature == true }
    }

    struct Proof: Sendable {
        let inclusion: InclusionProof
        let root: LogHash
        let checkpoint: StoredLog.SignedHead
    }

    let event: LedgerEvent
    let leaf: StoredLog.Leaf?
    /// Nil while no checkpoint covers the leaf.
    let proof: Proof?
    let keys: LogKeys?
    let checks: Checks

    /// Nil where there is no such event in the scope.
    init?(_ id: EventID, _ keys: LogKeys?, on connection: Connection) throws {
        guard let event = try connection.run(Self.select, [.id(id)]).first.map(AuditedEpisode.event) else { return nil }
        self.event = event
        self.keys = keys
        let leaf = try StoredLog.leaf(of: id, reach: .scoped, on: connection)
        self.leaf = leaf
        guard let leaf, let newest = try StoredLog.latestCheckpoint(on: connection), leaf.index < newest.size else {
            (proof, checks) = (nil, Checks())
            return
        }
        let proof = Proof(
            inclusion: try StoredLog.inclusionProof(index: leaf.index, size: newest.size, on: connection),
            root: try StoredLog.root(size: newest.size, on: connection), checkpoint: newest)
        self.proof = proof
        checks = Self.check(event, leaf, proof, keys)
    }

    static func check(_ event: LedgerEvent, _ leaf: StoredLog.Leaf, _ proof: Proof, _ keys: LogKeys?) -> Checks {
        var checks = Checks()
        checks.content = AuditEntry(event).fields(differingFrom: leaf.entry).isEmpty && leaf.entry.event == event.id
        checks.path = (try? proof.inclusion.verify(leaf: leaf.entry.leafHash, root: proof.root)) != nil
        let named = (try? SignedNote(parsing: proof.checkpoint.note)).flatMap { try? Checkpoint(text: $0.text) }
        checks.note = named.map { $0.size == proof.inclusion.size && $0.root == proof.root } ?? false
        guard let keys else { return checks }
        let verified = try? Checkpoint.verified(proof.checkpoint.note, keys: keys)
        // A key counts for no tree beyond its end.
        checks.signature = verified.map { $0.retiredSigner(by: keys) == nil } ?? false
        checks.signers = verified?.signers.map(\.idText) ?? []
        return checks
    }

    private static let select = Statement(
        "select \(AuditedEpisode.columns) from published.portal_event where event_id = $1")
}

extension ProvenEvent {
    func values(_ words: Words) -> [String: Any] {
        let told = EventWords(words: words).line(event)
        var values: [String: Any] = [
            "id": event.id.description, "episode": event.stream.description, "code": CodeName.text(of: event.stream),
            "site": event.site.text, "type": event.type, "at": Instant(event.recordedAt, words).values,
            "who": told.actor, "what": told.what, "version": String(event.version), "hasKeys": keys != nil,
            "payload": Data(event.payload).base64EncodedString(), "isInLog": leaf != nil,
            "hasProof": proof != nil, "isWaiting": leaf != nil && proof == nil, "isProven": checks.all,
        ]
        guard let leaf, let proof else { return values }
        values["leaf"] = [
            "index": String(leaf.index), "topic": leaf.entry.topic, "source": leaf.entry.source,
            "time": leaf.entry.time.description, "digest": LogHash(bytes: leaf.entry.payloadDigest)?.base64 ?? "",
            "bytes": Data(leaf.entry.canonicalBytes).base64EncodedString(), "hash": leaf.entry.leafHash.base64,
        ]
        values["proof"] =
            [
                "size": String(proof.inclusion.size), "root": proof.root.base64, "note": proof.checkpoint.note,
                "signedAt": Instant(proof.checkpoint.signedAt, words).values,
                "path": proof.inclusion.path.map(\.base64), "keys": keys?.entries.map(Self.key) ?? [],
            ] as [String: Any]
        values["checks"] = results(words)
        return values
    }

    private static func key(_ entry: LogKeys.Entry) -> [String: Any] {
        ["text": entry.key.text, "id": entry.key.idText, "until": entry.until.map(String.init) ?? ""]
    }

    private func results(_ words: Words) -> [[String: Any]] {
        let found: [(String, Bool?)] = [
            ("content", checks.content), ("path", checks.path), ("note", checks.note), ("signature", checks.signature),
        ]
        return found.map { name, holds in
            [
                "name": name, "what": words["audit.check.\(name)"], "holds": holds == true, "fails": holds == false,
                "result": words[holds.map { $0 ? "audit.check.holds" : "audit.check.fails" } ?? "audit.check.unknown"],
            ]
        }
    }
}
