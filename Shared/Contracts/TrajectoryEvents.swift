public import Domain

/// Trajectory events: everything in them follows from the cause and the course, so that whoever holds the ledger
/// makes them again to the last byte.
public enum TrajectoryEvents {
    /// - Throws: where the message cannot be encoded.
    public static func following(_ cause: EventEnvelope, _ update: CourseUpdate) throws -> EventEnvelope {
        EventEnvelope(
            id: DerivedIdentity.trajectory(following: cause.id, on: update.course.basis),
            type: .trajectoryUpdated, source: "/attune/scoring", episode: cause.episode, site: cause.site,
            sequence: cause.sequence, time: cause.time, trace: cause.trace?.following(cause.id.bytes),
            payload: try TrajectoryCodec.encode(update, cause: cause.id))
    }
}
