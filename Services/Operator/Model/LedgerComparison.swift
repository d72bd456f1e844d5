import Catalogue
import Domain

/// Champion and challenger over the episodes of a site, as they are read.
struct LedgerComparison {
    /// Raters who are scored by the same figures.
    struct Group: Hashable, Comparable {
        let role: RaterRole
        let ageBand: AgeBand
        /// Nil where no published figures fit them. Norm sets may differ by sex.
        let normSet: NormSetID?

        static func < (left: Self, right: Self) -> Bool { left.place < right.place }
        private var place: (Int, Int, String) {
            (
                RaterRole.allCases.firstIndex(of: role) ?? 0, AgeBand.allCases.firstIndex(of: ageBand) ?? 0,
                normSet?.text ?? ""
            )
        }
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
        let models = catalogue.models(for: instrument)
        for role in RaterRole.allCases {
            for ageBand in AgeBand.allCases {
                guard let model = challenger ?? self.challenger(of: role, ageBand, among: models),
                    model.population.includes(role, ageBand)
                else { continue }
                for sex in Sex.allCases.map(Optional.some) + [nil] {
                    let champion = catalogue.basis(for: instrument, role: role, ageBand: ageBand, sex: sex, site: site)
                    if let champion { add(model, beside: champion, role, ageBand) }
                }
            }
        }
    }

    private mutating func add(
        _ model: ExpectedResponseModel, beside champion: ScoringBasis, _ role: RaterRole, _ ageBand: AgeBand
    ) {
        let group = Group(role: role, ageBand: ageBand, normSet: champion.normSet?.id)
        guard running[group] == nil, model.reference != champion.model?.reference else { return }
        running[group] = RunningComparison(
            champion: champion,
            challenger: ScoringBasis(instrument: champion.instrument, normSet: champion.normSet, model: model))
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
            let group = Group(role: rater.role, ageBand: rater.ageBand, normSet: course.basis.normSet?.id)
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
                    group: group, champion: running.champion.model?.reference, decision: decision(for: group.role, group.ageBand),
                    challenger: running.challenger.model?.reference, comparison: comparison)
            })
    }

    private func decision(for role: RaterRole, _ ageBand: AgeBand) -> ModelActivation? {
        registry.activation(site, instrument, role, ageBand, at: Timestamp(microseconds: .max))
    }

    private func challenger(
        of role: RaterRole, _ ageBand: AgeBand, among models: [ExpectedResponseModel]
    ) -> ExpectedResponseModel? {
        guard let named = decision(for: role, ageBand)?.challenger else { return nil }
        return models.first { $0.reference == named }
    }
}
