import Catalogue
import Contracts
import Domain
import Persistence

/// Alerts about what an episode lacked. They follow from no trajectory but from looking at the whole episode on a day, so
/// each is judged by the same rule, as of its day and with the events that were known.
struct LackAlerts {
    /// Finds whatever is missing at all: what a site's figures find is among it.
    private static let anything = EpisodeRulePolicy(
        missedMeasure: MissedMeasureRule(
            purposes: Set(MeasuredPurpose.allCases), graceDays: 0, lastSessions: 999,
            evidence: MissedMeasureRule.standard.evidence),
        undiscussed: DiscussionRule(days: 0, evidence: DiscussionRule.standard.evidence))
    /// An event is recorded some moments before it can be read.
    private static let commitSeconds: Int64 = 60

    private let episode: EpisodeID
    private let records: [LedgerEvent]
    private let events: [EpisodeLacks.Event]
    private let catalogue: Catalogue
    private(set) var faults: [String] = []
    /// Explained by other figures than those of the policy at hand.
    private(set) var undecidable: [String] = []

    init(
        of episode: EpisodeID, _ records: [LedgerEvent], _ steps: [AlertRecord], _ policy: SitePolicy, _ catalogue: Catalogue
    ) {
        self.episode = episode
        self.catalogue = catalogue
        let steps = steps.filter { !$0.event.kind.isOfCourse }
        let events = steps.isEmpty
            ? []
            : records.compactMap { record in
                EventType(rawValue: record.type)
                    .flatMap { try? EpisodeEventCodec.decode(record.payload, type: $0).event }
                    .map { EpisodeLacks.Event(id: record.id, content: $0) }
            }
        self.records = records
        self.events = events
        // What cannot be read is reported elsewhere.
        guard events.count == records.count else { return }
        for step in steps { judge(step, policy.rules) }
    }

    private mutating func judge(_ step: AlertRecord, _ rules: EpisodeRulePolicy) {
        switch step.event.step {
        case .raised(let raising):
            if let fault = fault(of: raising, step) { return faults.append("\(step.words): \(fault)") }
            guard let asOf = raising.subject.asOf else { return }
            if isFound(by: Self.anything, asOf, step, { $0.tells(of: raising.subject) }) {
                if isFound(by: rules, asOf, step, { $0.alert == step.event.alert }) { return }
                undecidable.append("\(step.words): by the figures of the policy at hand nothing was missing yet")
            } else {
                faults.append("\(step.words): as of \(asOf) nothing of the kind was missing")
            }
        case .superseded(let cause, let reason):
            let content = events.first { $0.id == cause }?.content
            let isClosing = if case .closed = content { true } else { false }
            let isPossible =
                switch reason {
                case .noLongerMissing: content != nil
                case .episodeClosed: isClosing
                case .courseChanged, .graverAlert: false
                }
            if !isPossible {
                faults.append("\(step.words): its cause does not make it fall away")
            }
        case .opened, .acknowledged, .assigned, .reviewEntered, .resolved, .withdrawn, .escalated, .followedUp: break
        }
    }

    private func fault(of raising: AlertRaising, _ step: AlertRecord) -> String? {
        switch (raising.subject, events.first { $0.id == raising.cause }?.content) {
        case (.session(let subject), .sessionHeld(let session)) where session.id == subject.session: break
        case (.undiscussed(let subject), .ratingRecorded(let rating)) where rating.id == subject.rating: break
        default: return "its cause is not the event of what it is about"
        }
        let id = DerivedIdentity.alert(aboutLack: raising.subject.rule, of: raising.cause)
        return id == step.event.alert ? nil : "its id does not follow from its cause"
    }

    /// Whether the rules find it with the events that can have been known.
    private func isFound(
        by rules: EpisodeRulePolicy, _ day: CalendarDay, _ step: AlertRecord, _ isIt: (EpisodeLacks.Lack) -> Bool
    ) -> Bool {
        let surely = records.prefix { $0.recordedAt <= step.at.advanced(bySeconds: -Self.commitSeconds) }.count
        let perhaps = records.prefix { $0.recordedAt <= step.at.advanced(bySeconds: Self.commitSeconds) }.count
        guard let site = records.first?.site else { return false }
        return (surely...perhaps).contains { count in
            let lacks = try? EpisodeLacks(
                of: episode, Array(events[..<count]), asOf: day, rules: rules
            ) { [catalogue] instrument, rater in
                catalogue.basis(for: instrument, role: rater.role, ageBand: rater.ageBand, sex: rater.sex, site: site)
            }
            return lacks?.all.contains(where: isIt) ?? false
        }
    }
}

extension EpisodeLacks.Lack {
    /// Of a course one rating stands for those before it.
    fileprivate func tells(of other: AlertSubject) -> Bool {
        switch (subject, other) {
        case (.session(let mine), .session(let theirs)): mine.session == theirs.session && mine.purpose == theirs.purpose
        case (.undiscussed(let mine), .undiscussed(let theirs)): mine.course == theirs.course
        default: false
        }
    }
}
