public import Domain

/// What an episode lacks on a day, by a site's rules, each with the event that it follows from. Pure: alerting raises
/// alerts by it, and whoever checks alerting asks it again.
public struct EpisodeLacks: Sendable {
    /// An event of the episode with its id in the ledger.
    public struct Event: Sendable {
        public let id: EventID
        public let content: EpisodeEvent

        public init(id: EventID, content: EpisodeEvent) {
            self.id = id
            self.content = content
        }
    }

    public struct Lack: Hashable, Sendable {
        /// The event of the session or the rating.
        public let cause: EventID
        public let subject: AlertSubject

        public var kind: AlertKind { subject.session == nil ? .undiscussed : .missedMeasure }

        /// Of the alert that tells of it.
        public var alert: AlertID { DerivedIdentity.alert(aboutLack: subject.rule, of: cause) }
    }

    /// Missed measures first, of the oldest session and of outcome first; then undiscussed ratings by course.
    public let all: [Lack]

    /// - Parameters:
    ///   - events: all of the episode, in the order of their versions.
    ///   - day: the site's.
    ///   - basis: by what ratings are scored; see `EpisodeScoring.apply`.
    /// - Throws: `ScoringFailure` for an event that scoring cannot apply either.
    public init(
        of episode: EpisodeID, _ events: [Event], asOf day: CalendarDay, rules: EpisodeRulePolicy,
        basis: (InstrumentReference, Participant) -> ScoringBasis?
    ) throws(ScoringFailure) {
        var scoring = EpisodeScoring()
        var causes = Causes()
        for event in events {
            _ = try scoring.apply(event.content, version: scoring.version + 1, basis: basis)
            causes.note(event)
        }
        let view = EpisodeView(of: episode, events: events.map(\.content), courses: scoring.courses, asOf: day)
        guard let view, view.isOpen, let client = view.client else {
            all = []
            return
        }
        var found: [Lack] = []
        for missed in rules.missedMeasure.map(view.missedMeasures) ?? [] {
            guard let cause = causes.sessions[missed.session.id] else { continue }
            let session = UnmeasuredSession(
                session: missed.session.id, purpose: missed.purpose, participant: client, asOf: day)
            found.append(Lack(cause: cause, subject: .session(session)))
        }
        for undiscussed in rules.undiscussed.map(view.undiscussedRatings) ?? [] {
            guard let cause = causes.ratings[undiscussed.rating] else { continue }
            let score = UndiscussedScore(rating: undiscussed.rating, course: undiscussed.course, asOf: day)
            found.append(Lack(cause: cause, subject: .undiscussed(score)))
        }
        all = found
    }

    private struct Causes {
        var sessions: [SessionID: EventID] = [:]
        var ratings: [RatingID: EventID] = [:]

        mutating func note(_ event: Event) {
            switch event.content {
            case .sessionHeld(let session): sessions[session.id] = event.id
            case .ratingRecorded(let rating): ratings[rating.id] = event.id
            case .opened, .participantJoined, .sessionMissed, .ratingCorrected, .ratingWithdrawn, .ratingDiscussed,
                .ratingDeclined, .preferencesRecorded, .preferenceReviewed, .consentChanged, .reviewHeld, .transferred,
                .closed:
                break
            }
        }
    }
}

extension EpisodeView {
    /// Who is treated: who rates themselves before who is rated for.
    fileprivate var client: ParticipantID? {
        participants.first { $0.role == .`self` }?.id ?? participants.first { $0.role == .caretaker }?.id
            ?? participants.first?.id
    }
}

/// An open alert about something that was missing.
public struct OpenLack: Hashable, Sendable {
    public let alert: AlertID
    public let kind: AlertKind
    public let participant: ParticipantID
    /// Nil where it is about a session.
    public let instrument: InstrumentID?

    public init(alert: AlertID, kind: AlertKind, participant: ParticipantID, instrument: InstrumentID?) {
        self.alert = alert
        self.kind = kind
        self.participant = participant
        self.instrument = instrument
    }
}

extension EpisodeLacks {
    /// Open alerts of which nothing is left to say. One about a rating stands while a later rating of its course is
    /// missing its talk as well: another alert about the same course would say nothing new.
    public func fallen(_ open: [OpenLack]) -> [OpenLack] {
        open.filter { alert in
            !all.contains { lack in
                lack.alert == alert.alert
                    || alert.kind == .undiscussed && lack.kind == .undiscussed
                        && lack.subject.participant == alert.participant
                        && lack.subject.course?.instrument.id == alert.instrument
            }
        }
    }

    /// What is to be raised: of each kind that the policy raises and that is not open, the first that no alert has told
    /// of before.
    /// - Parameters:
    ///   - told: alerts that there have been.
    public func raised(_ kinds: Set<AlertKind>, standing: Set<AlertKind>, told: Set<AlertID>) -> [Lack] {
        AlertKind.lacks.intersection(kinds).subtracting(standing).sorted().compactMap { kind in
            all.first { $0.kind == kind && !told.contains($0.alert) }
        }
    }
}
