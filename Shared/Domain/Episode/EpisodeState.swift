/// What is known of an episode when a command about it is decided.
public struct EpisodeState: Hashable, Sendable {
    public let id: EpisodeID
    public let site: SiteID
    public let openedOn: CalendarDay
    /// Nil while the episode is open.
    public let closedOn: CalendarDay?
    public let participants: Set<ParticipantID>
    /// Who it was transferred to since this state was read; nil for nobody.
    public let transferredTo: String?
    /// Events so far.
    public let version: UInt64

    public init(
        id: EpisodeID, site: SiteID, openedOn: CalendarDay, closedOn: CalendarDay?,
        participants: Set<ParticipantID>, transferredTo: String? = nil, version: UInt64
    ) {
        self.id = id
        self.site = site
        self.transferredTo = transferredTo
        self.openedOn = openedOn
        self.closedOn = closedOn
        self.participants = participants
        self.version = version
    }

    public var isOpen: Bool { closedOn == nil }

    /// The state after one more event, so that a batch can decide command upon command.
    public func applying(_ event: EpisodeEvent) -> EpisodeState {
        var closedOn = closedOn
        var participants = participants
        var transferredTo = transferredTo
        switch event {
        case .participantJoined(let participant): participants.insert(participant.id)
        case .transferred(let transfer): transferredTo = transfer.clinician
        case .closed(let closure): closedOn = closure.day
        case .opened, .sessionHeld, .sessionMissed, .ratingRecorded, .ratingCorrected, .ratingWithdrawn,
            .ratingDiscussed, .ratingDeclined, .preferencesRecorded, .preferenceReviewed, .consentChanged, .reviewHeld:
            break
        }
        return EpisodeState(
            id: id, site: site, openedOn: openedOn, closedOn: closedOn, participants: participants,
            transferredTo: transferredTo, version: version + 1)
    }

    /// The state after an episode's first event.
    public init(id: EpisodeID, site: SiteID, opening: EpisodeOpening) {
        self.init(
            id: id, site: site, openedOn: opening.openedOn, closedOn: nil,
            participants: Set(opening.participants.map(\.id)), version: 1)
    }
}

/// What is known of a rating when a command about it is decided.
public struct RatingState: Hashable, Sendable {
    public let episode: EpisodeID
    public let participant: ParticipantID
    public let instrument: InstrumentReference
    public let isWithdrawn: Bool

    public init(
        episode: EpisodeID, participant: ParticipantID, instrument: InstrumentReference, isWithdrawn: Bool
    ) {
        self.episode = episode
        self.participant = participant
        self.instrument = instrument
        self.isWithdrawn = isWithdrawn
    }
}
