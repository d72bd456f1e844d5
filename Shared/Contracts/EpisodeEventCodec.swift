public import Domain
import SwiftProtobuf

/// Episode events as bytes: the payload in the ledger and the value on Kafka.
public enum EpisodeEventCodec {
    /// - Parameter actor: who caused the event, the subject of the caller's token.
    /// - Returns: the protobuf message; the same event always gives the same bytes.
    public static func encode(_ event: EpisodeEvent, actor: String) throws -> [UInt8] {
        var message = Attune_V1_EpisodeEvent()
        message.actor = actor
        message.body = body(of: event)
        return try message.serializedBytes()
    }

    /// Reads a payload back and checks that it is what `type` says.
    public static func decode(_ payload: [UInt8], type: EventType) throws(MalformedEvent) -> (event: EpisodeEvent, actor: String) {
        let message: Attune_V1_EpisodeEvent
        do {
            message = try Attune_V1_EpisodeEvent(serializedBytes: payload)
        } catch {
            throw MalformedEvent(field: "value", problem: "not a protobuf EpisodeEvent")
        }
        guard let body = message.body else {
            throw MalformedEvent(field: "body", problem: "holds no event that this version knows")
        }
        let event = try Self.event(of: body)
        guard event.type == type else {
            throw MalformedEvent(field: "ce_type", problem: "says \(type.rawValue), the message is \(event.type.rawValue)")
        }
        return (event, message.actor)
    }

    private static func body(of event: EpisodeEvent) -> Attune_V1_EpisodeEvent.OneOf_Body {
        switch event {
        case .opened(let opening):
            .opened(.with {
                $0.service = opening.service
                $0.openedOn = Int32(opening.openedOn.daysSinceEpoch)
                $0.clinician = opening.clinician
                $0.participants = opening.participants.map(Attune_V1_Participant.init)
            })
        case .participantJoined(let participant):
            .participantJoined(.with { $0.participant = Attune_V1_Participant(participant) })
        case .sessionHeld(let session):
            .sessionHeld(.with {
                $0.sessionID = session.id.data
                $0.number = UInt32(session.number)
                $0.day = Int32(session.day.daysSinceEpoch)
            })
        case .sessionMissed(let session):
            .sessionMissed(.with {
                $0.sessionID = session.id.data
                $0.day = Int32(session.day.daysSinceEpoch)
                $0.reason = Attune_V1_MissedReason(session.reason)
            })
        case .ratingRecorded(let rating):
            .ratingRecorded(.with {
                $0.ratingID = rating.id.data
                $0.participantID = rating.participant.data
                $0.instrument = rating.instrument.id.text
                $0.instrumentVersion = rating.instrument.version
                $0.session = UInt32(rating.session)
                $0.day = Int32(rating.day.daysSinceEpoch)
                $0.answers = Attune_V1_Answers(rating.answers)
                if let comment = rating.comment { $0.comment = Attune_V1_SealedText(comment) }
            })
        case .ratingCorrected(let correction):
            .ratingCorrected(.with {
                $0.ratingID = correction.rating.data
                $0.session = UInt32(correction.session)
                $0.day = Int32(correction.day.daysSinceEpoch)
                $0.answers = Attune_V1_Answers(correction.answers)
                $0.reason = Attune_V1_CorrectionReason(correction.reason)
            })
        case .ratingWithdrawn(let withdrawal):
            .ratingWithdrawn(.with {
                $0.ratingID = withdrawal.rating.data
                $0.reason = Attune_V1_CorrectionReason(withdrawal.reason)
            })
        case .ratingDiscussed(let discussion):
            .ratingDiscussed(.with {
                $0.discussionID = discussion.id.data
                $0.ratingID = discussion.rating.data
                $0.day = Int32(discussion.day.daysSinceEpoch)
                $0.by = discussion.by
            })
        case .ratingDeclined(let declined): .ratingDeclined(Attune_V1_RatingDeclined(declined))
        case .preferencesRecorded(let recorded): .preferencesRecorded(Attune_V1_PreferencesRecorded(recorded))
        case .preferenceReviewed(let review): .preferenceReviewed(Attune_V1_PreferenceReviewed(review))
        case .consentChanged(let change):
            .consentChanged(.with {
                $0.consentID = change.id.data
                $0.participantID = change.participant.data
                $0.jointView = change.jointView
                $0.day = Int32(change.day.daysSinceEpoch)
            })
        case .reviewHeld(let review):
            .reviewHeld(.with {
                $0.reviewID = review.id.data
                $0.kind = Attune_V1_ReviewKind(review.kind)
                $0.day = Int32(review.day.daysSinceEpoch)
                $0.by = review.by
            })
        case .transferred(let transfer):
            .transferred(.with {
                $0.transferID = transfer.id.data
                $0.clinician = transfer.clinician
                $0.reason = Attune_V1_TransferReason(transfer.reason)
            })
        case .closed(let closure):
            .closed(.with {
                $0.day = Int32(closure.day.daysSinceEpoch)
                $0.reason = Attune_V1_ClosureReason(closure.reason)
            })
        }
    }

