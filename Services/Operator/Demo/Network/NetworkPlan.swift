import Contracts
import Domain
import ServiceKit

/// The network of the demonstration: three sites, twelve clinicians, two hundred courses of the last months up to a day.
/// Seed and day decide every line.
struct NetworkPlan {
    /// Single courses as those of a simulated quarter, and beside them courses with a story.
    static let singles = 150
    private static let couples = 24
    private static let families = 16
    private static let late = 10
    private static let weeks = 13
    /// Two of three single courses begin in half a year and see each other every other week, so that figures of the
    /// twelfth week have somebody to speak of.
    private static let (earlierWeeks, earlierInterval) = (30, 14)

    let stories: [StoryCourse]
    let courses: [QuarterCourse]

    /// - Parameter last: the last day on which anything has happened.
    init(seed: UInt64 = 1, through last: CalendarDay) {
        let kinds =
            (0..<Self.couples).map { (StoryCourse.Story.couple(Self.couple($0)), $0) }
            + (0..<Self.families).map { (.family, $0) } + (0..<Self.late).map { (.late, $0) }
        stories = kinds.enumerated().map { index, kind in
            StoryCourse(index, kind.0, place: kind.1, seed: seed, last: last)
        }
        courses = (0..<Self.singles).map { index in
            let isEarlier = index / QuarterSite.all.count % 3 > 0
            let first = last.advanced(byDays: 1 - 7 * (isEarlier ? Self.earlierWeeks : Self.weeks))
            return QuarterCourse(index, seed: seed, first: first, last: last, every: isEarlier ? Self.earlierInterval : 7)
        }
    }

    private static func couple(_ place: Int) -> StoryCourse.Couple {
        StoryCourse.Couple(rawValue: place % StoryCourse.Couple.allCases.count) ?? .together
    }

    var episodes: Set<EpisodeID> { Set(stories.map(\.id) + courses.map(\.id)) }

    /// The episode by which a second run knows the days of the first.
    static func first(seed: UInt64 = 1) -> EpisodeID {
        NetworkPlan(seed: seed, through: CalendarDay(daysSinceEpoch: 0)).stories[0].id
    }

    /// The last day of the plan whose first episode was opened on a day.
    static func lastDay(ofFirst opened: CalendarDay, seed: UInt64 = 1) -> CalendarDay {
        let sample = NetworkPlan(seed: seed, through: CalendarDay(daysSinceEpoch: 0)).stories[0]
        return opened.advanced(byDays: -sample.opened.daysSinceEpoch)
    }

    // MARK: - What is posted

    /// Everything of a site, as lines of a batch; what belongs to an episode in its order.
    func lines(of place: Int) -> [JSON] {
        let site = QuarterSite.all[place]
        return stories.filter { $0.site == place }.flatMap { $0.lines(site) }
            + courses.indices.filter { courses[$0].site == place }.flatMap { lines(ofSingle: $0, site) }
    }

    private func lines(ofSingle index: Int, _ site: QuarterSite) -> [JSON] {
        let course = courses[index]
        var clinician = site.clinicians[course.clinician]
        var lines = [course.opening(site.id, clinician: clinician).asLine]
        for session in course.sessions {
            if session.number == 5, index % 25 == 7 {
                clinician = site.clinicians[(course.clinician + 1) % site.clinicians.count]
                lines.append(course.transfer(to: clinician).asLine)
            }
            lines += course.commands(at: session, clinician: clinician).map(\.asLine)
            if session.number % 4 == 0, !session.isMissed { lines.append(review(course, session, by: clinician)) }
        }
        if course.closes {
            // Who gets worse and stays away has not agreed to it.
            let leaves = course.way == .worsening && index.isMultiple(of: 2)
            lines.append(course.closure(leaves ? .droppedOut : .agreedEnd).asLine)
        }
        return lines
    }

    private func review(_ course: QuarterCourse, _ session: QuarterCourse.Session, by clinician: String) -> JSON {
        let id: ReviewID = DerivedIdentity.named("attune demo", "\(course.id)", "review", "\(session.number)")
        return [
            "type": "review", "episodeId": .text(course.id), "reviewId": .text(id),
            "kind": .string(ReviewHeld.Kind.joint.rawValue), "day": .text(session.day), "by": .string(clinician),
        ]
    }
}
