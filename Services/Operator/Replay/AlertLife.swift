import Contracts
import Domain
import Persistence

/// One step of an alert's life, as it is recorded.
struct RecordedStep {
    let event: AlertEvent
    let record: LedgerEvent
}

/// An alert as it stands after the steps recorded so far.
struct AlertLife {
    enum Status: String {
        case raised, acknowledged, resolved, superseded
    }

    let alert: AlertID
    let kind: AlertKind
    let raising: AlertRaising
    let raisedAt: Timestamp
    private(set) var status = Status.raised
    private(set) var dueAt: Timestamp
    private(set) var escalations = 0
    /// What became of it after its raising, in order.
    private(set) var steps: [RecordedStep] = []

    var isOpen: Bool { status == .raised || status == .acknowledged }

    /// Alerts of an episode in the order in which they were raised.
    static func fold(_ steps: [RecordedStep]) -> [AlertLife] {
        var lives: [AlertLife] = []
        for step in steps {
            if case .raised(let raising) = step.event.step {
                lives.append(
                    AlertLife(
                        alert: step.event.alert, kind: step.event.kind, raising: raising, raisedAt: step.record.recordedAt,
                        dueAt: raising.dueAt))
            } else if let index = lives.firstIndex(where: { $0.alert == step.event.alert }) {
                lives[index].take(step)
            }
        }
        return lives
    }

    private mutating func take(_ step: RecordedStep) {
        steps.append(step)
        switch step.event.step {
        case .raised: break
        case .acknowledged: status = .acknowledged
        case .resolved: status = .resolved
        case .superseded: status = .superseded
        case .escalated(let level, _, let due):
            escalations = level
            dueAt = due
        }
    }
}

extension RecordedStep {
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
