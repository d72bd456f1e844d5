/// What can happen in an episode of care. The history of an episode is a list of these, in order.
public enum EpisodeEvent: Hashable, Sendable {
    case opened(EpisodeOpening)
    case participantJoined(Participant)
    case sessionHeld(SessionHeld)
    case sessionMissed(SessionMissed)
    case ratingRecorded(Rating)
    case ratingCorrected(RatingCorrection)
    case ratingWithdrawn(RatingWithdrawal)
    case ratingDiscussed(RatingDiscussed)
    case ratingDeclined(RatingDeclined)
    case preferencesRecorded(PreferencesRecorded)
    case preferenceReviewed(PreferenceReviewed)
    case consentChanged(ConsentChange)
    case reviewHeld(ReviewHeld)
    case transferred(EpisodeTransfer)
    case closed(EpisodeClosure)
}

/// How an episode begins.
public struct EpisodeOpening: Hashable, Sendable {
    /// The service or programme within the site, e.g. `adult-outpatient`.
    public let service: String
    public let openedOn: CalendarDay
    /// The clinician who answers for the episode: an opaque directory id.
    public let clinician: String
    /// At least one.
    public let participants: [Participant]

    public init(service: String, openedOn: CalendarDay, clinician: String, participants: [Participant]) {
        self.service = service
        self.openedOn = openedOn
        self.clinician = clinician
        self.participants = participants
    }
}

/// A person who rates, as far as Attune needs to know them.
public struct Participant: Hashable, Sendable {
    public let id: ParticipantID
    public let role: RaterRole
    public let ageBand: AgeBand
    /// Nil where it is not known; norm sets that need it then do not hold.
    public let sex: Sex?
    /// The group with which the person describes themself; nil where they have not been asked or would not say. For
    /// tables about equity alone: scoring never sees it.
    public let group: ClientGroup?

    public init(id: ParticipantID, role: RaterRole, ageBand: AgeBand, sex: Sex? = nil, group: ClientGroup? = nil) {
        self.id = id
        self.role = role
        self.ageBand = ageBand
        self.sex = sex
        self.group = group
    }

    /// As scoring knows them.
    var withoutGroup: Participant { Participant(id: id, role: role, ageBand: ageBand, sex: sex) }
}

/// Who rates whom: norms differ between a young person's own rating and a caretaker's.
public enum RaterRole: String, Hashable, Sendable, CaseIterable {
    case `self`, caretaker, clinician, collateral
}

/// Age as norm sets divide it (clinical-reference 1.2.1): child 6-12, adolescent 13-17, adult from 18.
public enum AgeBand: String, Hashable, Sendable, CaseIterable {
    case child, adolescent, adult
}

public struct SessionHeld: Hashable, Sendable {
    public let id: SessionID
    /// 1 is the intake.
    public let number: Int
    public let day: CalendarDay

    public init(id: SessionID, number: Int, day: CalendarDay) {
        self.id = id
        self.number = number
        self.day = day
    }
}

public struct SessionMissed: Hashable, Sendable {
    public let id: SessionID
    public let day: CalendarDay
    public let reason: MissedReason

    public init(id: SessionID, day: CalendarDay, reason: MissedReason) {
        self.id = id
        self.day = day
        self.reason = reason
    }
}

public enum MissedReason: String, Hashable, Sendable, CaseIterable {
    case notAttended = "not_attended"
    case cancelledByClient = "cancelled_by_client"
    case cancelledByService = "cancelled_by_service"
}

/// One person's answers on one instrument at one session.
public struct Rating: Hashable, Sendable {
    public let id: RatingID
    public let participant: ParticipantID
    public let instrument: InstrumentReference
    /// Number of the session the rating belongs to, from 1 (intake).
    public let session: Int
    public let day: CalendarDay
    public let answers: Answers
    /// The participant's own words, sealed.
    public let comment: SealedText?

    public init(
        id: RatingID, participant: ParticipantID, instrument: InstrumentReference, session: Int,
        day: CalendarDay, answers: Answers, comment: SealedText? = nil
    ) {
        self.id = id
        self.participant = participant
        self.instrument = instrument
        self.session = session
        self.day = day
        self.answers = answers
        self.comment = comment
    }

    /// The rating with a comment in the place of the one it has.
    public func with(comment: SealedText) -> Rating {
        Rating(
            id: id, participant: participant, instrument: instrument, session: session, day: day, answers: answers,
            comment: comment)
    }
}

/// What was answered, in the instrument's smallest step.
public enum Answers: Hashable, Sendable {
    /// One entry per item in the instrument's order; nil where the item was left unanswered.
    case items([Int?])
    /// A total alone, where the instrument allows it.
    case total(Int)
}

/// Puts other content in the place of an earlier rating; participant and instrument stay.
public struct RatingCorrection: Hashable, Sendable {
    public let rating: RatingID
    public let session: Int
    public let day: CalendarDay
    public let answers: Answers
    public let reason: CorrectionReason

    public init(rating: RatingID, session: Int, day: CalendarDay, answers: Answers, reason: CorrectionReason) {
        self.rating = rating
        self.session = session
        self.day = day
        self.answers = answers
        self.reason = reason
    }
}

public struct RatingWithdrawal: Hashable, Sendable {
    public let rating: RatingID
    public let reason: CorrectionReason

    public init(rating: RatingID, reason: CorrectionReason) {
        self.rating = rating
        self.reason = reason
    }
}

public enum CorrectionReason: String, Hashable, Sendable, CaseIterable {
    case entryError = "entry_error"
    case wrongEpisode = "wrong_episode"
    case wrongSession = "wrong_session"
    case clientRequest = "client_request"
}

/// Another clinician answers for the episode from now on.
public struct EpisodeTransfer: Hashable, Sendable {
    public let id: TransferID
    /// Opaque directory id.
    public let clinician: String
    public let reason: TransferReason

    public init(id: TransferID, clinician: String, reason: TransferReason) {
        self.id = id
        self.clinician = clinician
        self.reason = reason
    }
}

public enum TransferReason: String, Hashable, Sendable, CaseIterable {
    case clinicianLeft = "clinician_left"
    case clientRequest = "client_request"
    case changeOfCare = "change_of_care"
    case other
}

public struct EpisodeClosure: Hashable, Sendable {
    public let day: CalendarDay
    public let reason: ClosureReason

    public init(day: CalendarDay, reason: ClosureReason) {
        self.day = day
        self.reason = reason
    }
}

public enum ClosureReason: String, Hashable, Sendable, CaseIterable {
    case agreedEnd = "agreed_end"
    case droppedOut = "dropped_out"
    case transferred
    case other
}
