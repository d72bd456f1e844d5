import Contracts
import Domain
import Persistence

/// Alerts go with their episode: what was open when it was transferred is given to the new clinician by an event that
/// follows from the transfer.
struct AlertTransfers {
    /// Whose steps are missing, for alerting has to take the transfer in first.
    private(set) var missing: [String] = []
    /// Steps that follow from a transfer that there is not.
    private(set) var faults: [String] = []

    /// - Parameter events: the episode's own, in order.
    init(_ events: [LedgerEvent], steps: [AlertRecord], rows: [AlertRow]) {
        var transfers: [EventID: (clinician: String, at: Timestamp)] = [:]
        for event in events where event.type == EventType.episodeTransferred.rawValue {
            guard let content = try? EpisodeEventCodec.decode(event.payload, type: .episodeTransferred),
                case .transferred(let transfer) = content.event
            else { continue }
            transfers[event.id] = (transfer.clinician, event.recordedAt)
        }
        var given: [AlertID: Set<EventID>] = [:]
        var owners: [AlertID: Set<String>] = [:]
        var raisedAt: [AlertID: Timestamp] = [:]
        for step in steps {
            switch step.event.step {
            case .raised(let raising):
                raisedAt[step.event.alert] = step.at
                owners[step.event.alert, default: []].insert(raising.clinician)
            case .assigned(let assignment):
                owners[step.event.alert, default: []].insert(assignment.to)
                guard let transfer = assignment.transfer else { continue }
                given[step.event.alert, default: []].insert(transfer)
                if transfers[transfer]?.clinician != assignment.to {
                    faults.append("\(step.words) follows from no transfer of the episode to \(assignment.to)")
                }
            case .opened, .acknowledged, .reviewEntered, .resolved, .superseded, .withdrawn, .escalated, .followedUp: continue
            }
        }
        // Whether one that is closed by now still was open when alerting took the transfer in, nobody has noted.
        for row in rows where row.closedAt == nil {
            for (id, transfer) in transfers.sorted(by: { $0.key < $1.key }) {
                guard let raised = raisedAt[row.id], raised < transfer.at, given[row.id]?.contains(id) != true,
                    owners[row.id]?.contains(transfer.clinician) != true
                else { continue }
                missing.append("alert \(row.id) was open at transfer \(id), and was not given to the new clinician")
            }
        }
    }
}
