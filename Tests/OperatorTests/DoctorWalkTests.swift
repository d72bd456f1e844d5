import Contracts
import Domain
import Foundation
import Testing

@testable import attune

/// Orders of events that no bench makes: what people answered in between, and what a change of Kafka clusters does.
@Suite struct DoctorWalkTests {
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
            event: AlertEvent(alert: alert, kind: kind, step: step), record: EventID(rawValue: UUID()),
            at: Timestamp(microseconds: 0))
    }

    private func considered(
        _ trajectory: AlertTrajectory, open: [AlertRecord] = [], isFollowed: Bool = true, episodeIsOpen: Bool = true,
        raising kinds: Set<AlertKind> = AlertPolicy.usuallyRaised
    ) -> AlertConsideration {
        AlertConsideration(
            event: trajectory.id, version: trajectory.version, isFollowed: isFollowed, open: Set(open.map(\.event.alert)),
            episodeIsOpen: episodeIsOpen, raisedKinds: kinds)
    }

    /// What is wrong with a story in which all trajectories have been taken in.
    private func faults(
        _ trajectories: [AlertTrajectory], _ steps: [AlertRecord], _ considerations: [AlertConsideration],
        closing: AlertStory.Closing? = nil, mayBeOvertaken: Bool = false
    ) -> [String] {
        let reached = Dictionary(trajectories.map { ($0.course, $0.version) }, uniquingKeysWith: max)
        return AlertWalk.faults(
            of: AlertStory(
                trajectories: trajectories, closing: closing, steps: steps, considerations: considerations, reached: reached,
                closedAt: [:]),
            mayBeOvertaken: mayBeOvertaken)
    }

    @Test func `What a person answered stands where the considerations around it say`() throws {
        let worse = trajectory(2, Self.ors, .reliablyWorse)
        let (still, better) = (trajectory(3, Self.ors, .reliablyWorse), trajectory(4, Self.ors))
        let (first, again) = (try raised(worse, .deteriorating), try raised(still, .deteriorating))
        let all = [trajectory(1, Self.ors), worse, still, better]
        let answeredBefore = [considered(worse), considered(still), considered(better, open: [again])]
        let answeredAfter = [considered(worse), considered(still, open: [first]), considered(better)]
        let unanswered = [considered(worse), considered(still, open: [first]), considered(better, open: [first])]

        let anew = [first, resolved(first), again, superseded(better, again, .courseChanged)]
        #expect(faults(all, anew, answeredBefore) == [])
        #expect(faults(all, [first, resolved(first)], answeredAfter) == [])
        #expect(faults(all, [first, superseded(better, first, .courseChanged)], unanswered) == [])
        // Answered before the next rating spoke, which should have raised anew.
        #expect(faults(all, [first, resolved(first)], answeredBefore).contains { $0.hasPrefix("version 3 calls for raising") })
        // Left open although nothing speaks any more.
        #expect(faults(all, [first], unanswered).contains { $0.hasPrefix("version 4 calls for superseding") })
        // Raised anew while the first was open.
        #expect(faults(all, [first, again, resolved(first)], unanswered) != [])
        // An open alert that was not, and none where one was.
        #expect(faults(all, anew, answeredAfter) != [])
        #expect(faults(all, [first, superseded(better, first, .courseChanged)], answeredAfter) != [])
    }

    @Test func `Reasons, rules and causes must be those of the rules`() throws {
        let (slow, worse) = (trajectory(2, Self.ors, .expectedResponse80), trajectory(3, Self.ors, .reliablyWorse))
        let (mild, grave) = (try raised(slow, .notOnTrack), try raised(worse, .deteriorating))
        let (all, looks) = ([slow, worse], [considered(slow), considered(worse, open: [mild])])
        #expect(faults(all, [mild, superseded(worse, mild, .graverAlert), grave], looks) == [])
        #expect(faults(all, [mild, superseded(worse, mild, .courseChanged), grave], looks) != [])
        #expect(faults(all, [mild, superseded(slow, mild, .graverAlert), grave], looks) != [])
        #expect(faults(all, [mild, grave], looks) != [])
        #expect(faults(all, [grave, mild], looks) != [])
        // By a policy that raises nothing.
        #expect(faults(all, [], [considered(slow, raising: []), considered(worse, raising: [])]) == [])
        #expect(faults(all, [mild], [considered(slow, raising: []), considered(worse, open: [mild], raising: [])]) != [])
    }

    @Test func `A trajectory that speaks, or after which nothing speaks any more, must have been considered`() throws {
        let (quiet, worse, better) = (trajectory(1, Self.ors), trajectory(2, Self.ors, .reliablyWorse), trajectory(3, Self.ors))
        #expect(faults([quiet], [], []) == [])
        #expect(faults([quiet, worse], [], []) == ["version 2 was not considered"])
        let first = try raised(worse, .deteriorating)
        #expect(faults([quiet, worse, better], [first, resolved(first)], [considered(worse)]) == ["version 3 was not considered"])
        #expect(faults([quiet, worse, better], [first, resolved(first)], [considered(worse), considered(better)]) == [])
        let stranger = trajectory(2, Self.ors, .reliablyWorse)
        #expect(faults([quiet], [], [considered(stranger)]).contains { $0.contains("does not follow from the ledger") })
    }

    @Test func `A closing takes its place among the trajectories, and what came after it raises nothing`() throws {
        let worse = trajectory(2, Self.ors, .reliablyWorse)
        let late = trajectory(3, Self.phq, .stalled(ratings: 4))
        let end = trajectory(4, Self.ors)
        let closing = AlertStory.Closing(id: end.id, version: 4)
        let first = try raised(worse, .deteriorating)
        let closed = step(first.event.alert, .deteriorating, .superseded(cause: closing.id, .episodeClosed))
        let closes = considered(end, open: [first], episodeIsOpen: false)
        #expect(faults([worse], [first, closed], [considered(worse), closes], closing: closing) == [])
        #expect(
            faults(
                [worse, late], [first, closed], [considered(worse), closes, considered(late, episodeIsOpen: false)],
                closing: closing) == [])
        // It calls for an alert if the episode was open.
        #expect(faults([worse, late], [first, closed], [considered(worse), closes, considered(late)], closing: closing) != [])
        #expect(faults([worse], [first], [considered(worse), closes], closing: closing) != [])
        // Nobody can have seen what had not happened yet, or not have seen what had.
        #expect(faults([worse], [], [considered(worse, episodeIsOpen: false)]) != [])
        let after = trajectory(5, Self.ors, .reliablyWorse)
        #expect(faults([after], [], [considered(after, episodeIsOpen: false)], closing: closing) == [])
        #expect(
            faults([after], [try raised(after, .deteriorating)], [considered(after)], closing: closing) != [])
    }

    @Test func `Trajectories that were overtaken are looked at for danger only, and only after a change of clusters`() throws {
        let (worse, better) = (trajectory(2, Self.ors, .reliablyWorse), trajectory(3, Self.ors))
        let danger = trajectory(4, Self.phq, .safetyItem(9))
        let alarm = try raised(danger, .safety)
        // The newer one of the course came first.
        let looks = [considered(danger), considered(worse, open: [alarm], isFollowed: false)]
        #expect(faults([worse, better, danger], [alarm], looks, mayBeOvertaken: true) == [])
        #expect(faults([worse, better, danger], [alarm], looks) != [])
        // Another course's newest came before an older event of this one.
        let late = try raised(worse, .deteriorating)
        #expect(faults([worse, danger], [alarm, late], [considered(danger), considered(worse, open: [alarm])]) == [])
        // Danger passes no queue.
        #expect(faults([worse, danger], [late], [considered(danger), considered(worse)], mayBeOvertaken: true) != [])
        let overtaken = trajectory(5, Self.phq)
        #expect(
            faults(
                [danger, overtaken], [], [considered(danger, isFollowed: false)], mayBeOvertaken: true
            ) == ["version 4 tells of danger, and no alert does"])
        #expect(
            faults([danger, overtaken], [alarm], [considered(danger, isFollowed: false)], mayBeOvertaken: true) == [])
        // A later one was open when it came at last: whoever answered that one saw both.
        let later = trajectory(6, Self.phq, .safetyItem(9))
        let open = try raised(later, .safety)
        let overtakenByIt = considered(danger, open: [open], isFollowed: false)
        #expect(faults([danger, later], [open], [considered(later), overtakenByIt], mayBeOvertaken: true) == [])
        #expect(
            faults([danger, later], [open], [considered(later), considered(danger, isFollowed: false)], mayBeOvertaken: true)
                == ["version 4 tells of danger, and no alert does"])
    }

    @Test func `Danger that comes again is raised again only where no alert had told of it`() throws {
        let (first, second) = (trajectory(2, Self.phq, .safetyItem(9)), trajectory(3, Self.phq, .safetyItem(9)))
        let alarm = try raised(first, .safety)
        let again = try raised(second, .safety)
        let both = [first, second]
        #expect(faults(both, [alarm, resolved(alarm), again], [considered(first), considered(second)]) == [])
        // The second was told of by the first, which was open when it came.
        #expect(faults(both, [alarm, resolved(alarm)], [considered(first), considered(second, open: [alarm])]) == [])
        #expect(
            faults(
                both, [alarm, resolved(alarm), again, resolved(again), again], [considered(first), considered(second)]) != [])
    }

    @Test func `A sum tells lists apart by what is in them and how often`() {
        let ids = (0..<5).map { _ in EventID(rawValue: UUID()) }
        func sum(_ ids: [EventID]) -> EventSum { ids.reduce(into: EventSum()) { $0.add($1) } }
        #expect(sum(ids) == sum(ids.reversed()))
        #expect(sum(ids) != sum([ids[0], ids[0]] + ids[2...]))
        #expect(sum(ids) != sum(Array(ids.dropLast())))
    }
}
