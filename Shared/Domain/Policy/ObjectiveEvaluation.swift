extension QualityObjective {
    /// How the objective stands over some episodes, each as of the day of its view.
    ///
    /// Where every occasion must be done, one that was missed decides at once; a share is judged when the window is
    /// over in all episodes and nothing is pending.
    public func evaluate(_ views: some Sequence<EpisodeView>) -> ObjectiveResult {
        var (done, missed, pending, isOver) = (0, 0, 0, true)
        for view in views {
            let stretch = stretch(of: view)
            isOver = isOver && stretch.isOver
            for occasion in occasions(in: view, stretch.sessions) {
                switch occasion {
                case .done: done += 1
                case .missed: missed += 1
                case .pending: pending += 1
                }
            }
        }
        return ObjectiveResult(
            objective: id, done: Share(done, of: done + missed), pending: pending,
            verdict: verdict(done, missed, isDecided: isOver && pending == 0))
    }

    private func verdict(_ done: Int, _ missed: Int, isDecided: Bool) -> ObjectiveResult.Verdict {
        if target == .every, missed > 0 { return .notMet }
        guard isDecided else { return .tooEarly }
        guard done + missed > 0 else { return .nothingToCount }
        switch target {
        case .every: return .met
        case .share(let thousandths): return done * 1000 >= thousandths * (done + missed) ? .met : .notMet
        }
    }

    /// The sessions of an episode that count, and whether none can be added.
    private func stretch(of view: EpisodeView) -> (sessions: [SessionHeld], isOver: Bool) {
        let start = startsOn ?? view.openedOn
        let held = view.sessions.filter { $0.day >= start }
        let end: CalendarDay
        switch window {
        case .sessions(let count): return (Array(held.prefix(count)), held.count >= count || !view.isOpen)
        case .weeks(let weeks): end = start.advanced(byDays: weeks * 7)
        case .months(let months): end = start.advanced(byMonths: months)
        }
        // An episode with its own beginning is over when it is closed; a common stretch of time goes on.
        return (held.filter { $0.day < end }, view.today >= end || startsOn == nil && !view.isOpen)
    }

    /// Something that was to be done.
    private enum Occasion {
        case done, missed, pending
    }

    private func occasions(in view: EpisodeView, _ sessions: [SessionHeld]) -> [Occasion] {
        switch measure {
        case .sessionsMeasured(let purposes):
            sessions.compactMap { session in
                occasion(at: session, in: view, purposes) { view.isMeasured(session, $0) }
            }
        case .sessionsMeasuredAndDiscussed:
            sessions.compactMap { session in
                occasion(at: session, in: view, Set(MeasuredPurpose.allCases)) { purpose in
                    view.clientRatings(purpose.instrumentPurpose, session: session.number)
                        .contains { isHandled($0, in: view) }
                }
            }
        case .lowAllianceHandled:
            lowAlliances(in: view, sessions).map { occasion(on: $0.day, in: view, isDone: isHandled($0, in: view)) }
        case .jointReviews(let run):
            jointReviews(every: run, in: view, sessions)
        case .unchangedReviewed(let ratings):
            unchanged(after: ratings, in: view, sessions).map { rating in
                let until = rating.day.advanced(byDays: graceDays)
                let isDone = view.reviews.contains { (rating.day...until).contains($0.day) }
                return occasion(on: rating.day, in: view, isDone: isDone)
            }
        }
    }

    private func occasion(on day: CalendarDay, in view: EpisodeView, isDone: Bool) -> Occasion {
        if isDone { return .done }
        return view.today > day.advanced(byDays: graceDays) ? .missed : .pending
    }

    /// Nil where all that is not done was declined: that was no occasion.
    private func occasion(
        at session: SessionHeld, in view: EpisodeView, _ purposes: Set<MeasuredPurpose>, isDone: (MeasuredPurpose) -> Bool
    ) -> Occasion? {
        let undone = purposes.filter { !isDone($0) }
        if !undone.isEmpty, undone.allSatisfy({ view.isDeclined(session, $0) }) { return nil }
        return occasion(on: session.day, in: view, isDone: undone.isEmpty)
    }

    private func isHandled(_ rating: ScoredRating, in view: EpisodeView) -> Bool {
        view.discussed(rating.id).map { $0 <= rating.day.advanced(byDays: graceDays) } ?? false
    }

    /// Alliance ratings below the client's own baseline at sessions that count.
    private func lowAlliances(in view: EpisodeView, _ sessions: [SessionHeld]) -> [ScoredRating] {
        let numbers = Set(sessions.map(\.number))
        return view.clientCourses(.alliance).flatMap { _, course in
            let instrument = course.basis.instrument
            let rule = instrument.allianceRule?.baseline ?? .anyFall
            let ratings = course.trajectory.points.map(\.rating)
            return ratings.indices.filter { place in
                numbers.contains(ratings[place].session)
                    && rule.speaks(
                        of: ratings[place].score, after: ratings[..<place].map(\.score), instrument.direction)
            }.map { ratings[$0] }
        }
    }

    /// Every review counts for one run of sessions.
    private func jointReviews(every run: Int, in view: EpisodeView, _ sessions: [SessionHeld]) -> [Occasion] {
        var reviews = view.reviews.filter { $0.kind == .joint }.map(\.day)[...]
        var before = sessions.first?.day.advanced(byDays: -1)
        return stride(from: run, through: sessions.count, by: run).map { end in
            let last = sessions[end - 1].day
            let until = last.advanced(byDays: graceDays)
            reviews = reviews.drop { day in before.map { day <= $0 } ?? false }
            before = last
            guard let day = reviews.first, day <= until else { return occasion(on: last, in: view, isDone: false) }
            reviews.removeFirst()
            return .done
        }
    }

    /// The ratings, at sessions that count, at which a course has gone on for another so many without a reliable gain.
    private func unchanged(after ratings: Int, in view: EpisodeView, _ sessions: [SessionHeld]) -> [ScoredRating] {
        let numbers = Set(sessions.map(\.number))
        return view.clientCourses(.outcome).flatMap { _, course in
            guard let change = course.basis.normSet?.reliableChange else { return [ScoredRating]() }
            let points = course.trajectory.points
            return points.indices.filter { place in
                (place + 1).isMultiple(of: ratings) && points[place].improvement < change
                    && numbers.contains(points[place].rating.session)
            }.map { points[$0].rating }
        }
    }
}
