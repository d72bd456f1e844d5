import Contracts
import Domain
import Persistence

/// An episode event and what it says, decoded once.
struct ReadEvent {
    let envelope: EventEnvelope
    let content: Result<EpisodeEvent, MalformedEvent>

    init(_ envelope: EventEnvelope) {
        self.envelope = envelope
        do throws(MalformedEvent) {
            content = .success(try EpisodeEventCodec.decode(envelope.payload, type: envelope.type).event)
        } catch {
            content = .failure(error)
        }
    }
}

/// The stored courses that events concern: reading every course of an episode would cost more than scoring
/// the one that a rating belongs to.
struct CourseNeeds {
    struct Place: Hashable {
        let episode: EpisodeID
        let course: CourseKey
    }

    private(set) var courses: Set<Place> = []
    /// Episodes all of whose courses are needed.
    private(set) var episodes: Set<EpisodeID> = []

    init(_ events: [ReadEvent]) {
        for event in events {
            guard case .success(let content) = event.content else { continue }
            switch content {
            case .ratingRecorded(let rating):
                let course = CourseKey(participant: rating.participant, instrument: rating.instrument)
                courses.insert(Place(episode: event.envelope.episode, course: course))
            // They name the rating alone, which any course may hold.
            case .ratingCorrected, .ratingWithdrawn: episodes.insert(event.envelope.episode)
            case .opened, .participantJoined, .sessionHeld, .sessionMissed, .ratingDiscussed, .ratingDeclined,
                .preferencesRecorded, .preferenceReviewed, .consentChanged, .reviewHeld, .transferred, .closed:
                break
            }
        }
        courses = courses.filter { !episodes.contains($0.episode) }
    }
}
