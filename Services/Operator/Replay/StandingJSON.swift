import Contracts
import Domain
import Persistence
import ServiceKit

extension EpisodeStanding {
    /// An episode as it stood, for machines. Scores are in the instrument's smallest step, expected values in
    /// hundredths of it.
    var json: JSON {
        [
            "episode": .text(replay.record.stream), "site": .text(replay.site), "as_of": .text(asOf),
            "opened_on": .text(opening?.openedOn), "clinician": .text(opening?.clinician),
            "closed_on": .text(closure?.day), "fault": .text(replay.held.fault),
            "events": .array(replay.record.events.map(\.json)), "courses": .array(courses.map(\.json)),
            "alerts": .array(alerts.map(\.json)), "notifications": .array(notices.map(\.json)),
        ]
    }
}

extension LedgerEvent {
    fileprivate var json: JSON {
        [
            "version": .integer(version), "event": .text(id), "type": .string(type), "recorded_at": .text(recordedAt),
            "backfill": .bool(backfill),
        ]
    }
}

extension EpisodeStanding.Standing {
    fileprivate var json: JSON {
        [
            "participant": .text(rater.id), "rater": .string(rater.role.rawValue), "age": .string(rater.ageBand.rawValue),
            "instrument": .text(key.instrument), "state": .string(course.trajectory.state.rawValue),
            "provenance": course.basis.provenance.json, "points": .array(course.pointsAsJSON),
            "other": other.map {
                [
                    "state": .string($0.trajectory.state.rawValue), "provenance": $0.basis.provenance.json,
                    "points": .array($0.pointsAsJSON),
                ]
            } ?? .null,
        ]
    }
}

extension Course {
    fileprivate var pointsAsJSON: [JSON] {
        trajectory.points.indices.map { place in
            let point = trajectory.points[place]
            return [
                "rating": .text(point.rating.id), "session": .integer(point.rating.session), "day": .text(point.rating.day),
                "score": .integer(point.rating.score), "improvement": .integer(point.improvement),
                "expectation": point.expectation.json, "state": .string(point.state.rawValue),
                "rules": .array(signals(at: place).map { .string($0.rule.name) }),
            ]
        }
    }
}

extension Expectation? {
    fileprivate var json: JSON {
        switch self {
        case .bounds(let bounds):
            [
                "mean": .integer(bounds.mean), "lower_68": .integer(bounds.lower68), "upper_68": .integer(bounds.upper68),
                "lower_80": .integer(bounds.lower80), "upper_80": .integer(bounds.upper80),
                "lower_90": .integer(bounds.lower90), "upper_90": .integer(bounds.upper90),
            ]
        case .lines(let lines): ["success": .integer(lines.success), "failure": .integer(lines.failure)]
        case nil: .null
        }
    }
}

extension Provenance {
    fileprivate var json: JSON {
        [
            "norm_set": .text(normSet), "model": .text(model?.name),
            "model_hash": .text(model.map { Hexadecimal.text($0.hash) }),
        ]
    }
}

extension RecordedAlert {
    fileprivate var json: JSON {
        let raising = life.raising
        return [
            "alert": .text(life.id), "kind": .string(life.kind.rawValue), "status": .string(life.status.rawValue),
            "raised_at": .text(life.raisedAt), "due_at": .text(life.dueAt), "escalations": .integer(life.escalations),
            "rule": .string(raising.subject.rule), "rating": .text(raising.subject.rating), "cause": .text(raising.cause),
            "session": .text(raising.subject.session), "asOf": .text(raising.subject.asOf),
            "participant": .text(raising.subject.participant), "instrument": .text(raising.subject.course?.instrument),
            "clinician": .string(raising.clinician), "provenance": raising.grounds?.provenance.json ?? .null,
            "steps": .array(
                steps.map {
                    [
                        "event": .text($0.record.id), "at": .text($0.record.recordedAt), "step": .string($0.event.step.words),
                    ]
                }),
        ]
    }
}

extension EpisodeStanding.Notice {
    fileprivate var json: JSON {
        let reply: (delivered: Bool, attempts: Int, status: Int?) =
            switch event.result {
            case .delivered(let attempt, _, let status): (true, attempt, status)
            case .failed(let attempts, let status, _): (false, attempts, status)
            case .withheld, .bounced: (false, 0, nil)
            }
        return [
            "alert": .text(event.alert), "cause": .text(event.cause), "recipient": .string(event.recipient),
            "channel": .string(event.channel.rawValue), "at": .text(recordedAt), "delivered": .bool(reply.delivered),
            "attempts": .integer(reply.attempts), "answer": .text(reply.status),
            "event": .string(event.type.rawValue),
        ]
    }
}
