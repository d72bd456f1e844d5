public import Domain

/// Trajectory events: everything in them follows from the cause and the course, so that whoever derives one again has
/// the same event.
public enum TrajectoryEvents {
    /// - Parameter cause: the episode event after which the course changed.
    public static func following(_ cause: EventEnvelope, _ update: CourseUpdate) throws -> EventEnvelope {
        EventEnvelope(
            id: DerivedIdentity.trajectory(following: cause.id, on: update.course.basis),
            type: .trajectoryUpdated, source: "/attune/scoring", episode: cause.episode, site: cause.site,
            sequence: cause.sequence, time: cause.time, trace: cause.trace?.following(cause.id.bytes),
            payload: try TrajectoryCodec.encode(update, cause: cause.id))
    }
}
