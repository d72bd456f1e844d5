import Contracts
import Domain
import Foundation
import Persistence
import Testing

@testable import AlertBook
@testable import attune_alerting

@Suite struct SupersedingTests {
    private func reasons(_ fixture: AlertingFixture) throws -> [SupersededReason] {
        try fixture.ledger().compactMap { if case .superseded(_, let reason) = $0.step { reason } else { nil } }
    }

    @Test func `A course that turns good again supersedes its alert`() throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        try fixture.handle([try treatment.rate(180, session: 1), try treatment.rate(120, session: 2)])
        let better = try treatment.rate(210, session: 3)
        try fixture.handle([better])
        let alert = try #require(try fixture.alerts(of: treatment).first)
        #expect(alert.status == .superseded)
        #expect(alert.closing?.outcome == "course_changed")
        #expect(alert.closing?.actor == nil)
        let step = AlertStep.superseded(cause: better.id, .courseChanged)
        #expect(try fixture.ledger().last == AlertEvent(alert: alert.id, kind: .deteriorating, step: step, at: alert.closing?.at))
    }

    @Test func `While another course still speaks of it an alert stands`() throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        try fixture.handle([
            try treatment.rate(180, session: 1), try treatment.rate(180, session: 1, by: treatment.other),
            try treatment.rate(120, session: 2), try treatment.rate(110, session: 2, by: treatment.other),
        ])
        try fixture.handle([try treatment.rate(210, session: 3)])
        #expect(try fixture.alerts(of: treatment).map(\.status) == [.raised])
        try fixture.handle([try treatment.rate(210, session: 3, by: treatment.other)])
        #expect(try fixture.alerts(of: treatment).map(\.status) == [.superseded])
    }

    @Test func `A correction takes back the alert that the wrong rating had raised`() throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        let rating = RatingID(rawValue: UUID())
        try fixture.handle([try treatment.rate(180, session: 1), try treatment.rate(120, session: 2, id: rating)])
        try fixture.handle([try treatment.correct(rating, to: 220, session: 2)])
        #expect(try fixture.alerts(of: treatment).map(\.status) == [.superseded])
        #expect(try reasons(fixture) == [.courseChanged])
    }

    @Test func `A graver alert takes the place of a milder one, which comes back when it alone remains`() throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        try fixture.handle([try treatment.rate(180, session: 1), try treatment.rate(135, session: 2)])
        #expect(try fixture.kinds(of: treatment, .raised) == [.notOnTrack])
        try fixture.handle([try treatment.rate(120, session: 3)])
        #expect(try fixture.kinds(of: treatment, .raised) == [.deteriorating])
        #expect(try fixture.kinds(of: treatment, .superseded) == [.notOnTrack])
        #expect(try reasons(fixture) == [.graverAlert])
        try fixture.handle([try treatment.rate(135, session: 4)])
        #expect(try fixture.kinds(of: treatment, .raised) == [.notOnTrack])
        #expect(try fixture.steps() == [.alertRaised, .alertSuperseded, .alertRaised, .alertSuperseded, .alertRaised])
    }

    @Test func `What one batch raises and takes back is stored as superseded, with both steps in the ledger`() throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        try fixture.handle([
            try treatment.rate(180, session: 1), try treatment.rate(120, session: 2), try treatment.rate(210, session: 3),
            try treatment.rate(125, session: 4),
        ])
        #expect(try fixture.alerts(of: treatment).map(\.status).sorted { $0.rawValue < $1.rawValue } == [.raised, .superseded])
        #expect(try fixture.steps() == [.alertRaised, .alertSuperseded, .alertRaised])
    }

    @Test func `An acknowledged alert is superseded, too, and keeps who acknowledged it`() throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        try fixture.handle([try treatment.rate(180, session: 1), try treatment.rate(120, session: 2)])
        let id = try #require(try fixture.alerts(of: treatment).first?.id)
        _ = try AlertAnswers.acknowledge(
            id, by: .init(subject: "c-02", sites: .all, roles: [.clinician]), on: fixture.answering)
        try fixture.handle([try treatment.rate(210, session: 3)])
        let alert = try #require(try fixture.alerts(of: treatment).first)
        #expect(alert.status == .superseded)
        #expect(alert.acknowledgement?.actor == "c-02")
    }

    @Test func `Closing an episode supersedes all of its alerts but safety, and none of another`() throws {
        let fixture = try AlertingFixture()
        let (treatment, other) = (try fixture.open(), try fixture.open())
        for episode in [treatment, other] {
            try fixture.handle([
                try episode.rate(180, session: 1), try episode.rate(120, session: 2),
                try episode.rate(350, session: 1, on: Treatment.srs), try episode.screen(danger: 1, session: 2),
            ])
        }
        let closing = try treatment.close()
        try fixture.handle([closing])
        #expect(try fixture.kinds(of: treatment, .superseded) == [.deteriorating, .alliance])
        #expect(try fixture.kinds(of: treatment, .raised) == [.safety])
        #expect(try fixture.kinds(of: other, .raised) == [.deteriorating, .alliance, .safety])
        #expect(try reasons(fixture) == [.episodeClosed, .episodeClosed])
        let steps = try fixture.steps().count
        try fixture.handle([closing])
        #expect(try fixture.steps().count == steps)
    }

    @Test func `A later rating without danger leaves a safety alert to a person`() throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        try fixture.handle([try treatment.screen(danger: 1, session: 1)])
        try fixture.handle([try treatment.screen(danger: 0, session: 2)])
        #expect(try fixture.alerts(of: treatment).map(\.status) == [.raised])
    }
}
