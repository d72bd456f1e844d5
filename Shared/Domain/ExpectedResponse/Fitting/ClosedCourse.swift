/// A course that has ended, as a model is fitted on it: scores by session, and nothing of the person.
public struct ClosedCourse: Hashable, Sendable {
    /// The first score, in steps.
    public let intake: Int
    /// Ratings after the session of the first, in session order.
    public let later: [Later]

    /// One rating after the first.
    public struct Later: Hashable, Sendable {
        /// Counted from the first rating as 1; so 2 or higher.
        public let session: Int
        /// In steps.
        public let score: Int

        public init(session: Int, score: Int) {
            self.session = session
            self.score = score
        }
    }

    /// - Parameter ratings: session as the clinic counts it and score in steps; ratings of one session in the
    ///   order in which they were given. The first in session order is the intake, and sessions count from
    ///   it as 1, as in scoring; another rating of that same session is left out.
    /// - Returns: nil without ratings.
    public init?(_ ratings: [(session: Int, score: Int)]) {
        let places = ratings.indices.sorted { (ratings[$0].session, $0) < (ratings[$1].session, $1) }
        guard let first = places.first else { return nil }
        intake = ratings[first].score
        later = places.compactMap {
            let session = ratings[$0].session - ratings[first].session + 1
            return session > 1 ? Later(session: session, score: ratings[$0].score) : nil
        }
    }

    /// Nil of a trajectory without points.
    public init?(_ trajectory: Trajectory) {
        self.init(trajectory.points.map { ($0.rating.session, $0.rating.score) })
    }
}
