import Contracts
import Domain
import Persistence

/// An episode as it stood at a time: what had been recorded, how every course stood by the figures that held, and what
/// had become of alerts and notifications.
struct EpisodeStanding {
    struct Standing {
        let rater: Participant
        let key: CourseKey
        let course: Course
        /// The same course with the model of choice; nil where that does not speak or says the same.
        let other: Course?
    }

    struct Notice {
        let event: NotificationEvent
        let recordedAt: Timestamp
    }

    let asOf: Timestamp?
    let replay: EpisodeReplay
    let courses: [Standing]
    let alerts: [RecordedAlert]
    let notices: [Notice]

    /// - Parameter asOf: nil for all that is recorded.
    /// - Throws: `MalformedEvent` for a step of an alert, or a notification, that cannot be read.
    init(
        _ record: EpisodeRecord, asOf: Timestamp?, held: ReplayBases, chosen: ReplayBases?
    ) throws(MalformedEvent) {
        self.asOf = asOf
        let record = asOf.map(record.recorded) ?? record
        replay = try EpisodeReplay(record, held: held, chosen: chosen)
        courses = Self.courses(replay)
        alerts = RecordedAlert.fold(replay.steps)
        var notices: [Notice] = []
        for event in record.notifications {
            let type = try KnownTypes.type(event.type)
            notices.append(
                Notice(event: try NotificationEventCodec.decode(event.payload, type: type), recordedAt: event.recordedAt))
        }
        self.notices = notices
    }

    private static func courses(_ replay: EpisodeReplay) -> [Standing] {
        let scoring = replay.held.fold.scoring
        return scoring.courses.keys.sorted().compactMap { key in
            guard let course = scoring.courses[key], let rater = scoring.participants.first(where: { $0.id == key.participant })
            else { return nil }
            let other = replay.chosen?.fold.scoring.courses[key]
            return Standing(
                rater: rater, key: key, course: course,
                other: other?.basis.provenance == course.basis.provenance ? nil : other)
        }
    }

    var opening: EpisodeOpening? {
        for case .opened(let opening) in replay.contents.contents { return opening }
        return nil
    }

    var closure: EpisodeClosure? {
        for case .closed(let closure) in replay.contents.contents { return closure }
        return nil
    }
}

extension Course {
    /// What spoke when a point was the newest, safety of its own rating included.
    func signals(at place: Int) -> [Signal] {
        let then = Trajectory(points: Array(trajectory.points[...place]), provenance: trajectory.provenance)
        return then.signals(causedBy: then.points[place].rating.id, on: basis)
    }
}
