import Contracts
import Crypto
public import Domain
public import Persistence
import ServiceKit

/// Completes a bundle: the ledger says that it was made before it has a manifest, without which it is none.
public struct EvidenceRecord {
    let accessedBy: String
    let reason: String

    /// - Parameters:
    ///   - accessedBy: who exports; stays in the ledger.
    ///   - reason: what for; stays in the ledger. No client data.
    public init(accessedBy: String, reason: String) {
        self.accessedBy = accessedBy
        self.reason = reason
    }

    /// The manifest's file, and the SHA-256 of it that the ledger will hold.
    public static func manifest(of result: EvidenceExport.Result) -> (bytes: [UInt8], digest: [UInt8]) {
        let bytes = result.manifest.json.encoded + [UInt8(ascii: "\n")]
        return (bytes, Array(SHA256.hash(data: bytes)))
    }

    /// Appends one event for each site whose data left the system, so that it shows wherever that site's accesses do.
    /// Part of the transaction that it is called in.
    public func append(
        _ result: EvidenceExport.Result, digest: [UInt8], at now: Timestamp, on connection: Connection
    ) throws {
        let export: EventID = TimeOrderedIdentity.make(at: now)
        let scope = result.manifest.scope
        // Who asked for sites that have nothing has looked at them all the same.
        let sites = Set(result.sites.keys).union(scope.sites).sorted()
        let events = try sites.map { site in
            let access = AccessEvent(
                accessedBy: accessedBy, reason: reason,
                body: .evidenceExported(
                    ExportedEvidence(
                        export: export, manifestDigest: digest, events: result.sites[site] ?? 0,
                        episodes: scope.episodes, sites: scope.sites, from: scope.from, before: scope.before)))
            return NewEvent(
                id: TimeOrderedIdentity.make(at: now),
                stream: DerivedIdentity.named("evidence", "\(export)", site.text),
                site: site, type: access.type.rawValue, traceparent: nil, payload: try AccessEventCodec.encode(access))
        }
        _ = try Ledger.append(events, to: .access, on: connection)
    }
}
