import Catalogue
import Contracts
import Domain
import Persistence

/// One episode as its events tell it: sessions, what was measured in them and talked about, and its alerts.
struct FollowedEpisode {
    let site: SiteID
    let service: String
    /// Who answers for it as far as is known: an opaque directory id.
    let clinician: String
    let view: EpisodeView
    let alerts: [FollowedAlert]
    /// Who answered for the episode when a session was recorded, by session.
    private let clinicians: [SessionID: String]

    /// - Parameter day: behind every day that the events name.
    /// - Returns: nil where nothing was opened.
    /// - Throws: where an event cannot be read, or not be applied after those before it.
    init?(_ record: EpisodeRecord, catalogue: Catalogue, asOf day: CalendarDay) throws {
        guard let first = record.events.first else { return nil }
        var fold = EpisodeFold(catalogue: catalogue)
        var contents: [EpisodeEvent] = []
        var (service, clinician): (String?, String) = (nil, "")
        var clinicians: [SessionID: String] = [:]
        for event in record.events {
            _ = try fold.apply(event)
            let content = try EpisodeEventCodec.decode(event.payload, type: try KnownTypes.type(event.type)).event
            switch content {
            case .opened(let opening): (service, clinician) = (opening.service, opening.clinician)
            case .transferred(let transfer): clinician = transfer.clinician
            case .sessionHeld(let session): clinicians[session.id] = clinician
            case .participantJoined, .sessionMissed, .ratingRecorded, .ratingCorrected, .ratingWithdrawn,
                .ratingDiscussed,
                .consentChanged, .reviewHeld, .closed:
                break
            }
            contents.append(content)
        }
        guard let service,
            let view = EpisodeView(of: record.stream, events: contents, courses: fold.scoring.courses, asOf: day)
        else { return nil }
        site = first.site
        self.service = service
        self.clinician = clinician
        self.view = view
        self.clinicians = clinicians
        alerts = try FollowedAlert.all(of: record)
    }

    func clinician(of session: SessionHeld) -> String { clinicians[session.id] ?? clinician }

    /// Whether a rating of the session, by whomever, has been talked about.
    func isDiscussed(_ session: SessionHeld) -> Bool {
        view.courses.values.contains { course in
            course.trajectory.points.contains {
                $0.rating.session == session.number && view.discussed($0.rating.id) != nil
            }
        }
    }
}

extension AlertKind {
    /// Kinds that lead into a support review.
    static let aboutCourses: Set<AlertKind> = [.deteriorating, .notOnTrack, .stalled]
}
