/// An episode as it stood at the end of a day: a fold over its events and courses. What the rules about episodes look at; for those who treat, not for those who rate.
///
/// The order in which things arrived plays no part, and nothing of a later day does.
public struct EpisodeView: Sendable {
    public let episode: EpisodeID
    /// The day the view is of.
    public let today: CalendarDay
    public let openedOn: CalendarDay
    /// Nil while the episode is open.
    public let closedOn: CalendarDay?
    /// By id.
    public let participants: [Participant]
    /// Sessions held, by day, then number.
    public let sessions: [SessionHeld]
    /// By day.
    public let missedSessions: [SessionMissed]
    /// With the ratings there were; courses without any are left out.
    public let courses: [CourseKey: Course]
    /// By day.
    public let reviews: [ReviewHeld]
    /// Measures that participants would rather not answer, by day.
    public let declines: [RatingDeclined]
    /// Filled-in inventories of preferences, by day.
    public let preferences: [PreferencesRecorded]
    /// What became of preferences, by day.
    public let preferenceReviews: [PreferenceReviewed]
    private let discussions: [RatingID: CalendarDay]
    private let consenting: Set<ParticipantID>

    /// - Parameters:
    ///   - events: of this episode, in any order.
    ///   - courses: of this episode, from any later day.
    /// - Returns: nil where the episode had not been opened by that day.
    public init?(
        of episode: EpisodeID, events: some Sequence<EpisodeEvent>, courses: [CourseKey: Course], asOf today: CalendarDay
    ) {
        var fold = Fold(today: today)
        for event in events { fold.apply(event) }
        guard let opening = fold.opening else { return nil }
        self.episode = episode
        self.today = today
        openedOn = opening.openedOn
        closedOn = fold.closure?.day
        participants = fold.participants.values.sorted { $0.id < $1.id }
        sessions = fold.held.values.sorted { ($0.day, $0.number, $0.id) < ($1.day, $1.number, $1.id) }
        missedSessions = fold.missed.values.sorted { ($0.day, $0.id) < ($1.day, $1.id) }
        self.courses = courses.mapValues { $0.through(today) }.filter { $0.value.trajectory.latest != nil }
        reviews = fold.reviews.values.sorted { ($0.day, $0.kind.rawValue, $0.id) < ($1.day, $1.kind.rawValue, $1.id) }
        declines = fold.declines.values.sorted { ($0.day, $0.id) < ($1.day, $1.id) }
        preferences = fold.preferences.values.sorted { ($0.day, $0.id) < ($1.day, $1.id) }
        preferenceReviews = fold.preferenceReviews.values.sorted {
            ($0.accommodation.day, $0.id) < ($1.accommodation.day, $1.id)
        }
        discussions = fold.discussions
        consenting = Self.consenting(fold.consents)
    }

    public var isOpen: Bool { closedOn == nil }

    /// The day a rating was first talked about; nil where it has not been.
    public func discussed(_ rating: RatingID) -> CalendarDay? { discussions[rating] }

    /// Whether a participant agrees to the joint view.
    public func consentsToJointView(_ participant: ParticipantID) -> Bool { consenting.contains(participant) }

    /// Clients, and caretakers in a young client's place.
    var clients: Set<ParticipantID> {
        Set(participants.filter { $0.role == .`self` || $0.role == .caretaker }.map(\.id))
    }

    /// Courses on which clients, or caretakers in a young client's place, rate: what the rules look at.
    func clientCourses(_ purpose: InstrumentPurpose) -> [(key: CourseKey, course: Course)] {
        let raters = clients
        return courses.filter { raters.contains($0.key.participant) && $0.value.basis.instrument.purpose == purpose }
            .map { ($0.key, $0.value) }.sorted { $0.key < $1.key }
    }

    /// Ratings by clients on measures of a purpose that belong to a session.
    func clientRatings(_ purpose: InstrumentPurpose, session: Int) -> [ScoredRating] {
        clientCourses(purpose).flatMap { $0.course.trajectory.points.map(\.rating) }.filter { $0.session == session }
    }

    /// The newest word of each participant holds; of two on one day, the one against.
    private static func consenting(_ changes: [ConsentChange]) -> Set<ParticipantID> {
        var newest: [ParticipantID: ConsentChange] = [:]
        for change in changes {
            guard let known = newest[change.participant] else {
                newest[change.participant] = change
                continue
            }
            if change.day > known.day || change.day == known.day && !change.jointView {
                newest[change.participant] = change
            }
        }
        return Set(newest.values.filter(\.jointView).map(\.participant))
    }
}

/// What of the events a view keeps. Ratings come scored, with the courses.
private struct Fold {
    let today: CalendarDay
    var opening: EpisodeOpening?
    var closure: EpisodeClosure?
    var participants: [ParticipantID: Participant] = [:]
    var held: [SessionID: SessionHeld] = [:]
    var missed: [SessionID: SessionMissed] = [:]
    var reviews: [ReviewID: ReviewHeld] = [:]
    /// The first day on which a rating was talked about.
    var discussions: [RatingID: CalendarDay] = [:]
    var consents: [ConsentChange] = []
    var declines: [DeclineID: RatingDeclined] = [:]
    var preferences: [PreferencesID: PreferencesRecorded] = [:]
    var preferenceReviews: [PreferenceReviewID: PreferenceReviewed] = [:]

    mutating func apply(_ event: EpisodeEvent) {
        switch event {
        case .opened(let opening):
            guard opening.openedOn <= today else { return }
            self.opening = opening
            for participant in opening.participants { participants[participant.id] = participant }
        case .participantJoined(let participant): participants[participant.id] = participant
        case .sessionHeld(let session): if session.day <= today { held[session.id] = session }
        case .sessionMissed(let session): if session.day <= today { missed[session.id] = session }
        case .closed(let closure): if closure.day <= today { self.closure = closure }
        case .ratingDiscussed(let discussion):
            guard discussion.day <= today else { return }
            discussions[discussion.rating] = min(discussions[discussion.rating] ?? discussion.day, discussion.day)
        case .consentChanged(let change): if change.day <= today { consents.append(change) }
        case .ratingDeclined(let declined): if declined.day <= today { declines[declined.id] = declined }
        case .preferencesRecorded(let recorded): if recorded.day <= today { preferences[recorded.id] = recorded }
        case .preferenceReviewed(let review):
            if review.accommodation.day <= today { preferenceReviews[review.id] = review }
        case .reviewHeld(let review): if review.day <= today { reviews[review.id] = review }
        case .ratingRecorded, .ratingCorrected, .ratingWithdrawn, .transferred: break
        }
    }
}

extension Course {
    /// The course as it stood at the end of a day.
    fileprivate func through(_ day: CalendarDay) -> Course {
        let ratings = trajectory.points.map(\.rating)
        guard ratings.contains(where: { $0.day > day }) else { return self }
        return Course(scoring: ratings.filter { $0.day <= day }, on: basis)
    }
}
