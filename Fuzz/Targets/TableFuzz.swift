import Domain
import Foundation
import ServiceKit
import SwiftCSV

@testable import attune

/// Tables: of an import, and of the directory.
enum TableFuzz {
    private static let maps: [ImportMap] = [wide, long].compactMap { text in
        read { try ImportMap.read(text, "map.yaml") }
    }

    private static let wide = """
        source: a
        layout: wide
        client: id
        service: s
        clinician: c
        opened_on: 2024-01-08
        days_between_sessions: 7
        empty: missed
        measures: [{instrument: ors, version: "2000", columns: [a, b]}]
        """

    private static let long = """
        source: a
        layout: long
        client: id
        service: s
        clinician: c
        opened_on: 2024-01-08
        session: n
        days: {column: m, unit: months}
        measures:
          - {instrument: ors, version: "2000", total: a}
          - {instrument: phq-9, version: "2001", items: [b]}
        """

    static func csv(_ bytes: [UInt8]) throws(FuzzFault) {
        try hold(maps.count == 2, "a map cannot be read")
        guard let table = read({ try ImportTable.read(String(decoding: bytes, as: UTF8.self)) }) else { return }
        for map in maps {
            guard let plan = read({ try ImportPlan(table, map: map, site: SiteID(unchecked: "north")) }) else {
                continue
            }
            for line in plan.lines {
                try hold(
                    read { try JSON.parse(line.json.encoded) } == line.json,
                    "a line is another one after it was written")
                try hold(line.row >= 2, "a line of no row")
            }
        }
    }

    static func directory(_ bytes: [UInt8]) throws(FuzzFault) {
        for isJSON in [false, true] {
            var faults: [DirectoryFault] = []
            var reader = DirectoryReader(folder: URL(filePath: "/nowhere"))
            do throws(DirectoryFault) {
                reader.read(try DirectoryEntries.read(bytes, isJSON: isJSON, &faults))
            } catch {
                faults.append(error)
            }
            for fault in faults + reader.faults {
                try hold(!fault.problem.isEmpty && !fault.advice.isEmpty, "a fault without advice")
                try Secrecy.check("\(fault)", of: bytes)
            }
        }
    }
}
