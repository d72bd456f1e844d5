import Catalogue
import Contracts
import Domain
import Foundation
import Testing

@testable import attune

/// The recorded alerts of an episode beside what the rules call for.
@Suite struct ReplayAlertTests {
    /// Well at first, then reliably worse, and worse still.
    private static let falling = [(session: 1, score: 300), (2, 200), (3, 150)]

    private func falling(isClosed: Bool = false, catalogue: Catalogue? = nil) throws -> RecordedEpisode {
        try RecordedEpisode(
            ModelBench.episode(Self.falling, isClosed: isClosed), catalogue: try catalogue ?? Catalogue.load())
    }

    @Test func anAlertThatFollowsFromTheLedgerIsReproduced() throws {
        var episode = try falling()
        try episode.raise(after: 2)
        let outcome = try episode.replay()
        #expect(outcome.differences.isEmpty, "\(outcome.differences)")
        #expect(outcome.report.alertsReproduced == 1 && !outcome.report.hasDifferences)
    }

    @Test func anAlertThatTheRulesCallForAndNobodyRecordedIsMissed() throws {
        #expect(try falling().replay().kinds == [.alertMissing, .alertMissing])
    }

    @Test func anAlertAnsweredBeforeTheNextRatingCallsForAnother() throws {
        var episode = try falling()
        let alert = try episode.raise(after: 2)
        try episode.step(
            AlertEvent(alert: alert, kind: .deteriorating, step: .resolved(actor: "c-01", .planChanged)),
            at: episode.record.events[2].recordedAt.advanced(bySeconds: 60))
        #expect(try episode.replay().kinds == [.alertMissing])
        // Answered only after the next rating had come, there is nothing to miss.
        var late = try falling()
        let other = try late.raise(after: 2)
        try late.step(AlertEvent(alert: other, kind: .deteriorating, step: .resolved(actor: "c-01", .planChanged)))
        #expect(try late.replay().kinds.isEmpty)
    }

    @Test func aRuleThatDoesNotSpeakOtherFiguresAndAnInventedCauseAreFound() throws {
        func kinds(_ altered: @escaping (AlertRaising) -> AlertRaising) throws -> [ReplayDifference.Kind] {
            var episode = try falling()
            try episode.raise(after: 2, altered)
            return try episode.replay().kinds
        }
        func raising(
            _ old: AlertRaising, cause: EventID? = nil, rule: SignalRule? = nil, provenance: Provenance? = nil
        ) -> AlertRaising {
            guard let grounds = old.grounds else { return old }
            return AlertRaising(
                cause: cause ?? old.cause, rule: rule ?? grounds.rule, rating: grounds.rating, course: grounds.course,
                provenance: provenance ?? grounds.provenance, clinician: old.clinician, dueAt: old.dueAt)
        }
        #expect(try kinds { raising($0, provenance: Provenance(normSet: nil, model: nil)) } == [.alertNotReproduced])
        #expect(try kinds { raising($0, rule: .stalled(ratings: 4)) }.contains(.alertNotReproduced))
        #expect(try kinds { raising($0, cause: EventID(rawValue: UUID())) }.contains(.alertNotReproduced))
    }

    @Test func anAlertThatWasNotToBeRaisedIsFound() throws {
        var episode = try falling()
        try episode.raise(after: 2)
        // One is open: the rating after it calls for no second one.
        try episode.raise(after: 3)
        #expect(try episode.replay().kinds == [.alertNotCalledFor])
    }

    @Test func inAnEpisodeImportedWholeTheClosingMayHaveComeFirst() throws {
        #expect(try falling(isClosed: true).replay().kinds.isEmpty)
    }

    @Test func anAlertOfAnEarlierDecisionIsReproducedByThatDecision() throws {
        let bench = try TestFolder()
        let folder = bench.path("site")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        func catalogue(decidedAt time: String) throws -> Catalogue {
            let text = """
                activations:
                  - {site: north, instrument: {id: ors, version: "2000"}, champion: none, by: op-17, at: \(time)}
                """
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/site.yaml"))
            return try Catalogue.load(siteFolder: folder)
        }
        // Decided between the events, and before all of them though the file was read later.
        for time in ["2026-01-01T02:30:00Z", "2025-06-01T00:00:00Z"] {
            let decided = try catalogue(decidedAt: time)
            var episode = try falling(catalogue: decided)
            try episode.raise(after: 2, basedOn: try Catalogue.load())
            let outcome = try episode.replay()
            #expect(outcome.differences.isEmpty, "\(time): \(outcome.differences)")
            #expect(outcome.report.alertsReproduced == 1)
        }
    }

    @Test func anotherModelIsComparedSayingBySaying() throws {
        let catalogue = try Catalogue.load(siteFolder: narrowModel())
        let narrow = try #require(
            catalogue.models(for: ModelBench.ors).first { $0.reference.id.text == "ors-narrow" })
        let episode = try RecordedEpisode(
            ModelBench.episode([(1, 180), (2, 190), (3, 300)], isClosed: false), catalogue: catalogue)
        #expect(try episode.replay().differences.isEmpty)
        let outcome = try episode.replay(model: narrow)
        #expect(outcome.kinds == [.point, .alertMore])
        #expect(outcome.differences.first?.was == "on_track")
        #expect(outcome.differences.first?.replayed == "not_on_track: etr.80")
        let row = outcome.report.text.split(separator: "\n")[1].split(separator: " ").joined(separator: " ")
        #expect(row == "north ors@2000 1 3 1 1 0 0")
    }

    private func narrowModel() throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attune-narrow-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let text = """
            models:
              - id: ors-narrow
                version: "1"
                label: made up for a test
                instrument: {id: ors, version: "2000"}
                raters: [self]
                ages: [adult]
                beta: [0, 1, 9, -0.27]
                beta_covariance: [0.04, 0, 0, 0, 0.0001, 0, 0, 0.04, 0, 0.0001]
                person_variance: {level: 0.1, level_slope: 0, slope: 0.1}
                residual_variance: 0.5
                baseline: {minimum: 0, maximum: 32}
                max_session: 16
                origin: {kind: loaded, at: 2026-02-01T00:00:00Z, by: op-16, source: made up for a test}
                status: candidate
            """
        try Data(text.utf8).write(to: folder.appendingPathComponent("site.yaml"))
        return folder.path
    }
}
