import Contracts
import Domain
import Foundation
import Testing

@testable import attune_scoring

@Suite struct SiteModelTests {
    private static let south = SiteID("south")!

    private static func file(_ activations: String) -> String {
        """
        models:
          - id: ors-own
            version: "1"
            label: made up for a test
            instrument: {id: ors, version: "2000"}
            raters: [self]
            ages: [adult]
            beta: [0, 1, 4, 0]
            beta_covariance: [0.04, 0, 0, 0, 0.0001, 0, 0, 0.04, 0, 0.0001]
            person_variance: {level: 4, level_slope: 1, slope: 8}
            residual_variance: 4
            baseline: {minimum: 0, maximum: 32}
            max_session: 20
            origin: {kind: synthetic}
            status: approved
        activations: [\(activations)]
        """
    }

    private static func activation(_ champion: String, site: String) -> String {
        "{site: \(site), instrument: {id: ors, version: \"2000\"}, champion: \(champion), by: op-17, "
            + "at: 2026-03-01T09:30:00Z}"
    }

    private static let own = "{id: ors-own, version: \"1\"}"

    @Test func `The same ratings at two sites rest on the model that each has activated`() async throws {
        let fixture = try ScoringFixture()
        try fixture.reload(Self.file(Self.activation(Self.own, site: "south")))
        let (here, there) = (ExampleEpisode(), ExampleEpisode())
        let scores = [180, 170, 160]
        for (episode, site) in [(here, ScoringFixture.site), (there, Self.south)] {
            let ratings = scores.enumerated().map { episode.rating($1, session: $0 + 1) }
            try fixture.handle(try fixture.append([episode.opened] + ratings, to: episode.id, site: site))
        }
        let (north, south) = (
            try #require(try fixture.courses(of: here.id).first), try #require(try fixture.courses(of: there.id).first)
        )
        #expect(north.scores == scores && south.scores == scores)
        #expect(north.trajectory.provenance.model?.id.text == "ors-start")
        #expect(south.trajectory.provenance.model?.id.text == "ors-own")
        #expect(north.trajectory.provenance.normSet == south.trajectory.provenance.normSet)
        #expect(north.trajectory.latest?.expected != south.trajectory.latest?.expected)

        let published = try await fixture.topic.events()
        func models(of episode: EpisodeID) throws -> [String?] {
            try published.filter { $0.episode == episode }
                .map { try TrajectoryCodec.decode($0.payload).provenance.model?.id.text }
        }
        #expect(try models(of: here.id) == ["ors-start", "ors-start", "ors-start"])
        #expect(try models(of: there.id) == ["ors-own", "ors-own", "ors-own"])
        await fixture.topic.close()
    }

    @Test func `A course scored by a model that is no longer active stays, and is scored again whole with its next rating`()
        async throws
    {
        let fixture = try ScoringFixture()
        let (one, still) = (ExampleEpisode(), ExampleEpisode())
        for episode in [one, still] {
            try fixture.handle(
                try fixture.append(
                    [episode.opened, episode.rating(180, session: 1), episode.rating(170, session: 2)], to: episode.id))
        }
        let before = try #require(try fixture.courses(of: one.id).first)
        try fixture.reload(Self.file(Self.activation(Self.own, site: "north")))
        try fixture.handle(try fixture.append([one.rating(160, session: 3)], to: one.id))

        let after = try #require(try fixture.courses(of: one.id).first)
        #expect(after.scores == [180, 170, 160])
        #expect(after.trajectory.provenance.model?.id.text == "ors-own")
        #expect(after.trajectory.points[1].expected != before.trajectory.points[1].expected)
        #expect(try fixture.courses(of: still.id).first?.trajectory.provenance.model?.id.text == "ors-start")

        // No model at all is a decision, too.
        try fixture.reload(Self.file(Self.activation("none", site: "north")))
        try fixture.handle(try fixture.append([one.rating(165, session: 4)], to: one.id))
        let last = try #require(try fixture.courses(of: one.id).first)
        #expect(last.trajectory.provenance.model == nil)
        #expect(last.states == [.insufficientData, .noExpectedResponse, .noExpectedResponse, .noExpectedResponse])
        await fixture.topic.close()
    }
}
