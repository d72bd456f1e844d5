import Contracts
import Domain
import Persistence

/// Who was added, changed and deactivated, as the ledger tells it: ids alone, by site.
extension DirectoryPlan {
    /// Most records of one event.
    private static let eventSize = 500

    /// - Parameter actor: who applies the plan.
    func events(by actor: String, digest: [UInt8], at time: Timestamp) throws -> [NewEvent] {
        let application: EventID = TimeOrderedIdentity.make(at: time)
        let named = sites.map { (site: $0.record.id, name: Self.name($0), action: $0.action) }
            + teams.map { (site: $0.record.site, name: Self.name($0), action: $0.action) }
            + people.map { (site: $0.record.site, name: Self.name($0), action: $0.action) }
        return try Dictionary(grouping: named, by: \.site).sorted { $0.key < $1.key }.flatMap { site, steps in
            try stride(from: 0, to: steps.count, by: Self.eventSize).map { first in
                let part = steps[first..<min(first + Self.eventSize, steps.count)]
                func names(_ wanted: (Action) -> Bool) -> [String] { part.filter { wanted($0.action) }.map(\.name) }
                let access = AccessEvent(
                    accessedBy: actor, reason: "",
                    body: .directoryChanged(
                        DirectoryChange(
                            application: application, fileDigest: digest, added: names { $0 == .add || $0 == .reactivate },
                            changed: names { if case .change = $0 { true } else { false } },
                            deactivated: names { $0 == .deactivate })))
                return NewEvent(
                    id: TimeOrderedIdentity.make(at: time), stream: DerivedIdentity.named("directory", site.text),
                    site: site, type: access.type.rawValue, traceparent: nil,
                    payload: try AccessEventCodec.encode(access))
            }
        }
    }

    private static func name<Record: DirectoryRecord>(_ step: Step<Record>) -> String { "\(Record.noun) \(step.record.key)" }
}
