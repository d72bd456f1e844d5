/// What of one episode is counted for fidelity: its sessions, and who answered for each of them.
public struct FidelityEpisode: Sendable {
    public let site: SiteID
    /// The service or programme within the site.
    public let service: String
    /// Who answers for the episode as far as is known: an opaque directory id.
    public let clinician: String
    public let view: EpisodeView
    /// Who answered for the episode when a session was recorded, by session.
    private let clinicians: [SessionID: String]

    /// - Parameters:
    ///   - events: of the episode, in the order of its stream.
    ///   - view: behind every day that the events name.
    /// - Returns: nil where nothing was opened.
    public init?(at site: SiteID, events: some Sequence<EpisodeEvent>, view: EpisodeView) {
        var (service, clinician): (String?, String) = (nil, "")
        var clinicians: [SessionID: String] = [:]
        for event in events {
            switch event {
            case .opened(let opening): (service, clinician) = (opening.service, opening.clinician)
            case .transferred(let transfer): clinician = transfer.clinician
            case .sessionHeld(let session): clinicians[session.id] = clinician
            case .participantJoined, .sessionMissed, .ratingRecorded, .ratingCorrected, .ratingWithdrawn,
                .ratingDiscussed, .ratingDeclined, .preferencesRecorded, .preferenceReviewed, .consentChanged, .reviewHeld,
                .closed:
                break
            }
        }
        guard let service else { return nil }
        self.site = site
        self.service = service
        self.clinician = clinician
        self.view = view
        self.clinicians = clinicians
    }

    /// Who answered for the episode when the session was recorded.
    public func clinician(of session: SessionHeld) -> String { clinicians[session.id] ?? clinician }

    /// Whether a rating of the session, by whomever, has been talked about.
    public func isDiscussed(_ session: SessionHeld) -> Bool {
        view.courses.values.contains { course in
            course.trajectory.points.contains {
                $0.rating.session == session.number && view.discussed($0.rating.id) != nil
            }
        }
    }
}

/// What of one alert is counted for fidelity.
public struct FidelityAlert: Hashable, Sendable {
    public let site: SiteID
    /// Of its episode.
    public let service: String
    public let kind: AlertKind
    public let raisedAt: Timestamp
    /// Who answers for it: an opaque directory id.
    public let owner: String
    /// Whether its support review was completed.
    public let isReviewed: Bool

    public init(
        site: SiteID, service: String, kind: AlertKind, raisedAt: Timestamp, owner: String, isReviewed: Bool
    ) {
        self.site = site
        self.service = service
        self.kind = kind
        self.raisedAt = raisedAt
        self.owner = owner
        self.isReviewed = isReviewed
    }
}

extension AlertKind {
    /// Kinds that lead into a support review.
    public static let aboutCourses: Set<AlertKind> = [.deteriorating, .notOnTrack, .stalled]
}
