import Catalogue
import Domain

/// Champion and challenger over the episodes of a site, as they are read.
struct LedgerComparison {
    /// Raters who are scored by the same figures.
    struct Group: Hashable, Comparable {
        let role: RaterRole
        let ageBand: AgeBand

        static let all = RaterRole.allCases.flatMap { role in AgeBand.allCases.map { Group(role: role, ageBand: $0) } }

        static func < (left: Self, right: Self) -> Bool { left.place < right.place }
        private var place: Int { Self.all.firstIndex(of: self) ?? 0 }
    }

    let site: SiteID
    let instrument: InstrumentReference
    let since: CalendarDay?
    private let registry: ModelRegistry
    private var running: [Group: RunningComparison] = [:]
    private var counts = ComparisonReport.Counts()

    /// - Parameter challenger: takes the place of those that the site's activations name.
    init(
        site: SiteID, instrument: InstrumentReference, challenger: ExpectedResponseModel?, since: CalendarDay?,
        catalogue: Catalogue
    ) {
        self.site = site
        self.instrument = instrument
        self.since = since
        registry = catalogue.registry
        for group in Group.all {
            guard
                let champion = catalogue.basis(
                    for: instrument, role: group.role, ageBand: group.ageBand, site: site),
                let model = challenger ?? self.challenger(of: group, among: catalogue.models(for: instrument)),
                model.population.includes(group.role, group.ageBand), model.reference != champion.model?.reference
            else { continue }
            running[group] = RunningComparison(
                champion: champion,
                challenger: ScoringBasis(instrument: champion.instrument, normSet: champion.normSet, model: model))
        }
    }

    /// Whether there is anything to compare for any rater.
    var hasChallenger: Bool { !running.isEmpty }

    mutating func add(_ episode: LedgerEpisodes.Episode) {
        counts.episodes += 1
        if let since, episode.fold.openedOn.map({ $0 < since }) ?? false {
            counts.before += 1
            return
        }
        if !episode.isWhole { counts.broken += 1 }
        let isClosed = episode.fold.closedOn != nil
        if isClosed { counts.closed += 1 }
        for (rater, course) in episode.fold.courses(on: instrument) {
            let group = Group(role: rater.role, ageBand: rater.ageBand)
            if running[group] == nil { counts.unchallenged += 1 }
            running[group]?.add(course.trajectory.points.map(\.rating), isClosed: isClosed)
        }
    }

    /// Of the episodes so far; groups without a course are left out.
    var report: ComparisonReport {
        ComparisonReport(
            site: site, instrument: instrument, since: since, counts: counts,
            parts: running.sorted { $0.key < $1.key }.compactMap { group, running in
                let comparison = running.comparison
                guard comparison.courses > 0 else { return nil }
                return ComparisonReport.Part(
                    group: group, champion: running.champion.model?.reference, decision: decision(for: group),
                    challenger: running.challenger.model?.reference, comparison: comparison)
            })
    }

    private func decision(for group: Group) -> ModelActivation? {
        registry.activation(site, instrument, group.role, group.ageBand, at: Timestamp(microseconds: .max))
    }

    private func challenger(of group: Group, among models: [ExpectedResponseModel]) -> ExpectedResponseModel? {
        guard let named = decision(for: group)?.challenger else { return nil }
        return models.first { $0.reference == named }
    }
}
