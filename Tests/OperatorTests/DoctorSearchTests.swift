import Contracts
import Domain
import Foundation
import Testing

@testable import attune

/// Orders of events that no bench makes: what people answered in between, and what a change of Kafka clusters does.
@Suite struct DoctorSearchTests {
    private static let ors = CourseKey(
        participant: ParticipantID(rawValue: UUID()), instrument: InstrumentReference(id: InstrumentID("ors")!, version: "1"))
    private static let phq = CourseKey(
        participant: ors.participant, instrument: InstrumentReference(id: InstrumentID("phq-9")!, version: "1"))

    /// A trajectory that speaks of these rules at a rating of its own.
    private func trajectory(_ version: Int64, _ course: CourseKey, _ rules: SignalRule...) -> AlertTrajectory {
        let rating = RatingID(rawValue: UUID())
        return AlertTrajectory(
            id: TimeOrderedIdentity.make(at: Timestamp(microseconds: version * 1_000_000)), version: version, course: course,
            signals: rules.map { Signal(rule: $0, rating: rating) }, provenance: Provenance(normSet: nil, model: nil),
            time: Timestamp(microseconds: version * 1_000_000))
    }

    private func raised(_ trajectory: AlertTrajectory, _ kind: AlertKind) throws -> AlertRecord {
        let signal = try #require(trajectory.signals.first { $0.kind == kind })
        let raising = AlertRaising(
            cause: trajectory.id, rule: signal.rule, rating: signal.rating, course: trajectory.course,
            provenance: trajectory.provenance, clinician: "c-01", dueAt: trajectory.time)
        return step(DerivedIdentity.alert(raisedBy: trajectory.id, kind), kind, .raised(raising))
    }

    private func superseded(_ by: AlertTrajectory, _ alert: AlertRecord, _ why: SupersededReason) -> AlertRecord {
        step(alert.event.alert, alert.event.kind, .superseded(cause: by.id, why))
    }

    private func resolved(_ alert: AlertRecord) -> AlertRecord {
        step(alert.event.alert, alert.event.kind, .resolved(actor: "c-01", .noActionNeeded))
    }

    private func step(_ alert: AlertID, _ kind: AlertKind, _ step: AlertStep) -> AlertRecord {
        AlertRecord(
            event: AlertEvent(alert: alert, kind: kind, step: step), record: EventID(rawValue: UUID()))
    }

    private func search(
        _ trajectories: [AlertTrajectory], _ steps: [AlertRecord], closing: AlertStory.Closing? = nil,
        closedAt: [AlertID: Timestamp] = [:], raised kinds: Set<AlertKind> = AlertPolicy.usuallyRaised
    ) -> AlertSearch {
        let reached = Dictionary(trajectories.map { ($0.course, $0.version) }, uniquingKeysWith: max)
        return AlertSearch(
            AlertStory(
                trajectories: trajectories, closing: closing, steps: steps, reached: reached, closedAt: closedAt,
                raisedKinds: kinds))
    }

    private func isExplained(_ verdict: AlertSearch.Verdict) -> Bool {
        if case .explained = verdict { true } else { false }
    }

    @Test func `What a person answered may stand before or after the trajectories around it`() throws {
        let worse = trajectory(2, Self.ors, .reliablyWorse)
        let (still, better) = (trajectory(3, Self.ors, .reliablyWorse), trajectory(4, Self.ors))
        let (first, again) = (try raised(worse, .deteriorating), try raised(still, .deteriorating))
        let all = [trajectory(1, Self.ors), worse, still, better]
        // Answered before the next rating spoke, which then raised anew.
        #expect(isExplained(search(all, [first, resolved(first), again, superseded(better, again, .courseChanged)]).inOrder()))
        // Answered after it: nothing was raised anew, and nothing was left to supersede.
        #expect(isExplained(search(all, [first, resolved(first)]).inOrder()))
        // Superseded without an answer.
        #expect(isExplained(search(all, [first, superseded(better, first, .courseChanged)]).inOrder()))
        // Left open although nothing speaks any more.
        #expect(!isExplained(search(all, [first]).inOrder()))
        // Answered, and yet superseded.
        #expect(!isExplained(search(all, [first, resolved(first), superseded(better, first, .courseChanged)]).inOrder()))
        // Raised anew while the first was open.
        #expect(!isExplained(search(all, [first, again, resolved(first), superseded(better, again, .courseChanged)]).inOrder()))
    }

