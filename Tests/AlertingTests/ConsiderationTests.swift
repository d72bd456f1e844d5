import Contracts
import Domain
import Foundation
import Persistence
import Testing

@testable import AlertBook
@testable import attune_alerting

/// What alerting notes of its decisions, so that others can run the rules again.
@Suite struct ConsiderationTests {
    private struct Note: Equatable {
        let event: EventID
        let isFollowed: Bool
        let open: [AlertID]
        let episodeIsOpen: Bool
        let raisedKinds: Set<AlertKind>
    }

    private func notes(_ fixture: AlertingFixture) throws -> [Note] {
        try fixture.connection.run(
            "select event_id, followed, open_alerts, episode_open, raised_kinds from alerting.consideration order by number"
        ).map {
            Note(
                event: try $0.id(0), isFollowed: try $0.bool(1), open: try $0.ids(2), episodeIsOpen: try $0.bool(3),
                raisedKinds: Set(bits: try $0.int32(4)))
        }
    }

    @Test func `What was open before a trajectory is noted with it, and quiet ones leave no note`() throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        try fixture.handle([try treatment.rate(180, session: 1)])
        #expect(try notes(fixture) == [])
        let worse = try treatment.rate(120, session: 2)
        let still = try treatment.rate(110, session: 3)
        try fixture.handle([worse, still])
        let alert = try #require(try fixture.alerts(of: treatment).first?.id)
        let kinds = AlertPolicy.default.raisedKinds
        #expect(
            try notes(fixture) == [
                Note(event: worse.id, isFollowed: true, open: [], episodeIsOpen: true, raisedKinds: kinds),
                Note(event: still.id, isFollowed: true, open: [alert], episodeIsOpen: true, raisedKinds: kinds),
            ])
    }

    @Test func `Of an event that comes again the first note stands, and one that was overtaken says so`() throws {
        let fixture = try AlertingFixture()
        let treatment = try fixture.open()
        let (quiet, worse) = (try treatment.rate(180, session: 1), try treatment.rate(120, session: 2))
        try fixture.handle([quiet, worse])
        let first = try notes(fixture)
        try fixture.handle([quiet, worse])
        #expect(try notes(fixture) == first)
        let overtaken = try treatment.rate(100, session: 3)
        let newest = try treatment.rate(90, session: 4)
        try fixture.handle([newest])
        try fixture.handle([overtaken])
        #expect(try notes(fixture).map(\.event) == [worse.id, newest.id, overtaken.id])
        #expect(try notes(fixture).map(\.isFollowed) == [true, true, false])
    }
}
