import Contracts
import Domain
import Persistence

/// One step of an alert's life, as it is recorded.
struct RecordedStep {
    let event: AlertEvent
    let record: LedgerEvent

    /// - Throws: `MalformedEvent`
    static func read(_ records: [LedgerEvent]) throws(MalformedEvent) -> [RecordedStep] {
        var steps: [RecordedStep] = []
        steps.reserveCapacity(records.count)
        for record in records {
            let event = try AlertEventCodec.decode(record.payload, type: try KnownTypes.type(record.type))
            steps.append(RecordedStep(event: event, record: record))
        }
        return steps
    }
}

/// An alert as it stands after the steps recorded so far.
struct RecordedAlert {
    private(set) var life: AlertLife
    /// What became of it after its raising, in order.
    private(set) var steps: [RecordedStep] = []

    /// Alerts of an episode in the order in which they were raised. A step that cannot follow those before it is shown
    /// and changes nothing: the doctor is who judges it.
    static func fold(_ steps: [RecordedStep]) -> [RecordedAlert] {
        var alerts: [RecordedAlert] = []
        for step in steps {
            let (event, time) = (step.event, step.record.recordedAt)
            if let index = alerts.firstIndex(where: { $0.life.id == event.alert }) {
                alerts[index].steps.append(step)
                try? alerts[index].life.take(event.step, at: time)
            } else if case .raised(let raising) = event.step {
                alerts.append(RecordedAlert(life: AlertLife(event.alert, event.kind, raising, at: time)))
            }
        }
        return alerts
    }
}
