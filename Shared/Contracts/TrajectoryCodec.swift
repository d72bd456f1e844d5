public import Domain
import FoundationEssentials
import SwiftProtobuf

/// Trajectory events, and what scoring and alerting store beside their courses, as bytes.
public enum TrajectoryCodec {
    /// What scoring says after an event about a rating.
    /// - Parameter cause: id of the episode event.
    public static func encode(_ change: CourseUpdate, cause: EventID) throws -> [UInt8] {
        let trajectory = change.course.trajectory
        return try Attune_V1_TrajectoryUpdated.with {
            $0.causeEventID = cause.data
            $0.causeRatingID = change.rating.data
            $0.participantID = change.key.participant.data
            $0.raterRole = Attune_V1_RaterRole(change.rater.role)
            $0.instrument = change.key.instrument.id.text
            $0.instrumentVersion = change.key.instrument.version
            $0.provenance = Attune_V1_Provenance(trajectory.provenance)
            $0.pointCount = UInt32(trajectory.points.count)
            if let point = trajectory.point(of: change.rating) { $0.causePoint = Attune_V1_TrajectoryPoint(point) }
            if let latest = trajectory.latest, latest.rating.id != change.rating {
                $0.latestPoint = Attune_V1_TrajectoryPoint(latest)
            }
            $0.state = Attune_V1_CourseState(trajectory.state)
            $0.signals = change.course.signals(causedBy: change.rating).map(Attune_V1_Signal.init)
        }.serializedBytes()
    }

    /// Reads what an alerting reader needs of a trajectory event.
    public static func decode(_ payload: [UInt8]) throws(MalformedEvent) -> TrajectoryUpdate {
        let message: Attune_V1_TrajectoryUpdated
        do {
            message = try Attune_V1_TrajectoryUpdated(serializedBytes: payload)
        } catch {
            throw MalformedEvent(field: "value", problem: "not a protobuf TrajectoryUpdated")
        }
        guard let instrument = InstrumentID(message.instrument) else {
            throw MalformedEvent(field: "instrument", problem: "not an instrument name")
        }
        let signals = try signals(message.signals)
        return TrajectoryUpdate(
            cause: try EventID(message.causeEventID, field: "cause_event_id"),
            rating: try RatingID(message.causeRatingID, field: "cause_rating_id"),
            key: CourseKey(
                participant: try ParticipantID(message.participantID, field: "participant_id"),
                instrument: InstrumentReference(id: instrument, version: message.instrumentVersion)),
            provenance: try Provenance(message.provenance), signals: signals, pointCount: Int(message.pointCount),
            state: try CourseState(message.state))
    }

    /// What speaks on a course, as alerting stores it.
    public static func encode(_ signals: [Signal]) throws -> [UInt8] {
        if signals.isEmpty { return [] }
        return try Attune_V1_StandingSignals.with { $0.signals = signals.map(Attune_V1_Signal.init) }.serializedBytes()
    }

    public static func decodeSignals(_ bytes: [UInt8]) throws(MalformedEvent) -> [Signal] {
        // Most courses: nothing speaks.
        if bytes.isEmpty { return [] }
        do {
            return try signals(Attune_V1_StandingSignals(serializedBytes: bytes).signals)
        } catch let error as MalformedEvent {
            throw error
        } catch {
            throw MalformedEvent(field: "signals", problem: "not a protobuf StandingSignals")
        }
    }

    private static func signals(_ messages: [Attune_V1_Signal]) throws(MalformedEvent) -> [Signal] {
        var signals: [Signal] = []
        for signal in messages {
            guard let rule = SignalRule(name: signal.rule) else {
                throw MalformedEvent(field: "signals.rule", problem: "not a known rule")
            }
            signals.append(Signal(rule: rule, rating: try RatingID(signal.ratingID, field: "signals.rating_id")))
        }
        return signals
    }

    /// Who rates in an episode, as scoring stores it.
    public static func encode(_ participants: [Participant]) throws -> [UInt8] {
        try Attune_V1_ScoredParticipants.with { $0.participants = participants.map(Attune_V1_Participant.init) }.serializedBytes()
    }

    public static func decodeParticipants(_ bytes: [UInt8]) throws(MalformedEvent) -> [Participant] {
        let message: Attune_V1_ScoredParticipants
        do {
            message = try Attune_V1_ScoredParticipants(serializedBytes: bytes)
        } catch {
            throw MalformedEvent(field: "participants", problem: "not a protobuf ScoredParticipants")
        }
        var participants: [Participant] = []
        for participant in message.participants { participants.append(try Participant(participant)) }
        return participants
    }
}

/// A trajectory event as its readers use it.
public struct TrajectoryUpdate: Hashable, Sendable {
    /// The episode event that caused it.
    public let cause: EventID
    public let rating: RatingID
    public let key: CourseKey
    public let provenance: Provenance
    public let signals: [Signal]
    public let pointCount: Int
    public let state: CourseState
}
