public import Domain
import SwiftProtobuf

/// Events about a client's data as bytes: category "access" of the ledger.
public enum ClientEventCodec {
    /// - Parameter actor: who did it.
    public static func encode(_ event: ClientEvent, actor: String) throws -> [UInt8] {
        var message = Attune_V1_AccessEvent()
        message.actor = actor
        message.body =
            switch event {
            case .erased(let participant, let key, let reason):
                .erased(.with {
                    $0.participantID = participant.data
                    if let key { $0.keyID = key.data }
                    $0.reason = reason
                })
            case .erasureRefused(let participant, let reason):
                .erasureRefused(.with {
                    $0.participantID = participant.data
                    $0.reason = reason
                })
            case .holdPlaced(let participant, let reason):
                .holdPlaced(.with {
                    $0.participantID = participant.data
                    $0.reason = reason
                })
            case .holdLifted(let participant, let reason):
                .holdLifted(.with {
                    $0.participantID = participant.data
                    $0.reason = reason
                })
            }
        return try message.serializedBytes()
    }

    /// Reads a payload back and checks that it is what `type` says.
    public static func decode(
        _ payload: [UInt8], type: EventType
    ) throws(MalformedEvent) -> (event: ClientEvent, actor: String) {
        let message: Attune_V1_AccessEvent
        do {
            message = try Attune_V1_AccessEvent(serializedBytes: payload)
        } catch {
            throw MalformedEvent(field: "value", problem: "not a protobuf AccessEvent")
        }
        guard let body = message.body else {
            throw MalformedEvent(field: "body", problem: "holds no event that this version knows")
        }
        let event = try event(of: body)
        guard event.type == type else {
            throw MalformedEvent(field: "ce_type", problem: "says \(type.rawValue), the message is \(event.type.rawValue)")
        }
        return (event, message.actor)
    }

    private static func event(of body: Attune_V1_AccessEvent.OneOf_Body) throws(MalformedEvent) -> ClientEvent {
        switch body {
        case .evidenceExported, .alertAnswerRefused, .directoryChanged, .clientDataViewed, .viewRefused,
            .reflectionShared, .reflectionShareEnded:
            throw MalformedEvent(field: "body", problem: "tells of an export, not of a client's words")
        case .erased(let message):
            return .erased(
                try ParticipantID(message.participantID, field: "erased.participant_id"),
                key: message.keyID.isEmpty ? nil : try ClientKeyID(message.keyID, field: "erased.key_id"),
                reason: message.reason)
        case .erasureRefused(let message):
            return .erasureRefused(
                try ParticipantID(message.participantID, field: "erasure_refused.participant_id"), reason: message.reason)
        case .holdPlaced(let message):
            return .holdPlaced(
                try ParticipantID(message.participantID, field: "hold_placed.participant_id"), reason: message.reason)
        case .holdLifted(let message):
            return .holdLifted(
                try ParticipantID(message.participantID, field: "hold_lifted.participant_id"), reason: message.reason)
        }
    }
}

extension ClientEvent {
    /// The `ce_type` of the event.
    public var type: EventType {
        switch self {
        case .erased: .clientErased
        case .erasureRefused: .erasureRefused
        case .holdPlaced: .holdPlaced
        case .holdLifted: .holdLifted
        }
    }
}
