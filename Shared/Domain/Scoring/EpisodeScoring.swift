/// Everything that scoring keeps of one episode: a fold over its events.
///
/// The same events give the same state, whether they are applied one by one as they arrive or all at
/// once from the ledger years later; replay rests on that.
public struct EpisodeScoring: Sendable {
    /// Version of the last event applied; 0 before the first.
    public private(set) var version: Int64
    public private(set) var participants: [Participant]
    public private(set) var courses: [CourseKey: Course]

    /// An episode of which nothing has been applied, or its stored state.
    public init(version: Int64 = 0, participants: [Participant] = [], courses: [CourseKey: Course] = [:]) {
        self.version = version
        self.participants = participants
        self.courses = courses
    }

    /// Takes up a course that was stored with the rest of the state; before any event that may concern it.
    public mutating func restore(_ course: Course, as key: CourseKey) {
        courses[key] = course
    }

    /// Applies the next event.
    ///
    /// - Parameters:
    ///   - version: must be the one after `self.version`.
    ///   - basis: what a participant's ratings on an instrument are scored by; nil for an instrument
    ///     that the catalogue does not hold.
    /// - Returns: the course that changed; nil for events that change none.
    /// - Throws: `ScoringFailure`; the state is then as it was.
    public mutating func apply(
        _ event: EpisodeEvent, version: Int64,
        basis: (InstrumentReference, Participant) -> ScoringBasis?
    ) throws(ScoringFailure) -> CourseUpdate? {
        guard version == self.version + 1 else {
            throw .versionGap(expected: self.version + 1, given: version)
        }
        let change = try change(for: event, version: UInt64(version), basis: basis)
        switch event {
        case .opened(let opening): participants = opening.participants.map(\.withoutGroup)
        case .participantJoined(let participant): participants.append(participant.withoutGroup)
        case .sessionHeld, .sessionMissed, .ratingRecorded, .ratingCorrected, .ratingWithdrawn, .ratingDiscussed,
            .ratingDeclined, .preferencesRecorded, .preferenceReviewed, .consentChanged, .reviewHeld, .transferred, .closed:
            break
        }
        if let change { courses[change.key] = change.course }
        self.version = version
        return change
    }

    private func change(
        for event: EpisodeEvent, version: UInt64, basis: (InstrumentReference, Participant) -> ScoringBasis?
    ) throws(ScoringFailure) -> CourseUpdate? {
        switch event {
        case .opened, .participantJoined, .sessionHeld, .sessionMissed, .ratingDiscussed, .ratingDeclined,
            .preferencesRecorded, .preferenceReviewed, .consentChanged, .reviewHeld, .transferred, .closed:
            return nil
        case .ratingRecorded(let rating):
            let key = CourseKey(participant: rating.participant, instrument: rating.instrument)
            let course = try course(key, basis: basis)
            let scored = try Self.scored(rating.id) { () throws(AnswerProblem) in
                try ScoredRating(rating, version: version, on: course.basis.instrument)
            }
            return try change(key, rating.id, course.recording(scored))
        case .ratingCorrected(let correction):
            let key = try key(of: correction.rating)
            let course = try course(key, basis: basis)
            let scored = try Self.scored(correction.rating) { () throws(AnswerProblem) in
                try ScoredRating(correction, version: version, on: course.basis.instrument)
            }
            return try change(key, correction.rating, course.correcting(scored))
        case .ratingWithdrawn(let withdrawal):
            let key = try key(of: withdrawal.rating)
            return try change(key, withdrawal.rating, try course(key, basis: basis).withdrawing(withdrawal.rating))
        }
    }

    private func change(_ key: CourseKey, _ rating: RatingID, _ course: Course) throws(ScoringFailure) -> CourseUpdate {
        CourseUpdate(key: key, rater: try participant(key.participant), rating: rating, course: course)
    }

    private func course(
        _ key: CourseKey, basis: (InstrumentReference, Participant) -> ScoringBasis?
    ) throws(ScoringFailure) -> Course {
        if let course = courses[key] { return course }
        guard let basis = basis(key.instrument, try participant(key.participant)) else {
            throw .unknownInstrument(key.instrument)
        }
        return Course(on: basis)
    }

    private func participant(_ id: ParticipantID) throws(ScoringFailure) -> Participant {
        guard let participant = participants.first(where: { $0.id == id }) else { throw .unknownParticipant }
        return participant
    }

    private func key(of rating: RatingID) throws(ScoringFailure) -> CourseKey {
        for (key, course) in courses where course.trajectory.point(of: rating) != nil { return key }
        throw .unknownRating
    }

    private static func scored(
        _ rating: RatingID, _ score: () throws(AnswerProblem) -> ScoredRating
    ) throws(ScoringFailure) -> ScoredRating {
        do {
            return try score()
        } catch {
            throw .unscorable(error)
        }
    }
}

/// A course after an event, and the rating the event was about.
public struct CourseUpdate: Sendable {
    public let key: CourseKey
    public let rater: Participant
    public let rating: RatingID
    public let course: Course
}

/// Why an event cannot be applied: the same at every try, until data or catalogue change.
public enum ScoringFailure: Error, Hashable, Sendable {
    /// The event does not follow the last one applied.
    case versionGap(expected: Int64, given: Int64)
    case unknownParticipant
    case unknownInstrument(InstrumentReference)
    /// A correction or withdrawal of a rating that no course holds.
    case unknownRating
    case unscorable(AnswerProblem)
}
