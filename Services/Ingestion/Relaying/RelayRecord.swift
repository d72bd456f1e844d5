import Contracts
import Messaging
import Persistence
import ServiceKit

/// A ledger event as the record that consumers read.
enum RelayRecord {
    /// The same event always gives the same bytes.
    /// - Throws: ``MalformedEvent`` for an event whose type this program does not know.
    static func record(of event: LedgerEvent) throws(MalformedEvent) -> OutgoingRecord {
        OutgoingRecord(try EventEnvelope(event), to: event.lane.topic)
    }
}
