import Catalogue
import Domain
import Foundation
import Testing

@testable import attune

/// What was scored by an earlier decision about models is explained by that decision.
@Suite struct ExplainDecisionTests {
    private static let twoDecisions = """
        activations:
          - {site: north, instrument: {id: ors, version: "2000"}, champion: none, by: op-17, at: 2026-03-01T00:00:00Z}
          - {site: north, instrument: {id: ors, version: "2000"}, champion: {id: ors-start, version: "1"}, by: op-17, \
        at: 2026-04-01T00:00:00Z}
          - {site: north, instrument: {id: ors, version: "2000"}, champion: none, by: op-17, at: 2026-05-01T00:00:00Z}
        """

    @Test func `A trajectory of an earlier decision is found, and one of other figures is not`() throws {
        let bench = try ModelBench()
        try bench.append([ModelBench.episode([(1, 180), (2, 120)])])
        let events = try bench.onlyEpisode()
        let builtIn = try Catalogue.load()
        let decided = try Catalogue.load(siteFolder: bench.catalogue(Self.twoDecisions))
        let made = try #require(try EpisodeHistory(events, catalogue: builtIn).moments.last)
        let today = try #require(try EpisodeHistory(events, catalogue: decided).moments.last)
        #expect(made.trajectory != today.trajectory && today.update.course.basis.model == nil)

        let then = try EpisodeHistory(explaining: made.trajectory, events, catalogue: decided)
        #expect(then.moment(of: made.trajectory)?.update.course.basis.model?.reference.id.text == "ors-start")
        let now = try EpisodeHistory(explaining: today.trajectory, events, catalogue: decided)
        #expect(now.moment(of: today.trajectory) != nil)
        // Nobody has ever decided for none here: nothing explains that trajectory.
        let never = try EpisodeHistory(explaining: today.trajectory, events, catalogue: builtIn)
        #expect(never.moment(of: today.trajectory) == nil)
    }
}
