import Contracts
import Domain
import Foundation
import SwiftProtobuf
import Testing

@Suite struct AlertEventCodecTests {
    private static let alert = AlertID("018f2c1e-7a00-7000-8000-000000000021")!
    private static let cause = EventID("018f2c1e-7a00-7000-8000-000000000022")!
    private static let time = Timestamp("2026-03-02T10:00:00.123456Z")!
    private static let raising = AlertRaising(
        cause: cause, rule: .reliablyWorse, rating: RatingID("018f2c1e-7a00-7000-8000-000000000023")!,
        course: CourseKey(
            participant: ParticipantID("018f2c1e-7a00-7000-8000-000000000024")!,
            instrument: InstrumentReference(id: InstrumentID("ors")!, version: "2000")),
        provenance: Provenance(normSet: nil, model: nil), clinician: "c-01", dueAt: time.advanced(bySeconds: 3600),
        urgency: .withinHours)

    private static let lacks: [AlertSubject] =
        MeasuredPurpose.allCases.map {
            .session(
                UnmeasuredSession(
                    session: SessionID("018f2c1e-7a00-7000-8000-000000000025")!, purpose: $0,
                    participant: ParticipantID("018f2c1e-7a00-7000-8000-000000000024")!, asOf: CalendarDay("2026-03-04")!))
        }
        + [
            .undiscussed(
                UndiscussedScore(
                    rating: RatingID("018f2c1e-7a00-7000-8000-000000000023")!,
                    course: CourseKey(
                        participant: ParticipantID("018f2c1e-7a00-7000-8000-000000000024")!,
                        instrument: InstrumentReference(id: InstrumentID("ors")!, version: "2000")),
                    asOf: CalendarDay("2026-03-17")!))
        ]

    private static let followUps: [AlertStep] = SupportEffect.allCases.filter { $0 != .noRatingYet }.map {
        .followedUp(
            AlertFollowUp(
                rating: RatingID("018f2c1e-7a00-7000-8000-000000000026")!, effect: $0, improvement: -12, isDangerous: true))
    }

    private static let entries: [ReviewEntry] =
        [.started(tree: "attune-1"), .actionChosen(SupportActionID("alliance.talk")!), .discussed(CalendarDay("2026-03-09")!), .completed]
        + SupportAnswer.allCases.map { .answered(SupportQuestionID("alliance.bond")!, $0) }

    static let every: [AlertStep] =
        [
            .raised(raising), .opened(actor: "c-01"), .acknowledged(actor: "c-02"),
            .superseded(cause: cause, .graverAlert), .superseded(cause: cause, .noLongerMissing),
            .assigned(
                AlertAssignment(number: 2, from: "c-01", to: "c-02", actor: nil, reason: .episodeTransferred, transfer: cause)),
            .resolved(actor: "c-01", .referred, reason: AlertReasonID("sent-on")!),
            .escalated(level: 2, wasDueAt: time, dueAt: time.advanced(bySeconds: 60)),
        ]
        + AssignmentReason.allCases.map {
            .assigned(AlertAssignment(number: 1, from: "c-01", to: "c-02", actor: "s-01", reason: $0))
        }
        + lacks.map { .raised(AlertRaising(cause: cause, subject: $0, clinician: "c-01", dueAt: time)) } + followUps
        + AlertOutcome.allCases.map { .resolved(actor: "c-01", $0) }
        + WithdrawalOfAlert.allCases.map { .withdrawn(actor: "c-01", $0) }
        + AlertAudience.allCases.map {
            .escalated(level: 1, wasDueAt: time, dueAt: time.advanced(bySeconds: 60), audience: $0, isLast: true)
        }
        + entries.enumerated().map { .reviewEntered(number: $0 + 1, actor: "c-01", $1) }

    @Test(arguments: every) func `Every step reads back as written`(step: AlertStep) throws {
        let event = AlertEvent(alert: Self.alert, kind: .deteriorating, step: step, at: Self.time)
        let bytes = try AlertEventCodec.encode(event)
        #expect(try AlertEventCodec.decode(bytes, type: event.type) == event)
        let other: EventType = event.type == .alertRaised ? .alertOpened : .alertRaised
        #expect(throws: MalformedEvent.self) { try AlertEventCodec.decode(bytes, type: other) }
    }

