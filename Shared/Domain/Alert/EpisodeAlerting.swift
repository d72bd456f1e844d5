/// What speaks on the courses of one episode, and which alerts follow as trajectories come in: a fold over trajectory
/// events. Alerting goes on with it event by event, and whoever checks alerting does the same from the ledger.
public struct EpisodeAlerting: Hashable, Sendable {
    /// What a course said last.
    public struct Standing: Hashable, Sendable {
        /// Version of the episode event behind the trajectory event; 0 before the first.
        public let version: Int64
        public let signals: [Signal]

        public init(version: Int64, signals: [Signal]) {
            self.version = version
            self.signals = signals
        }
    }

    public private(set) var courses: [CourseKey: Standing]

    public init(courses: [CourseKey: Standing] = [:]) { self.courses = courses }

    public func standing(of course: CourseKey) -> Standing { courses[course] ?? Standing(version: 0, signals: []) }

    /// Takes what stands on a course from elsewhere.
    public mutating func restore(_ standing: Standing, of course: CourseKey) { courses[course] = standing }

    /// Takes in the next trajectory.
    /// - Parameters: as of `AlertRules.decisions`; `version` is that of the episode event behind the trajectory.
    /// - Returns: what is to become of the episode's alerts; nil where a newer trajectory of the course is known
    ///   already: what this one says of the course is out of date, and nothing changes.
    public mutating func follow(
        _ course: CourseKey, version: Int64, saying signals: [Signal], open: [OpenAlert], episodeIsOpen: Bool,
        raisedKinds: Set<AlertKind>
    ) -> [AlertDecision]? {
        let before = standing(of: course)
        guard version > before.version else { return nil }
        let decisions = AlertRules.decisions(
            on: CourseChange(course: course, before: before.signals, after: signals),
            otherCourses: courses.mapValues(\.signals), open: open,
            episodeIsOpen: episodeIsOpen, raisedKinds: raisedKinds)
        courses[course] = Standing(version: version, signals: signals)
        return decisions
    }
}
