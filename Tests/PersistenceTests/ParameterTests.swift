import Domain
import Foundation
import Persistence
import TestSupport
import Testing

@Suite struct ParameterTests {
    let connection: Connection
    private let database: TestDatabase

    init() throws {
        database = try TestDatabase.make(isMigrated: false)
        connection = try database.connect()
    }

    private func echo(_ parameter: Parameter, as type: String) throws -> Row {
        try connection.run(Statement("select $1::\(type)"), [parameter]).only()
    }

    @Test func scalarsComeBackAsTheyWent() throws {
        let id = UUID()
        #expect(try echo(.bool(true), as: "bool").bool(0))
        #expect(try !echo(.bool(false), as: "bool").bool(0))
        for value in [Int16.min, -1, 0, .max] { #expect(try echo(.int16(value), as: "smallint").int16(0) == value) }
        for value in [Int32.min, -1, 0, .max] { #expect(try echo(.int32(value), as: "int").int32(0) == value) }
        for value in [Int64.min, -1, 0, .max] { #expect(try echo(.int64(value), as: "bigint").int64(0) == value) }
        for value in ["", "grün – 好", "a'b\"c\\d\n"] { #expect(try echo(.text(value), as: "text").text(0) == value) }
        for value in [[], [0], [0, 255, 0], Array(0...255)] as [[UInt8]] {
            #expect(try echo(.bytes(value), as: "bytea").bytes(0) == value)
        }
        #expect(try echo(.uuid(id), as: "uuid").uuid(0) == id)
        #expect(try echo(.json(#"{"a": 1}"#), as: "jsonb").text(0) == #"{"a": 1}"#)
    }

    @Test func timesAndDaysMeanTheSameToTheServer() throws {
        let time = try #require(CalendarDay("1999-12-31")).daysSinceEpoch
        for microseconds in [0, -1, 946_684_800_000_000, Int64(time) * 86_400_000_000 + 123_456] {
            let value = Timestamp(microseconds: microseconds)
            #expect(try echo(.timestamp(value), as: "timestamptz").timestamp(0) == value)
        }
        for text in ["1900-01-01", "1970-01-01", "2000-01-01", "2024-02-29"] {
            let day = try #require(CalendarDay(text))
            #expect(try echo(.day(day), as: "date").day(0) == day)
            let sent = try connection.run("select to_char($1::date, 'YYYY-MM-DD')", [.day(day)])
            #expect(try sent.only().text(0) == text)
        }
        let instant = try connection.run(
            "select to_char($1::timestamptz at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
            [.timestamp(Timestamp(microseconds: 1_772_357_400_000_001))])
        #expect(try instant.only().text(0) == "2026-03-01 09:30:00.000001")
    }

    @Test func arraysComeBackAsTheyWentAlsoEmpty() throws {
        let ids = [UUID(), UUID()]
        let days = [CalendarDay(daysSinceEpoch: 0), CalendarDay(daysSinceEpoch: 20_000)]
        let times = [Timestamp(microseconds: 5), Timestamp(microseconds: -5)]
        #expect(try echo(.bools([true, false]), as: "bool[]").bools(0) == [true, false])
        #expect(try echo(.int16s([1, -2]), as: "smallint[]").int16s(0) == [1, -2])
        #expect(try echo(.int32s([1, -2]), as: "int[]").int32s(0) == [1, -2])
        #expect(try echo(.int64s([.max, .min]), as: "bigint[]").int64s(0) == [.max, .min])
        #expect(try echo(.texts(["", "ü"]), as: "text[]").texts(0) == ["", "ü"])
        #expect(try echo(.byteArrays([[], [0, 1]]), as: "bytea[]").byteArrays(0) == [[], [0, 1]])
        #expect(try echo(.uuids(ids), as: "uuid[]").uuids(0) == ids)
        #expect(try echo(.days(days), as: "date[]").days(0) == days)
        #expect(try echo(.timestamps(times), as: "timestamptz[]").timestamps(0) == times)

        #expect(try echo(.bools([]), as: "bool[]").bools(0).isEmpty)
        #expect(try echo(.int64s([]), as: "bigint[]").int64s(0).isEmpty)
        #expect(try echo(.texts([]), as: "text[]").texts(0).isEmpty)
        #expect(try echo(.byteArrays([]), as: "bytea[]").byteArrays(0).isEmpty)
        #expect(try echo(.uuids([]), as: "uuid[]").uuids(0).isEmpty)
    }

    @Test func nullsInsideArraysStayNulls() throws {
        let rows = try connection.run(
            """
            select * from unnest($1::int[], $2::text[], $3::bytea[], $4::uuid[], $5::date[], $6::bool[]) as u
            """,
            [
                .int32s([nil, 7]), .texts([nil, ""]), .byteArrays([nil, []]), .uuids([nil, UUID()]),
                .days([nil, CalendarDay(daysSinceEpoch: 1)]), .bools([nil, true]),
            ])
        #expect(rows.count == 2)
        for column in 0..<6 {
            #expect(try rows[0].isNull(column))
            #expect(try !rows[1].isNull(column))
        }
        #expect(try rows[1].text(1) == "")
        #expect(try rows[1].bytes(2) == [])
    }

    @Test func aNullFirstAndAValueLaterUseTheSameStatement() throws {
        let statement: Statement = "select $1::bigint, $2::text"
        let first = try connection.run(statement, [.null, .text("x")]).only()
        #expect(try first.optionalInt64(0) == nil)
        let second = try connection.run(statement, [.int64(9), .null]).only()
        #expect(try second.int64(0) == 9)
        #expect(try second.optionalText(1) == nil)
        let third = try connection.run(statement, [.null, .text("y")]).only()
        #expect(try third.text(1) == "y")
        let count = try connection.run("select count(*) from pg_prepared_statements where statement = $1", [
            .text(statement.sql)
        ])
        #expect(try count.only().int64(0) == 1)
    }

    @Test func readingAnotherTypeOrAnUnexpectedNullIsAnErrorAndNoTrap() throws {
        let row = try connection.run("select 1::int, null::text, array[1, null]::int[], 'infinity'::date").only()
        #expect(try row.int64(0) == 1)
        let attempts: [() throws -> Any] = [
            { try row.text(0) }, { try row.bool(0) }, { try row.text(1) }, { try row.int32s(2) }, { try row.day(3) },
            { try row.int64(4) }, { try row.int64(-1) }, { try row.uuids(0) },
        ]
        for attempt in attempts {
            let error = #expect(throws: DatabaseError.self) { try attempt() }
            #expect(error?.kind == .invalidResult)
        }
    }

    @Test func valuesThatTheDatabaseCannotHoldAreRefusedWithoutQuotingThem() throws {
        let bad: [(Parameter, String)] = [
            (.text("secret\0"), "text"), (.json("{\"secret"), "jsonb"),
            (.timestamp(Timestamp(microseconds: .min)), "timestamptz"),
            (.day(CalendarDay(daysSinceEpoch: .max)), "date"),
        ]
        for (parameter, type) in bad {
            let error = #expect(throws: DatabaseError.self) { try echo(parameter, as: type) }
            #expect(error?.kind == .invalidData)
            #expect(error?.description.contains("secret") == false)
        }
    }
}
