import Domain

/// What happened in an episode, newest first: sessions, what was talked about, reviews, changes.
struct EpisodeHistory {
    private struct Item {
        let day: CalendarDay
        let what: String
        let detail: String
    }

    private let sight: EpisodeSight
    private let words: Words

    init(_ sight: EpisodeSight, words: Words) {
        self.sight = sight
        self.words = words
    }

    /// By day: what, and more about it.
    var rows: [[String: String]] {
        let items = (sessions + missed + reviews + transfers + changes).enumerated()
        return items.sorted { ($1.element.day, $0.offset) < ($0.element.day, $1.offset) }
            .map { ["day": words.day($0.element.day), "what": $0.element.what, "detail": $0.element.detail] }
    }

    private var sessions: [Item] {
        sight.view.sessions.map { session in
            Item(
                day: session.day, what: words("episode.history.session", ["number": words.integer(session.number)]),
                detail: talks(session.number))
        }
    }

    /// Which of a session's ratings were talked about, and when.
    private func talks(_ session: Int) -> String {
        let rated = sight.view.courses.sorted { $0.key < $1.key }.flatMap { _, course in
            course.trajectory.points.map(\.rating).filter { $0.session == session }
                .map { (title: course.basis.instrument.title, day: sight.view.discussed($0.id)) }
        }
        guard !rated.isEmpty else { return "" }
        guard rated.contains(where: { $0.day != nil }) else { return words["episode.history.nothing"] }
        return rated.map { title, day in
            day.map { words("episode.history.discussed", ["instrument": title, "day": words.day($0)]) }
                ?? words("episode.history.undiscussed", ["instrument": title])
        }.joined(separator: "; ")
    }

    private var missed: [Item] {
        sight.view.missedSessions.map {
            Item(day: $0.day, what: words["episode.history.missed"], detail: words.missed($0.reason))
        }
    }

    private var reviews: [Item] {
        sight.view.reviews.map {
            Item(day: $0.day, what: words["episode.history.review"], detail: words.review($0.kind))
        }
    }

    private var transfers: [Item] {
        sight.transfers.map { Item(day: $0, what: words["episode.history.transfer"], detail: "") }
    }

    private var changes: [Item] {
        sight.changes.map { Item(day: $0.day, what: words["episode.history.change"], detail: "") }
    }
}

extension Words {
    func missed(_ reason: MissedReason) -> String {
        switch reason {
        case .notAttended: self["episode.missed.notAttended"]
        case .cancelledByClient: self["episode.missed.cancelledByClient"]
        case .cancelledByService: self["episode.missed.cancelledByService"]
        }
    }

    func review(_ kind: ReviewHeld.Kind) -> String {
        switch kind {
        case .joint: self["episode.review.joint"]
        case .documented: self["episode.review.documented"]
        }
    }
}
