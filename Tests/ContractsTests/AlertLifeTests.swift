import Contracts
import Domain
import Foundation
import Testing

/// The fold by which everybody reads an alert from its events.
@Suite struct AlertLifeTests {
    private static func time(_ seconds: Int64) -> Timestamp { Timestamp(microseconds: seconds * 1_000_000) }

    private func raised() throws -> AlertLife {
        let instrument = InstrumentReference(id: try #require(InstrumentID("ors")), version: "2000")
        let raising = AlertRaising(
            cause: EventID(rawValue: UUID()), rule: .reliablyWorse, rating: RatingID(rawValue: UUID()),
            course: CourseKey(participant: ParticipantID(rawValue: UUID()), instrument: instrument),
            provenance: Provenance(normSet: nil, model: nil), clinician: "c-01", dueAt: Self.time(60))
        return AlertLife(AlertID(rawValue: UUID()), .deteriorating, raising, at: Self.time(0))
    }

    private static let superseded = AlertStep.superseded(cause: EventID(rawValue: UUID()), .courseChanged)

    @Test func theNewestStateFollowsFromTheSteps() throws {
        var life = try raised()
        #expect(life.status == .raised && life.dueAt == Self.time(60) && life.escalations == 0)
        try life.take(.escalated(level: 1, wasDueAt: Self.time(60), dueAt: Self.time(120)), at: Self.time(61))
        #expect(life.status == .raised && life.dueAt == Self.time(120) && life.escalations == 1)
        try life.take(.acknowledged(actor: "c-02"), at: Self.time(70))
        #expect(life.status == .acknowledged && life.acknowledgement == .init(actor: "c-02", at: Self.time(70)))
        try life.take(.resolved(actor: "c-03", .planChanged), at: Self.time(80))
        #expect(life.status == .resolved && life.acknowledgement?.actor == "c-02")
        #expect(life.closing == .init(actor: "c-03", at: Self.time(80), outcome: "plan_changed"))
    }

    @Test func resolvingAlsoAcknowledgesAndSupersedingNamesNobody() throws {
        var resolved = try raised()
        try resolved.take(.resolved(actor: "c-03", .referred), at: Self.time(9))
        #expect(resolved.acknowledgement == .init(actor: "c-03", at: Self.time(9)))
        var fallen = try raised()
        try fallen.take(Self.superseded, at: Self.time(9))
        #expect(fallen.closing == .init(actor: nil, at: Self.time(9), outcome: "course_changed"))
        #expect(fallen.acknowledgement == nil)
    }

    @Test func aRatingFollowsAFinishedReviewOnceAlsoWhenTheAlertIsClosed() throws {
        let found = AlertFollowUp(rating: RatingID(rawValue: UUID()), effect: .unchanged, improvement: 3, isDangerous: false)
        var life = try raised()
        #expect(throws: AlertStepOutOfTurn.self) { try life.take(.followedUp(found), at: Self.time(1)) }
        let entries: [ReviewEntry] = [
            .started(tree: SupportTree.standard.version), .answered(try #require(SupportQuestionID("alliance.bond")), .no),
            .actionChosen(try #require(SupportActionID("alliance.talk"))), .completed,
        ]
        for (index, entry) in entries.enumerated() {
            try life.take(.reviewEntered(number: index + 1, actor: "c", entry), at: Self.time(2))
        }
        try life.take(.resolved(actor: "c", .planChanged), at: Self.time(3))
        try life.take(.followedUp(found), at: Self.time(9))
        #expect((life.followUp, life.followedUpAt, life.status) == (found, Self.time(9), .resolved))
        #expect(throws: AlertStepOutOfTurn.self) { try life.take(.followedUp(found), at: Self.time(10)) }
    }

    @Test(arguments: [
        ([AlertStep.resolved(actor: "c", .referred)], AlertStep.acknowledged(actor: "c"), "is acknowledged when it is resolved"),
        ([superseded], .resolved(actor: "c", .referred), "is resolved when it is superseded"),
        ([superseded], superseded, "is superseded when it is superseded"),
        (
            [.acknowledged(actor: "c")], .escalated(level: 1, wasDueAt: time(60), dueAt: time(90)),
            "is escalated when it is acknowledged"
        ),
        ([], .escalated(level: 2, wasDueAt: time(60), dueAt: time(90)), "is escalated to level 2 from level 0"),
        ([], .escalated(level: 1, wasDueAt: time(59), dueAt: time(90)), "is escalated from another time than it was due"),
    ])
    func aStepOutOfTurnIsNamedAndChangesNothing(before: [AlertStep], step: AlertStep, words: String) throws {
        var life = try raised()
        for step in before { try life.take(step, at: Self.time(1)) }
        let unchanged = life
        let error = #expect(throws: AlertStepOutOfTurn.self) { try life.take(step, at: Self.time(2)) }
        #expect(error?.words == words)
        #expect(life == unchanged)
        #expect(throws: AlertStepOutOfTurn.self) { try life.take(.raised(life.raising), at: Self.time(2)) }
    }
}
