import Domain
import Foundation
import ServiceKit
import SwiftCSV
import Testing

@testable import attune

@Suite struct ImportPlanTests {
    private static let wide = """
        source: clinic-a
        layout: wide
        client: id
        service: outpatient
        clinician: c-01
        opened_on: 2024-01-08
        days_between_sessions: 7
        empty: missed
        measures:
          - {instrument: ors, version: "2000", columns: [o1, o2, o3, o4]}
          - {instrument: srs, version: "2002", columns: [s1, s2]}
        """

    private static let long = """
        source: clinic-a
        layout: long
        client: id
        service: outpatient
        clinician: c-01
        age_band: adolescent
        role: caretaker
        opened_on: 2024-01-08
        session: wave
        days: {column: months, unit: months}
        measures:
          - {instrument: ors, version: "2000", total: ors}
          - {instrument: phq-9, version: "2001", items: [p1, p2, p3]}
        """

    private func plan(_ map: String, _ table: String, site: String = "north") throws -> ImportPlan {
        let folder = try TestFolder()
        let map = try ImportMap.read(try folder.write(map, to: "map.yaml"))
        return try ImportPlan(try CSV<Named>(string: table, loadColumns: false), map: map, site: SiteID(site)!)
    }

    /// What a line says of itself, in short: `rating 2 2024-01-15 33`.
    private func words(_ line: ImportLine) -> String {
        func text(_ value: JSON?) -> String {
            switch value {
            case .string(let text)?: text
            case .number(let number)?: number.text
            case .array(let values)?: "[" + values.map { text($0) }.joined(separator: " ") + "]"
            case .null?: "-"
            default: ""
            }
        }
        let json = line.json
        switch text(json["type"]) {
        case "episode": return "episode \(text(json["openedOn"]))"
        case "session":
            if let held = json["held"] { return "held \(text(held["number"])) \(text(held["day"]))" }
            return "missed \(text(json["missed"]?["day"]))"
        default:
            return "\(text(json["instrument"])) \(text(json["session"])) \(text(json["day"])) "
                + text(json["total"] ?? json["items"])
        }
    }

