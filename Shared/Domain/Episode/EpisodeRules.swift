/// What may be recorded about an episode. Pure: everything known comes in, the event or a refusal
/// comes out.
///
/// Answers are checked by their instrument (`Instrument.score`), not here.
public enum EpisodeRules {
    /// Session numbers in use.
    public static let sessionNumbers = 1...999

    /// Decides a command.
    ///
    /// A closed episode takes nothing new; a wrong entry stays correctable.
    /// - Parameters:
    ///   - episode: nil where the episode has never been opened.
    ///   - rating: the rating the command names, wherever in the site it is; nil where there is none.
    ///   - today: the latest day that counts as today at the site.
    public static func decide(
        _ command: EpisodeCommand, episode: EpisodeState?, rating: RatingState?, today: CalendarDay
    ) throws(Refusal) -> EpisodeEvent {
        if case .opened(let opening) = command.event {
            try checkOpening(opening, command, episode, today)
            return command.event
        }
        guard let episode else { throw .unknownEpisode }
        guard episode.site == command.site else { throw .otherSite }
        try checkVersion(command, actual: episode.version)
        try check(command.event, in: episode, rating: rating, today: today)
        return command.event
    }

    private static func checkOpening(
        _ opening: EpisodeOpening, _ command: EpisodeCommand, _ episode: EpisodeState?, _ today: CalendarDay
    ) throws(Refusal) {
        if let episode {
            guard episode.site == command.site else { throw .otherSite }
            throw .alreadyOpen
        }
        try checkVersion(command, actual: 0)
        guard !opening.participants.isEmpty else { throw .noParticipants }
        var seen: Set<ParticipantID> = []
        for participant in opening.participants where !seen.insert(participant.id).inserted {
            throw .participantAlreadyJoined(participant.id)
        }
        guard opening.openedOn <= today else { throw .dayInFuture(day: opening.openedOn, today: today) }
    }

    private static func checkVersion(_ command: EpisodeCommand, actual: UInt64) throws(Refusal) {
        guard let expected = command.expectedVersion, expected != actual else { return }
        throw .versionConflict(expected: expected, actual: actual)
    }

    private static func check(
        _ event: EpisodeEvent, in episode: EpisodeState, rating: RatingState?, today: CalendarDay
    ) throws(Refusal) {
        switch event {
        case .opened:
            throw .alreadyOpen
        case .participantJoined(let participant):
            try checkOpen(episode)
            guard !episode.participants.contains(participant.id) else {
                throw .participantAlreadyJoined(participant.id)
            }
        case .sessionHeld(let session):
            try checkOpen(episode)
            try checkDay(session.day, in: episode, today)
            try checkSession(session.number)
        case .sessionMissed(let session):
            try checkOpen(episode)
            try checkDay(session.day, in: episode, today)
        case .ratingRecorded(let recorded):
            guard rating == nil else { throw .ratingAlreadyRecorded(recorded.id) }
            try checkAnswer(of: recorded.participant, session: recorded.session, recorded.day, in: episode, today)
        case .ratingDeclined(let declined):
            try checkAnswer(of: declined.participant, session: declined.session, declined.day, in: episode, today)
        case .preferencesRecorded(let preferences):
            try checkAnswer(of: preferences.participant, session: preferences.session, preferences.day, in: episode, today)
        case .ratingCorrected(let correction):
            try checkStanding(correction.rating, rating, in: episode)
            try checkSession(correction.session)
            try checkDay(correction.day, in: episode, today)
        case .ratingWithdrawn(let withdrawal):
            try checkStanding(withdrawal.rating, rating, in: episode)
        // Of these, what came about before the closing can be entered after it.
        case .ratingDiscussed(let discussion):
            try checkStanding(discussion.rating, rating, in: episode)
            try checkDay(discussion.day, in: episode, today)
        case .reviewHeld(let review): try checkDay(review.day, in: episode, today)
        case .preferenceReviewed(let review):
            try checkParticipant(review.participant, in: episode)
            try checkDay(review.accommodation.day, in: episode, today)
        case .consentChanged(let change):
            try checkParticipant(change.participant, in: episode)
            // Consent can be taken back at any time: what was rated stays to be seen when the episode is closed.
            guard change.day <= today else { throw .dayInFuture(day: change.day, today: today) }
            guard change.day >= episode.openedOn else {
                throw .dayBeforeOpening(day: change.day, openedOn: episode.openedOn)
            }
        case .transferred: try checkOpen(episode)
        case .closed(let closure):
            try checkDay(closure.day, in: episode, today)
            try checkOpen(episode)
        }
    }

    /// What a participant said at a session, or would not say.
    private static func checkAnswer(
        of participant: ParticipantID, session: Int, _ day: CalendarDay, in episode: EpisodeState, _ today: CalendarDay
    ) throws(Refusal) {
        try checkOpen(episode)
        try checkParticipant(participant, in: episode)
        try checkSession(session)
        try checkDay(day, in: episode, today)
    }

    private static func checkParticipant(_ participant: ParticipantID, in episode: EpisodeState) throws(Refusal) {
        guard episode.participants.contains(participant) else { throw .unknownParticipant(participant) }
    }

    private static func checkStanding(
        _ id: RatingID, _ rating: RatingState?, in episode: EpisodeState
    ) throws(Refusal) {
        guard let rating, rating.episode == episode.id else { throw .unknownRating(id) }
        guard !rating.isWithdrawn else { throw .ratingWithdrawn(id) }
    }

    /// Nothing new is recorded in a closed episode; what was recorded can still be put right.
    private static func checkOpen(_ episode: EpisodeState) throws(Refusal) {
        if let closedOn = episode.closedOn { throw .episodeClosed(on: closedOn) }
    }

    private static func checkSession(_ number: Int) throws(Refusal) {
        guard sessionNumbers.contains(number) else { throw .invalidSessionNumber(number) }
    }

    private static func checkDay(
        _ day: CalendarDay, in episode: EpisodeState, _ today: CalendarDay
    ) throws(Refusal) {
        guard day <= today else { throw .dayInFuture(day: day, today: today) }
        guard day >= episode.openedOn else { throw .dayBeforeOpening(day: day, openedOn: episode.openedOn) }
        if let closedOn = episode.closedOn, day > closedOn { throw .episodeClosed(on: closedOn) }
    }
}