    private static func event(of body: Attune_V1_EpisodeEvent.OneOf_Body) throws(MalformedEvent) -> EpisodeEvent {
        switch body {
        case .opened(let message):
            var participants: [Participant] = []
            for participant in message.participants { participants.append(try Participant(participant)) }
            return .opened(
                EpisodeOpening(
                    service: message.service, openedOn: CalendarDay(daysSinceEpoch: Int(message.openedOn)),
                    clinician: message.clinician, participants: participants))
        case .participantJoined(let message):
            return .participantJoined(try Participant(message.participant))
        case .sessionHeld(let message):
            return .sessionHeld(
                SessionHeld(
                    id: try SessionID(message.sessionID, field: "session_held.session_id"),
                    number: Int(message.number), day: CalendarDay(daysSinceEpoch: Int(message.day))))
        case .sessionMissed(let message):
            return .sessionMissed(
                SessionMissed(
                    id: try SessionID(message.sessionID, field: "session_missed.session_id"),
                    day: CalendarDay(daysSinceEpoch: Int(message.day)), reason: try MissedReason(message.reason)))
        case .ratingRecorded(let message):
            return .ratingRecorded(try Rating(message))
        case .ratingCorrected(let message):
            return .ratingCorrected(
                RatingCorrection(
                    rating: try RatingID(message.ratingID, field: "rating_corrected.rating_id"),
                    session: Int(message.session), day: CalendarDay(daysSinceEpoch: Int(message.day)),
                    answers: try Answers(message.answers), reason: try CorrectionReason(message.reason)))
        case .ratingWithdrawn(let message):
            return .ratingWithdrawn(
                RatingWithdrawal(
                    rating: try RatingID(message.ratingID, field: "rating_withdrawn.rating_id"),
                    reason: try CorrectionReason(message.reason)))
        case .ratingDiscussed(let message):
            return .ratingDiscussed(
                RatingDiscussed(
                    id: try DiscussionID(message.discussionID, field: "rating_discussed.discussion_id"),
                    rating: try RatingID(message.ratingID, field: "rating_discussed.rating_id"),
                    day: CalendarDay(daysSinceEpoch: Int(message.day)), by: message.by))
        case .ratingDeclined(let message): return .ratingDeclined(try RatingDeclined(message))
        case .preferencesRecorded(let message): return .preferencesRecorded(try PreferencesRecorded(message))
        case .preferenceReviewed(let message): return .preferenceReviewed(try PreferenceReviewed(message))
        case .consentChanged(let message):
            return .consentChanged(
                ConsentChange(
                    id: try ConsentID(message.consentID, field: "consent_changed.consent_id"),
                    participant: try ParticipantID(message.participantID, field: "consent_changed.participant_id"),
                    jointView: message.jointView, day: CalendarDay(daysSinceEpoch: Int(message.day))))
        case .reviewHeld(let message):
            return .reviewHeld(
                ReviewHeld(
                    id: try ReviewID(message.reviewID, field: "review_held.review_id"),
                    kind: try ReviewHeld.Kind(message.kind), day: CalendarDay(daysSinceEpoch: Int(message.day)),
                    by: message.by))
        case .transferred(let message):
            return .transferred(
                EpisodeTransfer(
                    id: try TransferID(message.transferID, field: "transferred.transfer_id"), clinician: message.clinician,
                    reason: try TransferReason(message.reason)))
        case .closed(let message):
            return .closed(
                EpisodeClosure(day: CalendarDay(daysSinceEpoch: Int(message.day)), reason: try ClosureReason(message.reason)))
        }
    }
}

extension EpisodeEvent {
    /// The `ce_type` of the event.
    public var type: EventType {
        switch self {
        case .opened: .episodeOpened
        case .participantJoined: .participantJoined
        case .sessionHeld: .sessionHeld
        case .sessionMissed: .sessionMissed
        case .ratingRecorded: .ratingRecorded
        case .ratingCorrected: .ratingCorrected
        case .ratingWithdrawn: .ratingWithdrawn
        case .ratingDiscussed: .ratingDiscussed
        case .ratingDeclined: .ratingDeclined
        case .preferencesRecorded: .preferencesRecorded
        case .preferenceReviewed: .preferenceReviewed
        case .consentChanged: .consentChanged
        case .reviewHeld: .reviewHeld
        case .transferred: .episodeTransferred
        case .closed: .episodeClosed
        }
    }
}
