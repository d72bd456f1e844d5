import Catalogue
import Contracts
import Domain
import Persistence

/// One episode as its events tell it: sessions, what was measured in them and talked about, and its alerts.
struct FollowedEpisode {
    let work: FidelityEpisode
    let alerts: [FollowedAlert]

    var site: SiteID { work.site }
    /// Who answers for it as far as is known: an opaque directory id.
    var clinician: String { work.clinician }
    var view: EpisodeView { work.view }

    /// - Parameter day: behind every day that the events name.
    /// - Returns: nil where nothing was opened.
    /// - Throws: where an event cannot be read, or not be applied after those before it.
    init?(_ record: EpisodeRecord, catalogue: Catalogue, asOf day: CalendarDay) throws {
        guard let first = record.events.first else { return nil }
        var fold = EpisodeFold(catalogue: catalogue)
        var contents: [EpisodeEvent] = []
        for event in record.events {
            _ = try fold.apply(event)
            contents.append(try EpisodeEventCodec.decode(event.payload, type: try KnownTypes.type(event.type)).event)
        }
        guard let view = EpisodeView(of: record.stream, events: contents, courses: fold.scoring.courses, asOf: day),
            let work = FidelityEpisode(at: first.site, events: contents, view: view)
        else { return nil }
        self.work = work
        alerts = try FollowedAlert.all(of: record)
    }

    func clinician(of session: SessionHeld) -> String { work.clinician(of: session) }
}

extension FidelityReport {
    /// Counts the sessions and the alerts of an episode.
    mutating func add(_ episode: FollowedEpisode) {
        add(episode.work)
        for alert in episode.alerts {
            add(
                FidelityAlert(
                    site: episode.site, service: episode.work.service, kind: alert.life.kind, raisedAt: alert.life.raisedAt,
                    owner: alert.life.owner, isReviewed: alert.life.review?.completedAt != nil))
        }
    }
}
