import Foundation
import Testing

@Suite struct ImportCommandTests {
    private static let map = """
        source: clinic-a
        layout: long
        client: id
        service: outpatient
        clinician: c-01
        opened_on: 2024-01-08
        session: wave
        days: {column: days, unit: days}
        measures:
          - {instrument: ors, version: "2000", total: ors}
          - {instrument: phq-9, version: "2001", items: [p1, p2, p3, p4, p5, p6, p7, p8, p9]}
        """
    private static let header = "id,wave,days,ors,p1,p2,p3,p4,p5,p6,p7,p8,p9\n"

    @Test func `A sound file is imported on the backfill lane, and a second time nothing is`() async throws {
        try await IngestionHost.run { host async throws in
            let table = Self.header + "1,1,0,18.5,,,,,,,,,\n1,2,7,20,1,1,1,1,1,1,1,1,0\n2,1,0,40,,,,,,,,,\n"
            let first = try await host.attuneImport(table, map: Self.map)
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.lines == ["ratings accepted: 4, known before: 0; refused: 0"])
            let second = try await host.attuneImport(table, map: Self.map)
            #expect(second.status == 0)
            #expect(second.lines == ["ratings accepted: 0, known before: 4; refused: 0"])
            #expect(try host.count(.episodeOpened) == 2)
            #expect(try host.count(.sessionHeld) == 3)
            #expect(try host.count(.ratingRecorded) == 4)
            #expect(try host.count(.ratingRecorded, backfill: false) == 0)
        }
    }

    @Test func `Each refused row is reported with its place and reason, and the others are imported`() async throws {
        try await IngestionHost.run { host async throws in
            let table =
                Self.header + """
                    1,1,0,18,,,,,,,,,
                    1,2,7,40.1,,,,,,,,,
                    1,3,14,many,,,,,,,,,
                    1,4,21,20.55,,,,,,,,,
                    1,5,28,,1,1,1,1,4,1,1,1,0
                    1,6,35,,1,1,1,1,,1,1,1,0
                    1,x,42,20,,,,,,,,,
                    ,1,0,20,,,,,,,,,
                    1,8,11999,20,,,,,,,,,
                    1,9,56,21,,,,,,,,,
                    """ + "\n"
            let ending = try await host.attuneImport(table, map: Self.map)
            #expect(ending.status == 3)
            let expected = [
                ("row 8, column wave", "not a session number"), ("row 9, column id", "names no client"),
                ("row 3, column ors", "/total"), ("row 4, column ors", "/total"), ("row 5, column ors", "/total"),
                ("row 6, column p1", "/items/4"), ("row 7, column p1", "/items item 5"),
                ("row 10, column id", "/held/day"), ("row 10, column ors", "/day"),
            ]
            #expect(ending.lines.count == expected.count + 1, "\(ending.output)")
            for (line, (place, reason)) in zip(ending.lines, expected) {
                #expect(line.hasPrefix(place + ": "))
                #expect(line.contains(reason))
            }
            #expect(ending.lines.last == "ratings accepted: 2, known before: 0; refused: 9")
            #expect(try host.count(.ratingRecorded) == 2)
        }
    }

    @Test func `What differs from what was imported before is refused, not put in its place`() async throws {
        try await IngestionHost.run { host async throws in
            #expect(try await host.attuneImport(Self.header + "1,1,0,18,,,,,,,,,\n", map: Self.map).status == 0)
            let changed = try await host.attuneImport(Self.header + "1,1,0,19,,,,,,,,,\n", map: Self.map)
            #expect(changed.status == 3)
            #expect(changed.lines.first?.hasPrefix("row 2, column ors: ") == true, "\(changed.output)")
            #expect(try host.count(.ratingRecorded) == 1)
        }
    }

    @Test func `An instrument that the catalogue does not hold is named as the reason`() async throws {
        try await IngestionHost.run { host async throws in
            let map = Self.map.replacing(#"instrument: ors, version: "2000""#, with: #"instrument: ors, version: "1999""#)
            let ending = try await host.attuneImport(Self.header + "1,1,0,18,,,,,,,,,\n", map: map)
            #expect(ending.status == 3)
            #expect(ending.lines.first?.contains("/version is not a version in the catalogue; known: 2000") == true)
        }
    }

    @Test func `More rows than one request takes are all imported`() async throws {
        try await IngestionHost.run { host async throws in
            let rows = (1...300).map { "\($0),1,0,\($0 % 41),,,,,,,,,\n" }.joined()
            let ending = try await host.attuneImport(Self.header + rows, map: Self.map)
            #expect(ending.lines == ["ratings accepted: 300, known before: 0; refused: 0"])
            #expect(try host.count(.episodeOpened) == 300)
        }
    }

    @Test func `On the live lane what is imported is live`() async throws {
        try await IngestionHost.run { host async throws in
            _ = try await host.attuneImport(Self.header + "1,1,0,18,,,,,,,,,\n", map: Self.map, "--live")
            #expect(try host.count(.ratingRecorded, backfill: false) == 1)
            #expect(try host.count(.ratingRecorded) == 0)
        }
    }

    @Test func `A dry run reads everything, reports what cannot be read and sends nothing`() async throws {
        try await IngestionHost.run { host async throws in
            let table = Self.header + "1,1,0,18,,,,,,,,,\n1,x,0,18,,,,,,,,,\n"
            let ending = try await host.attuneImport(table, map: Self.map, "--dry-run", token: "/nowhere")
            #expect(ending.status == 3)
            #expect(ending.lines.first == "row 3, column wave: not a session number")
            #expect(try host.count(.episodeOpened) == 0)
        }
    }

    @Test func `What stops an import as a whole ends it with status 1 and a reason`() async throws {
        try await IngestionHost.run { host async throws in
            let table = Self.header + "1,1,0,18,,,,,,,,,\n"
            let noMap = try await host.attuneImport(table, map: "source: [")
            #expect(noMap.status == 1)
            let noColumn = try await host.attuneImport("id,wave,days\n1,1,0\n", map: Self.map)
            #expect(noColumn.status == 1)
            #expect(noColumn.errors.contains("the file has no column ors, p1"))
            let noToken = try await host.attuneImport(table, map: Self.map, token: "/nowhere")
            #expect(noToken.status == 1)
            #expect(noToken.errors.contains("/nowhere: cannot be read"))
            let reader = try await host.token("auditor", roles: [.auditor])
            let wrongRole = try await host.attuneImport(table, map: Self.map, token: reader)
            #expect(wrongRole.status == 1)
            #expect(wrongRole.errors.contains("refuses the token (403)"))
            #expect(try host.count(.episodeOpened) == 0)
        }
    }

    @Test func `While ingestion does not serve an import tries on, and gives up as something to run again`() async throws {
        try await IngestionHost.run { host async throws in
            let table = try host.files.write(Self.header + "1,1,0,18,,,,,,,,,\n", to: "other.csv")
            let map = try host.files.write(Self.map, to: "other.yaml")
            // Port 9 of the loopback: nobody listens there.
            let ending = try await Program.attune([
                "import", table, "--map", map, "--site", "north", "--url", "http://127.0.0.1:9", "--token-file",
                host.tokenFile, "--patience", "0",
            ])
            #expect(ending.status == 1)
            #expect(ending.errors.contains("run the import again later"))
        }
    }
}
