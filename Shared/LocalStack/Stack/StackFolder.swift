public import Foundation

/// The files of a stack, all below one folder (`.local` in a checkout).
public struct StackFolder: Sendable {
    public let root: URL

    public init(_ root: URL) { self.root = root.standardizedFileURL }

    public var postgres: URL { root.appendingPathComponent("postgres") }
    public var kafkaAddress: URL { root.appendingPathComponent("run/kafka.address") }
    /// Through which the local Kafka is told to misbehave.
    public var kafkaFaults: URL { root.appendingPathComponent("run/kafka.faults") }
    /// Made by `attune keys`: see ``StackKeys``.
    public var keys: URL { root.appendingPathComponent("keys") }
    public var mail: URL { root.appendingPathComponent("mail") }
    public var webhooks: URL { root.appendingPathComponent("webhooks") }
    /// The notification routes with this run's webhook address filled in.
    public var routes: URL { root.appendingPathComponent("run/routes.yaml") }
    /// Held by the process that runs the stack.
    public var lock: URL { root.appendingPathComponent("lock") }
    public var logs: URL { root.appendingPathComponent("log") }

    public func portFile(_ service: StackService) -> URL { root.appendingPathComponent("run/\(service.rawValue).port") }
    func portFile(_ replica: Replica) -> URL { root.appendingPathComponent("run/\(replica).port") }
    public func log(_ name: String) -> URL { logs.appendingPathComponent("\(name).log") }

    /// Makes the folders, for their owner alone: keys and tokens lie here.
    func prepare() throws {
        for folder in [root, root.appendingPathComponent("run"), keys, logs] {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true,
                // The database user has to pass through the first.
                attributes: [.posixPermissions: folder == root ? 0o711 : 0o700])
        }
    }

    /// Sets aside a log that has grown over the runs, so that the folder stays bounded.
    func rotateLog(_ name: String, over limit: UInt64 = 16 << 20) throws {
        let files = FileManager.default
        guard let size = try? files.attributesOfItem(atPath: log(name).path)[.size] as? UInt64, size > limit else {
            return
        }
        let old = logs.appendingPathComponent("\(name).log.1")
        try? files.removeItem(at: old)
        try files.moveItem(at: log(name), to: old)
    }
}

/// The files that `attune keys` makes in one folder.
public struct StackKeys: Sendable {
    public let folder: URL
    public init(_ folder: URL) { self.folder = folder }

    /// Public keys that sign access tokens.
    public var keySet: URL { folder.appendingPathComponent("jwks.json") }
    /// The private key that signs them.
    public var tokenKey: URL { folder.appendingPathComponent("token-key.json") }
    /// Signs the audit log's checkpoints: a note signing key, `PRIVATE+KEY+...`.
    public var auditKey: URL { folder.appendingPathComponent("audit.key") }
    /// The verifier key that belongs to it.
    public var auditVerifier: URL { folder.appendingPathComponent("audit.pub") }
    /// Under these the keys of clients' words are wrapped.
    public var contentKeys: URL { folder.appendingPathComponent("content.keys") }
    /// Seal how people of the directory are reached.
    public var contactKeys: URL { folder.appendingPathComponent("contact.keys") }
    /// Signs the cookies and links of the portal.
    public var portalKey: URL { folder.appendingPathComponent("portal.key") }
    /// Shared with the receiver of webhooks.
    public var webhookKey: URL { folder.appendingPathComponent("webhook.key") }
}
