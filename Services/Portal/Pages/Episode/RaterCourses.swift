import Domain

/// The graphs of one person who rates: a graph for each outcome measure, with the alliance below it.
struct RaterCourses {
    let rater: Participant
    let materials: [CourseMaterial]

    /// - Parameters:
    ///   - voice: a client is shown what changed after an alert of their own alone, for alerts of others are no
    ///     business of theirs.
    ///   - place: tells apart the raters of a page in the names of its markup.
    init(of rater: Participant, in sight: EpisodeSight, voice: Voice, place: Int = 1) {
        self.rater = rater
        let own = sight.view.courses.filter { $0.key.participant == rater.id }
        let marks = Self.marks(sight, of: rater.id, voice)
        let missed = sight.view.missedSessions.map(\.day)
        let alliance = Self.newestFirst(own, .alliance)
        let outcomes = Self.newestFirst(own, .outcome)
        materials = (outcomes.isEmpty ? alliance : outcomes).map { key, course in
            CourseMaterial(
                course: course, alliance: outcomes.isEmpty ? nil : alliance.first?.course, missed: missed, marks: marks,
                idPrefix: "r\(place)-\(key.instrument.id)-")
        }
    }

    /// The graph on an instrument.
    func material(on instrument: InstrumentReference) -> CourseMaterial? {
        materials.first { $0.instrument.reference == instrument }
    }

    private static func newestFirst(
        _ courses: [CourseKey: Course], _ purpose: InstrumentPurpose
    ) -> [(key: CourseKey, course: Course)] {
        courses.filter { $0.value.basis.instrument.purpose == purpose }
            .sorted { left, right in
                let (one, other) = (left.value.trajectory.latest?.rating.day, right.value.trajectory.latest?.rating.day)
                guard let one, let other, one != other else { return left.key < right.key }
                return one > other
            }
            .map { ($0.key, $0.value) }
    }

    private static func marks(_ sight: EpisodeSight, of rater: ParticipantID, _ voice: Voice) -> [CourseMark] {
        let changes = sight.changes.filter { change in
            switch voice {
            case .client: change.participant == rater
            case .clinician: true
            }
        }
        return sight.view.reviews.map { CourseMark(.review, on: $0.day) }
            + Set(changes.map(\.day)).map { CourseMark(.changedApproach, on: $0) }
            + sight.transfers.map { CourseMark(.transfer, on: $0) }
    }
}

extension Words {
    /// Who rates, with their code where a page speaks of several.
    func rater(_ rater: Participant) -> String {
        let code = CodeName.text(of: rater.id)
        return switch (rater.role, rater.ageBand) {
        case (.`self`, .child): self("episode.rater.child", ["code": code])
        case (.`self`, .adolescent): self("episode.rater.adolescent", ["code": code])
        case (.`self`, .adult): self("episode.rater.client", ["code": code])
        case (.caretaker, _): self("episode.rater.caretaker", ["code": code])
        case (.clinician, _): self("episode.rater.clinician", ["code": code])
        case (.collateral, _): self("episode.rater.collateral", ["code": code])
        }
    }

    /// The rater of an id, in an episode.
    func rater(_ id: ParticipantID, in view: EpisodeView) -> String {
        view.participants.first { $0.id == id }.map { rater($0) } ?? CodeName.text(of: id)
    }
}