    /// An alert as programs before this one recorded it: who was told, how urgent it was and whether anybody is left is
    /// not in the bytes.
    @Test func `Steps of older programs are read`() throws {
        var message = Attune_V1_AlertEvent()
        message.alertID = Data(Self.alert.bytes)
        message.kind = .deteriorating
        message.escalated = .with {
            $0.level = 1
            $0.wasDueAt = 1
            $0.dueAt = 2
        }
        let bytes: [UInt8] = try message.serializedBytes()
        let old = try AlertEventCodec.decode(bytes, type: .alertEscalated)
        #expect(old.step == .escalated(level: 1, wasDueAt: Timestamp(microseconds: 1), dueAt: Timestamp(microseconds: 2)))
        #expect(old.at == nil)
    }

    // MARK: The fold

    private func life(_ steps: AlertStep...) throws -> AlertLife {
        var life = AlertLife(Self.alert, .deteriorating, Self.raising, at: Self.time)
        for (place, step) in steps.enumerated() {
            try life.take(step, at: Self.time.advanced(bySeconds: Int64(place + 1)))
        }
        return life
    }

    @Test func `An alert is opened, given on, reviewed and resolved`() throws {
        let life = try life(
            .opened(actor: "c-01"),
            .assigned(AlertAssignment(number: 1, from: "c-01", to: "c-02", actor: "s-01", reason: .handedOver)),
            .reviewEntered(number: 1, actor: "c-02", .started(tree: "attune-1")),
            .reviewEntered(number: 2, actor: "c-02", .answered(SupportQuestionID("alliance.bond")!, .no)),
            .reviewEntered(number: 3, actor: "c-02", .actionChosen(SupportActionID("alliance.talk")!)),
            .reviewEntered(number: 4, actor: "c-02", .discussed(CalendarDay("2026-03-09")!)),
            .reviewEntered(number: 5, actor: "c-02", .completed),
            .resolved(actor: "c-02", .discussedWithClient, reason: AlertReasonID("talked")!))
        #expect(life.status == .resolved)
        #expect((life.owner, life.assignments, life.reviewEntries) == ("c-02", 1, 5))
        #expect(life.opening == .init(actor: "c-01", at: Self.time.advanced(bySeconds: 1)))
        #expect(life.acknowledgement == .init(actor: "c-02", at: Self.time.advanced(bySeconds: 3)))
        #expect(life.review?.completedAt == Self.time.advanced(bySeconds: 7))
        #expect(life.discussedOn == CalendarDay("2026-03-09"))
        #expect(life.closing?.reason?.text == "talked")
    }

    @Test func `A step out of turn is refused and changes nothing`() throws {
        let due = Self.raising.dueAt
        let refused: [[AlertStep]] = [
            [.opened(actor: "a"), .opened(actor: "b")],
            [.acknowledged(actor: "a"), .opened(actor: "b")],
            [.withdrawn(actor: "a", .wrongClient), .acknowledged(actor: "b")],
            [.assigned(AlertAssignment(number: 2, from: "c-01", to: "c-02", actor: "a", reason: .handedOver))],
            [.assigned(AlertAssignment(number: 1, from: "c-03", to: "c-02", actor: "a", reason: .handedOver))],
            [.reviewEntered(number: 1, actor: "a", .completed)],
            [.reviewEntered(number: 1, actor: "a", .started(tree: "other"))],
            [.reviewEntered(number: 2, actor: "a", .started(tree: "attune-1"))],
            [
                .escalated(level: 1, wasDueAt: due, dueAt: due.advanced(bySeconds: 1), audience: .supervisor, isLast: true),
                .escalated(level: 2, wasDueAt: due.advanced(bySeconds: 1), dueAt: due.advanced(bySeconds: 2)),
            ],
        ]
        for steps in refused {
            var life = AlertLife(Self.alert, .deteriorating, Self.raising, at: Self.time)
            for step in steps.dropLast() { try life.take(step, at: Self.time) }
            let before = life
            #expect(throws: AlertStepOutOfTurn.self, "\(steps)") { try life.take(steps[steps.count - 1], at: Self.time) }
            #expect(life == before)
        }
    }
}
