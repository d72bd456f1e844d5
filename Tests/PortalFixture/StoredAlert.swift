import Contracts
import Domain
import Foundation
import Persistence

@testable import AlertBook

/// An alert as alerting would have raised it: its row and its event.
enum StoredAlert {
    /// About the newest rating of a stored episode.
    ///
    /// - Parameters:
    ///   - instrument: that of the rating; nil for any.
    ///   - due: seconds after it was raised.
    @discardableResult
    static func raise(
        _ kind: AlertKind = .notOnTrack, rule: SignalRule = .expectedResponse80, of episode: StoredEpisode,
        about instrument: InstrumentReference? = nil, clinician: String? = nil, daysAgo: Int64 = 0, due: Int64 = 3600,
        on connection: Connection
    ) throws -> AlertID {
        let ratings = episode.events.compactMap { if case .ratingRecorded(let rating) = $0 { rating } else { nil } }
        guard let rating = ratings.last(where: { instrument == nil || $0.instrument == instrument }) else {
            fatalError("the episode has a rating")
        }
        let raisedAt = try DatabaseClock.now(on: connection).advanced(bySeconds: -daysAgo * 86_400)
        let id = AlertID(rawValue: UUID())
        let cause = EventID(rawValue: UUID())
        let alert = Alert(
            id: id, episode: episode.id, site: episode.site, kind: kind, rule: rule.name, rating: rating.id,
            participant: rating.participant, instrument: rating.instrument.id, clinician: clinician ?? episode.clinician,
            cause: cause, traceparent: nil, urgency: nil, raisedAt: raisedAt, firstDueAt: raisedAt.advanced(bySeconds: due),
            dueAt: raisedAt.advanced(bySeconds: due))
        let raising = AlertRaising(
            cause: cause, rule: rule, rating: rating.id,
            course: CourseKey(participant: rating.participant, instrument: rating.instrument),
            provenance: Provenance(normSet: nil, model: nil), clinician: alert.clinician, dueAt: alert.dueAt)
        try connection.transaction { connection in
            try AlertStore.insert([alert], on: connection)
            var ledger = AlertLedger()
            try ledger.add(.raised(raising), of: alert, at: raisedAt, following: cause)
            try ledger.append(on: connection)
        }
        return id
    }
}
