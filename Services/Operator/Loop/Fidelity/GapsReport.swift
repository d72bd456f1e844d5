import Contracts
import Domain
import ServiceKit

/// What was not measured, not talked about or not reviewed, with the ids of episodes and clinicians.
struct GapsReport {
    struct Line {
        let site: SiteID
        /// `missing.outcome`, `missing.alliance`, `missing.discussion`, `missing.review`.
        let rule: String
        let episode: EpisodeID
        let clinician: String
        /// Of the session, the rating, or the alert.
        let day: CalendarDay
        /// Number of the session, id of the rating or the alert.
        let what: String
    }

    private static let review = "missing.review"

    let unreviewedDays: Int
    let limit: Int
    private(set) var shown: [Line] = []
    private(set) var counts: [String: Int] = [:]

    init(unreviewedDays: Int, limit: Int) {
        self.unreviewedDays = unreviewedDays
        self.limit = limit
    }

    var count: Int { counts.values.reduce(0, +) }

    /// - Parameter rules: of the episode's site; a rule that it has switched off finds nothing.
    mutating func add(_ episode: FollowedEpisode, _ rules: EpisodeRulePolicy, asOf today: CalendarDay) {
        guard episode.view.isOpen else { return }
        func line(_ rule: String, _ clinician: String, _ day: CalendarDay, _ what: String) -> Line {
            Line(
                site: episode.site, rule: rule, episode: episode.view.episode, clinician: clinician, day: day,
                what: what)
        }
        for missed in rules.missedMeasure.map(episode.view.missedMeasures) ?? [] {
            add(
                line(
                    missed.rule, episode.clinician(of: missed.session), missed.session.day,
                    "session \(missed.session.number)"))
        }
        for rating in rules.undiscussed.map(episode.view.undiscussedRatings) ?? [] {
            add(line(UndiscussedRating.rule, episode.clinician, rating.ratedOn, "rating \(rating.rating)"))
        }
        for alert in episode.alerts where isUnreviewed(alert.life, today) {
            add(line(Self.review, alert.life.owner, alert.life.raisedAt.day, "alert \(alert.life.id)"))
        }
    }

    private func isUnreviewed(_ life: AlertLife, _ today: CalendarDay) -> Bool {
        guard AlertKind.aboutCourses.contains(life.kind), life.review?.completedAt == nil else { return false }
        // What lost its ground needs no review any more.
        return (life.status.isOpen || life.status == .resolved)
            && life.raisedAt.day.advanced(byDays: unreviewedDays) <= today
    }

    private mutating func add(_ line: Line) {
        counts[line.rule, default: 0] += 1
        if shown.count < limit { shown.append(line) }
    }

    private var ordered: [Line] {
        shown.sorted {
            ($0.site.text, $0.rule, $0.day, $0.episode, $0.what) < ($1.site.text, $1.rule, $1.day, $1.episode, $1.what)
        }
    }

    var lines: [String] {
        guard count > 0 else { return ["nothing is missing"] }
        let total = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        return ordered.map {
            "\($0.site)  \($0.rule)  episode \($0.episode), clinician \($0.clinician), \($0.day), \($0.what)"
        }
            + [total + (shown.count < count ? "; \(shown.count) of them are shown" : "")]
    }

    var json: JSON {
        [
            "counts": .object(counts.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .integer($0.value)) }),
            "gaps": .array(
                ordered.map { line in
                    [
                        "site": .text(line.site), "rule": .string(line.rule), "episodeId": .text(line.episode),
                        "clinician": .string(line.clinician), "day": .text(line.day), "what": .string(line.what),
                    ]
                }),
        ]
    }
}
