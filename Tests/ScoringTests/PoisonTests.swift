import Contracts
import Domain
import Foundation
import Messaging
import Persistence
import ServiceKit
import Testing

@testable import attune_scoring

@Suite struct PoisonTests {
    /// What cannot be applied to an open episode, and the code that an operator sees.
    enum Fault: CaseIterable {
        case instrument, participant, correction, withdrawal, answers, payload, disguise

        func event(in episode: ExampleEpisode) -> EpisodeEvent {
            switch self {
            case .instrument:
                episode.rating(10, session: 2, on: InstrumentReference(id: InstrumentID("ors")!, version: "1999"))
            case .participant: episode.rating(200, session: 2, by: ParticipantID(rawValue: UUID()))
            case .correction: episode.correction(of: RatingID(rawValue: UUID()), to: 200, session: 1)
            case .withdrawal: episode.withdrawal(of: RatingID(rawValue: UUID()))
            case .answers: episode.rating(401, session: 2)
            case .payload, .disguise: episode.rating(200, session: 2)
            }
        }

        /// The event as the ledger holds it, damaged where the fault is one of its form.
        func damaged(_ event: EventEnvelope) -> EventEnvelope {
            EventEnvelope(
                id: event.id, type: self == .disguise ? .episodeClosed : event.type, source: event.source,
                episode: event.episode, site: event.site, sequence: event.sequence, time: event.time, trace: event.trace,
                payload: self == .payload ? [0xFF, 0xFF, 0xFF] : event.payload)
        }

        var code: String {
            switch self {
            case .instrument: "unknown_instrument"
            case .participant: "unknown_participant"
            case .correction, .withdrawal: "unknown_rating"
            case .answers: "unscorable"
            case .payload, .disguise: "malformed"
            }
        }
    }

    @Test(arguments: Fault.allCases)
    func `What can never be applied is named by its place and code, and nothing of the batch happens`(fault: Fault) throws {
        let fixture = try ScoringFixture()
        let (episode, other) = (ExampleEpisode(), ExampleEpisode())
        let sound = try fixture.append([other.opened, other.rating(200, session: 1)], to: other.id)
        var events = try fixture.append([episode.opened, fault.event(in: episode)], to: episode.id)
        events[1] = fault.damaged(events[1])
        let poison = #expect(throws: PoisonEvent.self) {
            try fixture.handle([events[0], sound[0], sound[1], events[1]])
        }
        #expect(poison?.index == 3)
        #expect(poison?.code == fault.code)
        #expect(try fixture.appliedVersion(of: other.id) == nil)
        #expect(try fixture.appliedVersion(of: episode.id) == nil)
        #expect(try fixture.topic.count() == 0)
        // Without it the others pass.
        try fixture.handle([events[0], sound[0], sound[1]])
        #expect(try fixture.appliedVersion(of: episode.id) == 1)
        #expect(try fixture.courses(of: other.id).map(\.scores) == [[200]])
        #expect(try fixture.topic.count() == 1)
    }

    @Test func `An event whose predecessors the ledger does not hold is a version gap`() throws {
        let fixture = try ScoringFixture()
        let episode = ExampleEpisode()
        let events = try fixture.append([episode.opened, episode.rating(180, session: 1)], to: episode.id)
        let stray = EventEnvelope(
            id: TimeOrderedIdentity.make(at: .now), type: events[1].type, source: events[1].source,
            episode: episode.id, site: events[1].site, sequence: 4, time: events[1].time, trace: nil,
            payload: events[1].payload)
        let poison = #expect(throws: PoisonEvent.self) { try fixture.handle([events[0], events[1], stray]) }
        #expect(poison?.index == 2)
        #expect(poison?.code == "version_gap")
        #expect(try fixture.appliedVersion(of: episode.id) == nil)
    }

    @Test func `An event behind one that cannot be applied is refused for that one's reason`() throws {
        let fixture = try ScoringFixture()
        let episode = ExampleEpisode()
        let events = try fixture.append(
            [episode.opened, Fault.instrument.event(in: episode), episode.rating(200, session: 3)], to: episode.id)
        try fixture.handle([events[0]])
        // The one in between is still on its way over the other topic: it comes out of the ledger first.
        let poison = #expect(throws: PoisonEvent.self) { try fixture.handle([events[2]]) }
        #expect(poison?.index == 0)
        #expect(poison?.code == "unknown_instrument")
        #expect(try fixture.appliedVersion(of: episode.id) == 1)
    }

    @Test func `A poison record is parked with its code, its episode waits, and others are scored`() throws {
        let fixture = try ScoringFixture()
        let (episode, other) = (ExampleEpisode(), ExampleEpisode())
        let events = try fixture.append(
            [episode.opened, Fault.instrument.event(in: episode), episode.rating(200, session: 3)], to: episode.id)
        let sound = try fixture.append([other.opened, other.rating(200, session: 1)], to: other.id)
        let partition = TopicPartition(topic: Topic.episodeEvents.name, partition: 2)
        let consumer = LedgeredConsumer(
            connection: fixture.connection, schema: .scoring, owner: "test", handler: fixture.handler, logger: .quiet)
        _ = try consumer.assigned([partition], clusterID: "cluster")
        let records = (events + sound).enumerated().map { offset, event in
            ConsumedRecord(
                topic: partition.topic, partition: partition.partition, offset: Int64(offset), key: event.episode.bytes,
                headers: CloudEventsBinding.headers(of: event),
                value: event.payload, timestampMilliseconds: 0)
        }
        #expect(try consumer.handle(records) == .done)
        let parked = try fixture.connection.run(
            #"select "offset", state, reason_code from scoring.quarantine order by "offset""#)
        #expect(try parked.map { try $0.int64(0) } == [1, 2])
        #expect(try parked.map { try $0.text(1) } == ["failed", "waiting"])
        #expect(try parked.map { try $0.text(2) } == ["unknown_instrument", "behind_failed"])
        #expect(try fixture.appliedVersion(of: episode.id) == 1)
        #expect(try fixture.courses(of: other.id).map(\.scores) == [[200]])
        #expect(try fixture.connection.run("select next_offset from scoring.consumer_offset").only().int64(0) == 5)
    }
}
