import Catalogue
import Contracts
import Domain
import Persistence

/// One episode's events from the ledger, applied one after the other and scored with the figures that hold for
/// its site.
struct EpisodeFold {
    private let catalogue: Catalogue
    private(set) var scoring = EpisodeScoring()
    private(set) var openedOn: CalendarDay?
    /// Nil while the episode goes on.
    private(set) var closedOn: CalendarDay?

    init(catalogue: Catalogue) { self.catalogue = catalogue }

    /// Applies the next event.
    /// - Returns: the course that changed, if one did.
    /// - Throws: `MalformedEvent` or `ScoringFailure`; the fold is then as it was.
    mutating func apply(_ event: LedgerEvent) throws -> CourseUpdate? {
        guard let type = EventType(rawValue: event.type) else {
            throw MalformedEvent(field: "type", problem: "not a known event type")
        }
        let content = try EpisodeEventCodec.decode(event.payload, type: type).event
        let update = try scoring.apply(content, version: event.version) { [catalogue] instrument, rater in
            catalogue.basis(for: instrument, role: rater.role, ageBand: rater.ageBand, sex: rater.sex, site: event.site)
        }
        switch content {
        case .opened(let opening): openedOn = opening.openedOn
        case .closed(let closure): closedOn = closure.day
        case .participantJoined, .sessionHeld, .sessionMissed, .ratingRecorded, .ratingCorrected, .ratingWithdrawn,
            .ratingDiscussed, .ratingDeclined, .preferencesRecorded, .preferenceReviewed, .consentChanged, .reviewHeld,
            .transferred:
            break
        }
        return update
    }
}
