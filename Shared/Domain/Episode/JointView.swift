/// What one person who rates may see: their own courses and nothing of anybody else.
public struct OwnView: Sendable {
    public let participant: ParticipantID
    public let courses: [InstrumentReference: Course]
}

extension EpisodeView {
    /// A participant's own courses; nil for somebody who is not in the episode.
    public func ownView(of participant: ParticipantID) -> OwnView? {
        guard participants.contains(where: { $0.id == participant }) else { return nil }
        let own = courses.filter { $0.key.participant == participant }
        return OwnView(
            participant: participant,
            courses: Dictionary(uniqueKeysWithValues: own.map { ($0.key.instrument, $0.value) }))
    }
}

/// The courses of two partners side by side: the one way in which a partner sees figures of the other, and only
/// while both agree (clinical-reference 5.4). Never averaged: each has a first score, a cut-off and a reliable
/// change of their own.
public struct JointView: Sendable {
    public let first: OwnView
    public let second: OwnView

    /// - Throws: `JointViewRefusal`, where somebody does not agree or there are no two partners.
    public init(_ view: EpisodeView, _ one: ParticipantID, _ other: ParticipantID) throws(JointViewRefusal) {
        guard one != other else { throw .samePerson }
        let refusing = [one, other].filter { !view.consentsToJointView($0) }
        guard let first = view.ownView(of: one), let second = view.ownView(of: other) else { throw .notInEpisode }
        guard refusing.isEmpty else { throw .noConsent(refusing) }
        self.first = first
        self.second = second
    }

    /// The figures behind a finding, of the first partner and then of the second; empty where it is about others.
    public func figures(of discrepancy: PartnerDiscrepancy) -> [PartnerFigures] {
        guard Set([first.participant, second.participant]) == Set(discrepancy.partners) else { return [] }
        return [first, second].compactMap { view in
            view.courses[discrepancy.instrument]?.trajectory.newestPoint(inSession: discrepancy.session).map {
                PartnerFigures(
                    participant: view.participant, score: $0.rating.score, improvement: $0.improvement,
                    state: $0.state)
            }
        }
    }
}

/// One partner's figures at a session.
public struct PartnerFigures: Hashable, Sendable {
    public let participant: ParticipantID
    /// In steps.
    public let score: Int
    /// Since the partner's own first rating, in steps; positive is better.
    public let improvement: Int
    public let state: CourseState
}

/// Why there is no joint view.
public enum JointViewRefusal: Error, Hashable, Sendable {
    case samePerson
    case notInEpisode
    /// Those who have not agreed, or agree no longer.
    case noConsent([ParticipantID])
}

extension Trajectory {
    /// The last point of a session; nil where it was not rated.
    func newestPoint(inSession session: Int) -> TrajectoryPoint? { points.last { $0.rating.session == session } }
}
