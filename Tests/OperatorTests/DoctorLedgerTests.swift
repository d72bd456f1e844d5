import Contracts
import Domain
import Foundation
import Persistence
import Testing

@testable import attune

/// Streams, lanes, and what was accepted.
@Suite struct DoctorLedgerTests {
    @Test func `A sound ledger has no difference`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        let streams = try bench.examine(bench.streams)
        #expect(streams.findings == [])
        // Episode streams, and those of alerts and notifications of the two episodes that have any.
        #expect(streams.examined == episodes.count + 4)
        let accepted = try bench.examine(bench.accepted)
        #expect(accepted.findings == [])
        #expect(accepted.examined == 17)
    }

    @Test func `A version that is missing is named`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        try bench.damage("delete from ledger.event where stream_id = '\(episodes[2])' and version = 3")
        #expect(try bench.examine(bench.streams).findings == ["episode stream \(episodes[2]): version 3 is missing"])
    }

    @Test func `A version that is there twice is named`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        try bench.damage(
            """
            alter table ledger.event_0 drop constraint event_0_category_stream_id_version_key;
            update ledger.event set version = 2 where stream_id = '\(episodes[2])' and version = 3
            """)
        #expect(
            try bench.examine(bench.streams).findings
                == ["episode stream \(episodes[2]): version 3 is missing; version 2 is there twice"])
    }

    @Test func `An end that is cut off, a row without events and events without a row are named`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        let lost = UUID().uuidString.lowercased()
        try bench.damage(
            """
            delete from ledger.event where stream_id = '\(episodes[2])' and version = 5;
            delete from ledger.stream where stream_id = '\(episodes[1])' and category = 1;
            insert into ledger.stream (category, stream_id, site, version) values (2, '\(lost)', 'north', 4)
            """)
        try bench.relay()
        #expect(
            Set(try bench.examine(bench.streams).findings) == [
                "episode stream \(episodes[2]): ledger.stream says version 5, the last event is version 4",
                "episode stream \(episodes[1]): there are events, and no row in ledger.stream",
                "alert stream \(lost): ledger.stream says version 4, and there are no events",
            ])
    }

    @Test func `Positions that stand twice, and a relay ahead of its lane, are named`() throws {
        let (bench, _) = try DoctorBench.settled()
        try bench.damage(
            """
            alter table ledger.event drop constraint event_pkey;
            update ledger.event e set position = position - 1
            where category = 1 and backfill and version = 3;
            update ledger.lane set cursor = cursor + 1000 where category = 3
            """)
        let findings = try bench.examine(bench.streams).findings
        #expect(findings.count == 2)
        #expect(findings[0].hasPrefix("lane episode-backfill: 1 events share a position"))
        #expect(findings[1].hasPrefix("lane notification: the relay's cursor "))
    }

    @Test func `What is not published is pending, and a difference after a drain`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        try bench.rate(episodes[0], 220, session: 4)
        let live = try bench.examine(bench.streams, isSettled: false)
        #expect(live.pending == 1)
        #expect(live.differences == 0)
        #expect(try bench.examine(bench.streams).findings == ["lane episode: 1 events are not published"])
    }

    @Test func `A command without its event, and an event without a command, are named`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        let lost = try bench.event(episodes[0], version: 2)
        let foreign = try bench.event(episodes[2], version: 2)
        try bench.damage(
            """
            delete from ledger.event where event_id = '\(lost)';
            delete from ledger.command where event_id = '\(foreign)'
            """)
        let findings = try bench.examine(bench.accepted).findings
        #expect(findings.count == 2)
        #expect(findings[0].hasSuffix("its event \(lost) is not in the ledger"))
        #expect(findings[1] == "event \(foreign) of episode \(episodes[2]) is in the ledger without a command")
    }

    @Test func `Two commands with one event are named, though every event has one`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        let (kept, other) = (try bench.event(episodes[2], version: 2), try bench.event(episodes[2], version: 3))
        try bench.damage("update ledger.command set event_id = '\(kept)', version = 2 where event_id = '\(other)'")
        #expect(
            Set(try bench.examine(bench.accepted).findings) == [
                "event \(kept) is the result of 2 commands",
                "event \(other) of episode \(episodes[2]) is in the ledger without a command",
            ])
    }

    @Test func `What a sender noted is looked up by kind, and what is missing is named`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        let rating: RatingID = try bench.admin.run(
            "select rating_id from ledger.rating where episode_id = $1 limit 1", [.id(episodes[2])]
        ).only().id(0)
        let lost = UUID().uuidString.lowercased()
        let files = try TestFolder()
        let file = try files.write(
            """
            {"kind": "opening", "id": "\(episodes[0])", "site": "north", "version": 1, "note": "of no concern"}
            {"kind": "closure", "id": "\(episodes[1])"}

            {"kind": "rating", "id": "\(rating)", "episodeId": "\(episodes[2])"}
            {"kind": "rating", "id": "\(rating)", "episodeId": "\(episodes[0])"}
            {"kind": "rating", "id": "\(lost)", "site": "north"}
            {"kind": "opening", "id": "\(episodes[0])", "version": 2}
            """, to: "accepted.ndjson")
        let result = try bench.examine(AcceptedCheck(site: nil, file: file, pageSize: 2))
        #expect(result.examined == 17 + 6)
        #expect(result.findings.count == 3)
        #expect(result.findings[0].hasSuffix("says something else"))
        #expect(result.findings[1] == "rating \(lost) was accepted, and ingestion remembers no such command")
        #expect(result.findings[2] == "opening \(episodes[0]) was accepted, and it is version 1, not 2")
    }

    @Test func `A file that is not what a sender notes is refused with its line`() throws {
        let files = try TestFolder()
        var file = try AcceptedLines(
            files.write("{\"kind\": \"opening\", \"id\": \"\(UUID().uuidString.lowercased())\"}\n{\"kind\": \"row\"}\n", to: "a"))
        let error = #expect(throws: UnreadableAccepted.self) { _ = try file.next(10) }
        #expect(error?.description.contains("/a:2: ") == true)
    }

    @Test func `A check of one site leaves the others alone`() throws {
        let (bench, episodes) = try DoctorBench.settled()
        try bench.damage("delete from ledger.event where stream_id = '\(episodes[2])' and version = 3")
        let south = SiteID("south")!
        #expect(try bench.examine(StreamCheck(site: south)).examined == 0)
        #expect(try bench.examine(AcceptedCheck(site: south, file: nil)).findings == [])
        #expect(try bench.examine(StreamCheck(site: DoctorBench.north)).differences == 1)
    }
}

extension DoctorBench {
    func event(_ stream: EpisodeID, version: Int64, category: LedgerCategory = .episode) throws -> EventID {
        try admin.run(
            "select event_id from ledger.event where category = $1 and stream_id = $2 and version = $3",
            [.int16(category.rawValue), .id(stream), .int64(version)]
        ).only().id(0)
    }
}
