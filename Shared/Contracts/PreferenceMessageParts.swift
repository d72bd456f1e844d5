import Domain
import FoundationEssentials

// Declined measures and preferences, each way. An unspecified or unknown enumeration value is an error.

extension Attune_V1_RatingDeclined {
    init(_ declined: RatingDeclined) {
        self.init()
        declineID = declined.id.data
        participantID = declined.participant.data
        instrument = declined.instrument.id.text
        instrumentVersion = declined.instrument.version
        purpose = Attune_V1_MeasurePurpose(declined.purpose)
        session = UInt32(declined.session)
        day = Int32(declined.day.daysSinceEpoch)
    }
}

extension RatingDeclined {
    init(_ message: Attune_V1_RatingDeclined) throws(MalformedEvent) {
        guard let instrument = InstrumentID(message.instrument) else {
            throw MalformedEvent(field: "rating_declined.instrument", problem: "not an instrument name")
        }
        self.init(
            id: try DeclineID(message.declineID, field: "rating_declined.decline_id"),
            participant: try ParticipantID(message.participantID, field: "rating_declined.participant_id"),
            instrument: InstrumentReference(id: instrument, version: message.instrumentVersion),
            purpose: try InstrumentPurpose(message.purpose), session: Int(message.session),
            day: CalendarDay(daysSinceEpoch: Int(message.day)))
    }
}

extension Attune_V1_PreferencesRecorded {
    init(_ recorded: PreferencesRecorded) {
        self.init()
        preferencesID = recorded.id.data
        participantID = recorded.participant.data
        instrument = recorded.instrument.id.text
        instrumentVersion = recorded.instrument.version
        session = UInt32(recorded.session)
        day = Int32(recorded.day.daysSinceEpoch)
        answers = Attune_V1_Answers(.items(recorded.answers))
    }
}

extension PreferencesRecorded {
    init(_ message: Attune_V1_PreferencesRecorded) throws(MalformedEvent) {
        guard let instrument = InstrumentID(message.instrument) else {
            throw MalformedEvent(field: "preferences_recorded.instrument", problem: "not an instrument name")
        }
        guard case .items(let answers) = try Answers(message.answers) else {
            throw MalformedEvent(field: "preferences_recorded.answers", problem: "holds a total, and there is none")
        }
        self.init(
            id: try PreferencesID(message.preferencesID, field: "preferences_recorded.preferences_id"),
            participant: try ParticipantID(message.participantID, field: "preferences_recorded.participant_id"),
            instrument: InstrumentReference(id: instrument, version: message.instrumentVersion),
            session: Int(message.session), day: CalendarDay(daysSinceEpoch: Int(message.day)), answers: answers)
    }
}

extension Attune_V1_PreferenceReviewed {
    init(_ review: PreferenceReviewed) {
        self.init()
        preferenceReviewID = review.id.data
        participantID = review.participant.data
        scale = Attune_V1_PreferenceScale(review.accommodation.scale)
        asked = Attune_V1_PreferenceLean(review.accommodation.asked)
        agreed = Attune_V1_PreferenceAgreement(review.accommodation.agreed)
        accommodated = Attune_V1_Accommodation(review.accommodation.accommodated)
        recordedBy = review.accommodation.recordedBy
        day = Int32(review.accommodation.day.daysSinceEpoch)
    }
}

extension PreferenceReviewed {
    init(_ message: Attune_V1_PreferenceReviewed) throws(MalformedEvent) {
        self.init(
            id: try PreferenceReviewID(message.preferenceReviewID, field: "preference_reviewed.preference_review_id"),
            participant: try ParticipantID(message.participantID, field: "preference_reviewed.participant_id"),
            accommodation: PreferenceAccommodation(
                scale: try PreferenceScale(message.scale), asked: try PreferenceLean(message.asked),
                agreed: try PreferenceAgreement(message.agreed), accommodated: try Accommodation(message.accommodated),
                recordedBy: message.recordedBy, day: CalendarDay(daysSinceEpoch: Int(message.day))))
    }
}

extension Attune_V1_MeasurePurpose {
    init(_ value: InstrumentPurpose) {
        self =
            switch value {
            case .outcome: .outcome
            case .alliance: .alliance
            case .preferences: .preferences
            }
    }
}

extension InstrumentPurpose {
    init(_ message: Attune_V1_MeasurePurpose) throws(MalformedEvent) {
        switch message {
        case .outcome: self = .outcome
        case .alliance: self = .alliance
        case .preferences: self = .preferences
        case .unspecified, .UNRECOGNIZED:
            throw MalformedEvent(field: "rating_declined.purpose", problem: "not known to this version")
        }
    }
}

extension Attune_V1_PreferenceScale {
    init(_ value: PreferenceScale) {
        self =
            switch value {
            case .directiveness: .directiveness
            case .emotion: .emotion
            case .time: .time
            case .support: .support
            }
    }
}

extension PreferenceScale {
    init(_ message: Attune_V1_PreferenceScale) throws(MalformedEvent) {
        switch message {
        case .directiveness: self = .directiveness
        case .emotion: self = .emotion
        case .time: self = .time
        case .support: self = .support
        case .unspecified, .UNRECOGNIZED:
            throw MalformedEvent(field: "preference_reviewed.scale", problem: "not known to this version")
        }
    }
}

extension Attune_V1_PreferenceLean {
    init(_ value: PreferenceLean) {
        self =
            switch value {
            case .strongFirst: .strongFirst
            case .notStrong: .notStrong
            case .strongSecond: .strongSecond
            }
    }
}

extension PreferenceLean {
    init(_ message: Attune_V1_PreferenceLean) throws(MalformedEvent) {
        switch message {
        case .strongFirst: self = .strongFirst
        case .notStrong: self = .notStrong
        case .strongSecond: self = .strongSecond
        case .unspecified, .UNRECOGNIZED:
            throw MalformedEvent(field: "preference_reviewed.asked", problem: "not known to this version")
        }
    }
}

extension Attune_V1_PreferenceAgreement {
    init(_ value: PreferenceAgreement) {
        self =
            switch value {
            case .follow: .follow
            case .meetHalfway: .meetHalfway
            case .tryOut: .tryOut
            case .keepAndExplain: .keepAndExplain
            case .refer: .refer
            case .open: .open
            }
    }
}

extension PreferenceAgreement {
    init(_ message: Attune_V1_PreferenceAgreement) throws(MalformedEvent) {
        switch message {
        case .follow: self = .follow
        case .meetHalfway: self = .meetHalfway
        case .tryOut: self = .tryOut
        case .keepAndExplain: self = .keepAndExplain
        case .refer: self = .refer
        case .open: self = .open
        case .unspecified, .UNRECOGNIZED:
            throw MalformedEvent(field: "preference_reviewed.agreed", problem: "not known to this version")
        }
    }
}

extension Attune_V1_Accommodation {
    init(_ value: Accommodation) {
        self =
            switch value {
            case .yes: .yes
            case .partly: .partly
            case .no: .no
            }
    }
}

extension Accommodation {
    init(_ message: Attune_V1_Accommodation) throws(MalformedEvent) {
        switch message {
        case .yes: self = .yes
        case .partly: self = .partly
        case .no: self = .no
        case .unspecified, .UNRECOGNIZED:
            throw MalformedEvent(field: "preference_reviewed.accommodated", problem: "not known to this version")
        }
    }
}
