import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import Testing

@testable import AlertBook
@testable import attune_alerting

/// What the first rating after a support review says is recorded with the alert.
@Suite struct ReviewFollowUpTests {
    private static let clinician = Caller(subject: "c-01", sites: .all, roles: [.clinician])

    /// Reliably worse, and reviewed today.
    private func reviewed(_ fixture: AlertingFixture) throws -> (LedgerEpisode, AlertBook.Alert) {
        let episode = try LedgerEpisode(on: try fixture.database.connect())
        let ratings = try [(180, 1), (110, 2)].map {
            try episode.rate($0.0, session: $0.1, on: LedgerEpisode.day($0.1))
        }
        try fixture.handle(try ratings.map { try #require($0.trajectory) })
        let alert = try #require(try fixture.alerts(of: episode).first)
        for entry: ReviewEntry in [
            .answered(SupportQuestionID("alliance.bond")!, .no), .actionChosen(SupportActionID("alliance.talk")!), .completed,
        ] {
            _ = try AlertReviews.enter(entry, in: alert.id, by: Self.clinician, on: fixture.answering)
        }
        return (episode, alert)
    }

    private func followUps(_ fixture: AlertingFixture) throws -> [AlertFollowUp] {
        try fixture.ledger().compactMap { if case .followedUp(let found) = $0.step { found } else { nil } }
    }

    private var nextWeek: CalendarDay { Timestamp.now.day.advanced(byDays: 7) }

    @Test func `The first later rating of the course is recorded, once, and shown with the review`() async throws {
        let fixture = try AlertingFixture()
        let (episode, alert) = try reviewed(fixture)
        // Of the day of the review itself, and of another course: neither follows it.
        let today = try episode.rate(115, session: 3, on: Timestamp.now.day)
        let other = try episode.rate(350, session: 3, on: nextWeek, with: Treatment.srs)
        try fixture.handle([try #require(today.trajectory), try #require(other.trajectory)])
        #expect(try followUps(fixture).isEmpty)
        let rating = RatingID(rawValue: UUID())
        let next = try #require(try episode.rate(190, session: 4, on: nextWeek, id: rating).trajectory)
        try fixture.handle([next])
        let expected = AlertFollowUp(rating: rating, effect: .reliablyBetter, improvement: 80, isDangerous: false)
        #expect(try followUps(fixture) == [expected])
        // It stands, whatever comes: again, later, or a correction.
        let later = try episode.rate(100, session: 5, on: nextWeek.advanced(byDays: 7))
        let correction = try episode.append(
            .ratingCorrected(
                RatingCorrection(rating: rating, session: 4, day: nextWeek, answers: .total(100), reason: .entryError)))
        try fixture.handle([next, try #require(later.trajectory), try #require(correction.trajectory)])
        #expect(try followUps(fixture) == [expected])
        try await AlertServer.run(fixture) { (server) async throws in
            let shown = try await server.send(.get, "/\(alert.id)/review")["review"]?["followUp"]
            #expect(shown?["effect"] == "reliably_better")
            #expect(shown?["ratingId"] == .text(rating))
            #expect(try await server.send(.get, "/\(alert.id)")["followedUpAt"] != .null)
        }
    }

    @Test func `It is recorded after the alert was closed as well, but not where it was withdrawn`() throws {
        let fixture = try AlertingFixture()
        let (closed, alert) = try reviewed(fixture)
        _ = try AlertAnswers.resolve(
            alert.id, for: "plan_changed", under: { _ in .default }, by: Self.clinician, on: fixture.answering)
        let (withdrawn, other) = try reviewed(fixture)
        _ = try AlertAnswers.withdraw(other.id, for: .enteredAsTest, by: Self.clinician, on: fixture.answering)
        for episode in [closed, withdrawn] {
            try fixture.handle([try #require(try episode.rate(60, session: 3, on: nextWeek).trajectory)])
        }
        #expect(try followUps(fixture).map(\.effect) == [.reliablyWorse])
        let alerts = try fixture.alerts(of: closed)
        #expect(alerts.first?.followedUpAt != nil)
        #expect(alerts.first?.status == .resolved)
    }

    @Test func `An alert about a session has nothing to review`() async throws {
        let fixture = try AlertingFixture(policy: .thorough)
        let episode = try LedgerEpisode(on: try fixture.database.connect())
        let session = try episode.hold(1, on: 0)
        try fixture.round(on: 2).run(on: fixture.connection)
        let alert = try #require(try fixture.alerts(of: episode).first)
        try await AlertServer.run(fixture) { (server) async throws in
            let refused = try await server.send(.post, "/\(alert.id)/review", body: #"{"completed": true}"#)
            #expect((refused.status, refused["type"]) == (409, "urn:attune:problem:nothing-to-review"))
            let shown = try await server.send(.get, "/\(alert.id)")
            #expect((shown["kind"], shown["rule"]) == ("missed_measure", "missing.outcome"))
            #expect((shown["sessionId"], shown["ratingId"]) == (.text(session), .null))
            #expect(try await server.resolve(alert.id, "no_action_needed").status == 200)
        }
    }
}