    @Test func `A wide row is an episode with a session per column, missed where all are empty, ended by the last value`() throws {
        let plan = try plan(Self.wide, "id,o1,o2,o3,o4,s1,s2\n7,18.0,,21.5,,36,\n")
        #expect(plan.unreadable.isEmpty)
        #expect(
            plan.lines.map(words) == [
                "episode 2024-01-08", "held 1 2024-01-08", "ors 1 2024-01-08 18", "srs 1 2024-01-08 36",
                "missed 2024-01-15", "held 3 2024-01-22", "ors 3 2024-01-22 21.5",
            ])
        #expect(plan.lines.map(\.row) == Array(repeating: 2, count: 7))
        #expect(plan.lines.filter(\.isRating).map(\.column) == ["o1", "s1", "o3"])
    }

    @Test func `Empty sessions are passed over where the map says so`() throws {
        let map = Self.wide.replacing("empty: missed", with: "empty: skip")
        let plan = try plan(map, "id,o1,o2,o3,o4,s1,s2\n7,18,,21,,,\n")
        #expect(plan.lines.map(words).filter { $0.hasPrefix("missed") }.isEmpty)
        #expect(plan.lines.map(words).contains("held 3 2024-01-22"))
    }

    @Test func `A long row is a session, its day counted from the opening, its items in their order with gaps`() throws {
        let plan = try plan(
            Self.long, "id,wave,months,ors,p1,p2,p3\n7,1.0,0,18,,,\n7,2,2.5,,1,,3\n8,1,0, 20 ,0,0,0\n")
        #expect(plan.unreadable.isEmpty)
        #expect(
            plan.lines.map(words) == [
                "episode 2024-01-08", "held 1 2024-01-08", "ors 1 2024-01-08 18",
                "held 2 2024-03-24", "phq-9 2 2024-03-24 [1 - 3]",
                "episode 2024-01-08", "held 1 2024-01-08", "ors 1 2024-01-08 20", "phq-9 1 2024-01-08 [0 0 0]",
            ])
        #expect(plan.lines.map(\.row) == [2, 2, 2, 3, 3, 4, 4, 4, 4])
        guard case .array(let participants)? = plan.lines[0].json["participants"] else {
            Issue.record("an episode without participants")
            return
        }
        #expect(participants.first?["role"] == "caretaker")
        #expect(participants.first?["ageBand"] == "adolescent")
    }

    @Test(arguments: [
        (" ,1,0,18,,,", "row 3, column id: names no client"),
        ("7,first,0,18,,,", "row 3, column wave: not a session number"),
        ("7,,0,18,,,", "row 3, column wave: not a session number"),
        ("7,1.5,0,18,,,", "row 3, column wave: not a session number"),
        ("7,9223372036854775807,0,18,,,", "row 3, column wave: not a session number"),
        ("7,-9223372036854775808,0,18,,,", "row 3, column wave: not a session number"),
        ("7,2,soon,18,,,", "row 3, column months: not a number of months"),
        ("7,2,-1,18,,,", "row 3, column months: not a number of months"),
        ("7,2,nan,18,,,", "row 3, column months: not a number of months"),
        ("7,2,1e300,18,,,", "row 3, column months: not a number of months"),
    ])
    func `A row that cannot be read is named with its reason, and the others are imported`(row: String, reason: String) throws {
        for map in [Self.long, Self.long.replacing("source: clinic-a", with: "source: clinic-a\ndays_between_sessions: 7")] {
            let plan = try plan(map, "id,wave,months,ors,p1,p2,p3\n5,1,0,18,,,\n\(row)\n6,1,0,19,,,\n")
            #expect(plan.unreadable == [reason])
            #expect(plan.lines.filter(\.isRating).map(words) == ["ors 1 2024-01-08 18", "ors 1 2024-01-08 19"])
        }
    }

    @Test func `A session number beyond all calendars is refused, not computed with`() throws {
        let map = Self.long.replacing("days: {column: months, unit: months}", with: "days_between_sessions: 7")
        let plan = try plan(map, "id,wave,ors,p1,p2,p3\n5,9223372036854775807,18,,,\n6,2,19,,,\n")
        #expect(plan.unreadable == ["row 2, column wave: not a session number"])
        #expect(plan.lines.filter(\.isRating).map(words) == ["ors 2 2024-01-15 19"])
    }

    @Test func `What is no number goes to ingestion as it stands, which knows the range and the place`() throws {
        let plan = try plan(Self.long, "id,wave,months,ors,p1,p2,p3\n7,1,0,many,1,x,3\n")
        #expect(plan.lines.filter(\.isRating).map(words) == ["ors 1 2024-01-08 many", "phq-9 1 2024-01-08 [1 x 3]"])
    }

    @Test func `The same file of the same source says the same things, another site or source others`() throws {
        let table = "id,o1,o2,o3,o4,s1,s2\n7,18,20,21,22,36,37\n8,18,20,21,22,36,37\n"
        func ids(_ plan: ImportPlan) -> [JSON] {
            plan.lines.flatMap { line in
                ["episodeId", "sessionId", "ratingId", "participantId"].compactMap { line.json[$0] }
            }
        }
        let first = ids(try plan(Self.wide, table))
        #expect(ids(try plan(Self.wide, table)) == first)
        let elsewhere = ids(try plan(Self.wide, table, site: "south"))
        let renamed = ids(try plan(Self.wide.replacing("clinic-a", with: "clinic-b"), table))
        #expect(Set(first).isDisjoint(with: elsewhere))
        #expect(Set(first).isDisjoint(with: renamed))
        // Two clients, each with an episode, a participant, four sessions and six ratings.
        #expect(Set(first).count == 24)
    }

    @Test func `A file without the columns that the map names is refused as a whole`() throws {
        let error = #expect(throws: ImportProblem.self) {
            try plan(Self.long, "id,wave,ors,p1,p3\n7,1,18,1,1\n")
        }
        #expect(error?.description == "the file has no column months, p2; it has id, wave, ors, p1, p3")
    }

    @Test(arguments: [
        ("layout: wide", "layout: broad", "layout"),
        ("client: id\n", "", "field client is missing"),
        ("empty: missed", "empties: missed", "unknown field empties"),
        ("opened_on: 2024-01-08", "opened_on: 2024-02-30", "opened_on must be YYYY-MM-DD"),
        ("opened_on: 2024-01-08", "opened_on: 08.01.2024", "opened_on must be YYYY-MM-DD"),
        ("days_between_sessions: 7\n", "", "give days_between_sessions"),
        ("days_between_sessions: 7", "days: {column: o1, unit: days}", "give days_between_sessions"),
        ("days_between_sessions: 7", "days_between_sessions: 9000000000000000000", "days_between_sessions must be"),
        ("days_between_sessions: 7", "days_between_sessions: -7", "days_between_sessions must be"),
        ("columns: [s1, s2]", "total: s1", "give columns (wide)"),
        ("columns: [s1, s2]", "columns: [s1], total: s1", "give columns (wide)"),
        ("layout: wide", "layout: long", "give columns (wide), or one of total and items (long)"),
    ])
    func `A map that cannot be meant is refused with what is wrong with it`(from: String, to: String, reason: String) throws {
        try #require(Self.wide.contains(from))
        let error = #expect(throws: ImportProblem.self) {
            try plan(Self.wide.replacing(from, with: to), "id,o1,o2,o3,o4,s1,s2\n")
        }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }
}
