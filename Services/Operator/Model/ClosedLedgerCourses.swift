import Domain

/// The closed courses that a fit rests on, gathered episode by episode, with what was left out and why.
///
/// A person who comes back has an episode and a participant of their own again: the ledger does not say that the
/// two belong together, and they count as two persons.
struct ClosedLedgerCourses {
    let instrument: InstrumentReference
    let population: Population
    /// Episodes opened before it are left out.
    let from: CalendarDay?
    /// Episodes closed after it are left out.
    let to: CalendarDay?
    private(set) var courses: [ClosedCourse] = []
    /// From the first opening to the last closure among the episodes used; nil without any.
    private(set) var period: ClosedRange<CalendarDay>?
    private var episodes = 0
    private var open = 0
    private var broken = 0
    private var outside = 0

    init(instrument: InstrumentReference, population: Population, from: CalendarDay?, to: CalendarDay?) {
        self.instrument = instrument
        self.population = population
        self.from = from
        self.to = to
    }

    mutating func add(_ episode: LedgerEpisodes.Episode) {
        episodes += 1
        let fold = episode.fold
        guard episode.isWhole, let opened = fold.openedOn else {
            broken += 1
            return
        }
        guard let closed = fold.closedOn else {
            open += 1
            return
        }
        guard from.map({ opened >= $0 }) ?? true, to.map({ closed <= $0 }) ?? true else {
            outside += 1
            return
        }
        let found = fold.courses(on: instrument).compactMap { rater, course in
            population.includes(rater.role, rater.ageBand) ? ClosedCourse(course.trajectory) : nil
        }
        guard !found.isEmpty else { return }
        courses += found
        // A file typed in later may close an episode on a day before it was opened.
        let days = min(opened, closed)...max(opened, closed)
        period = period.map { min($0.lowerBound, days.lowerBound)...max($0.upperBound, days.upperBound) } ?? days
    }

    /// What was read, for the person at the terminal.
    var words: String {
        "\(episodes) episodes read: \(courses.count) closed courses taken; left out: \(open) episodes still open, "
            + "\(outside) outside the period, \(broken) with an event that cannot be applied"
    }
}

extension EpisodeFold {
    /// Courses on an instrument with their raters, in the order of their keys.
    func courses(on instrument: InstrumentReference) -> [(rater: Participant, course: Course)] {
        scoring.courses.keys.filter { $0.instrument == instrument }.sorted().compactMap { key in
            guard let rater = scoring.participants.first(where: { $0.id == key.participant }),
                let course = scoring.courses[key], !course.trajectory.points.isEmpty
            else { return nil }
            return (rater, course)
        }
    }
}