    @Test func `Reasons, rules and causes must be those of the rules`() throws {
        let (slow, worse) = (trajectory(2, Self.ors, .expectedResponse80), trajectory(3, Self.ors, .reliablyWorse))
        let (mild, grave) = (try raised(slow, .notOnTrack), try raised(worse, .deteriorating))
        let all = [slow, worse]
        #expect(isExplained(search(all, [mild, superseded(worse, mild, .graverAlert), grave]).inOrder()))
        #expect(!isExplained(search(all, [mild, superseded(worse, mild, .courseChanged), grave]).inOrder()))
        #expect(!isExplained(search(all, [mild, superseded(slow, mild, .graverAlert), grave]).inOrder()))
        #expect(!isExplained(search(all, [mild, grave]).inOrder()))
        #expect(!isExplained(search(all, [grave, mild]).inOrder()))
        // Another policy.
        #expect(!isExplained(search(all, [mild, superseded(worse, mild, .graverAlert), grave], raised: []).inOrder()))
    }

    @Test func `A closing may come before trajectories of older events, but what they call for is then not certain`() throws {
        let worse = trajectory(2, Self.ors, .reliablyWorse)
        let first = try raised(worse, .deteriorating)
        let (slow, better) = (trajectory(3, Self.phq, .stalled(ratings: 4)), trajectory(3, Self.ors))
        let closing = AlertStory.Closing(
            id: EventID(rawValue: UUID()), version: 4, time: Timestamp(microseconds: 4_000_000))
        let closed = step(first.event.alert, .deteriorating, .superseded(cause: closing.id, .episodeClosed))
        // The closing first, then the trajectory that would have superseded the alert.
        #expect(isExplained(search([worse, better], [first, closed], closing: closing).inOrder()))
        #expect(isExplained(search([worse, slow], [first, closed], closing: closing).inOrder()))
        if case .explainedByClosing = search([worse], [], closing: closing).inOrder() {} else { Issue.record("hushed") }
        if case .closingIsOutstanding = search([worse], [first], closing: closing).inOrder() {} else { Issue.record("outstanding") }
        let muchLater = AlertStory.Closing(
            id: closing.id, version: 4, time: Timestamp(microseconds: 4_000_000).advanced(bySeconds: 100_000))
        if case .unexplained = search([worse], [], closing: muchLater).inOrder() {} else { Issue.record("a day") }
    }

    @Test func `Trajectories that were overtaken explain what is recorded only out of order`() throws {
        let (worse, better) = (trajectory(2, Self.ors, .reliablyWorse), trajectory(3, Self.ors))
        let danger = trajectory(4, Self.phq, .safetyItem(9))
        let alarm = try raised(danger, .safety)
        // The newer one of the course came first.
        #expect(!isExplained(search([worse, better, danger], [alarm]).inOrder()))
        #expect(isExplained(search([worse, better, danger], [alarm]).inAnyOrder()))
        // Another course's newest came before an older event of this one.
        let late = try raised(worse, .deteriorating)
        #expect(isExplained(search([worse, danger], [alarm, late]).inAnyOrder()))
        #expect(!isExplained(search([worse, danger], [alarm, late]).inOrder()))
        // Danger passes no queue.
        #expect(!isExplained(search([worse, danger], [late]).inAnyOrder()))
        #expect(!isExplained(search([worse, better, danger], [alarm, late]).inAnyOrder()))
    }

    @Test func `Danger that comes again is raised again only where no alert had told of it`() throws {
        let (first, second) = (trajectory(2, Self.phq, .safetyItem(9)), trajectory(3, Self.phq, .safetyItem(9)))
        let alarm = try raised(first, .safety)
        let again = try raised(second, .safety)
        #expect(isExplained(search([first, second], [alarm, resolved(alarm), again]).inOrder()))
        // The second was told of by the first, which was open when it came.
        #expect(isExplained(search([first, second], [alarm, resolved(alarm)]).inOrder()))
        #expect(!isExplained(search([first, second], [alarm, resolved(alarm), again, resolved(again), again]).inOrder()))
    }

    @Test func `A sum tells lists apart by what is in them and how often`() {
        let ids = (0..<5).map { _ in EventID(rawValue: UUID()) }
        func sum(_ ids: [EventID]) -> EventSum { ids.reduce(into: EventSum()) { $0.add($1) } }
        #expect(sum(ids) == sum(ids.reversed()))
        #expect(sum(ids) != sum([ids[0], ids[0]] + ids[2...]))
        #expect(sum(ids) != sum(Array(ids.dropLast())))
    }
}
