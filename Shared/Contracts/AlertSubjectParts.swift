import Domain
import SwiftProtobuf

// What an alert is about, and what followed its review, each way.

extension Attune_V1_AlertRaised {
    mutating func tell(_ subject: AlertSubject) {
        rule = subject.rule
        participantID = subject.participant.data
        if let rating = subject.rating { ratingID = rating.data }
        if let course = subject.course {
            instrument = course.instrument.id.text
            instrumentVersion = course.instrument.version
        }
        if let session = subject.session { sessionID = session.data }
        if let day = subject.asOf { asOf = Int32(day.daysSinceEpoch) }
        if case .signal(let grounds) = subject { provenance = Attune_V1_Provenance(grounds.provenance) }
    }
}

extension AlertSubject {
    init(_ message: Attune_V1_AlertRaised) throws(MalformedEvent) {
        let asOf = CalendarDay(daysSinceEpoch: Int(message.asOf))
        if let purpose = MeasuredPurpose.allCases.first(where: { MissedMeasure.rule($0) == message.rule }) {
            self = .session(
                UnmeasuredSession(
                    session: try SessionID(message.sessionID, field: "raised.session_id"), purpose: purpose,
                    participant: try ParticipantID(message.participantID, field: "raised.participant_id"), asOf: asOf))
            return
        }
        let rating = try RatingID(message.ratingID, field: "raised.rating_id")
        guard let instrument = InstrumentID(message.instrument) else {
            throw MalformedEvent(field: "raised.instrument", problem: "not an instrument name")
        }
        let course = CourseKey(
            participant: try ParticipantID(message.participantID, field: "raised.participant_id"),
            instrument: InstrumentReference(id: instrument, version: message.instrumentVersion))
        if message.rule == UndiscussedRating.rule {
            self = .undiscussed(UndiscussedScore(rating: rating, course: course, asOf: asOf))
            return
        }
        guard let rule = SignalRule(name: message.rule) else {
            throw MalformedEvent(field: "raised.rule", problem: "not a known rule")
        }
        self = .signal(
            AlertGrounds(rule: rule, rating: rating, course: course, provenance: try Provenance(message.provenance)))
    }
}

extension Attune_V1_AlertFollowedUp {
    init(_ found: AlertFollowUp) {
        self.init()
        ratingID = found.rating.data
        effect =
            switch found.effect {
            case .reliablyBetter: .reliablyBetter
            case .backWithinBounds: .backWithinBounds
            case .unchanged: .unchanged
            case .reliablyWorse: .reliablyWorse
            case .noRatingYet: .unspecified
            }
        improvement = Int32(found.improvement)
        isDangerous = found.isDangerous
    }
}

extension AlertFollowUp {
    init(_ message: Attune_V1_AlertFollowedUp) throws(MalformedEvent) {
        let effect: SupportEffect
        switch message.effect {
        case .reliablyBetter: effect = .reliablyBetter
        case .backWithinBounds: effect = .backWithinBounds
        case .unchanged: effect = .unchanged
        case .reliablyWorse: effect = .reliablyWorse
        case .unspecified, .UNRECOGNIZED:
            throw MalformedEvent(field: "followed_up.effect", problem: "not a known effect")
        }
        self.init(
            rating: try RatingID(message.ratingID, field: "followed_up.rating_id"), effect: effect,
            improvement: Int(message.improvement), isDangerous: message.isDangerous)
    }
}
