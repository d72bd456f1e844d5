import Domain
import FoundationEssentials
import ServiceKit
import SwiftCSV

/// What is wrong with a directory file: where, what, and what to do. Never repeats a contact.
struct DirectoryFault: Error, Hashable, CustomStringConvertible {
    /// `row 7, email`, or the JSON pointer `/people/3/email`; empty for the file as a whole.
    let place: String
    let problem: String
    let advice: String

    var description: String { (place.isEmpty ? "" : "\(place): ") + "\(problem); \(advice)" }
}

/// One site, team or person as a file gives it, not checked yet: the same from CSV and JSON.
struct DirectoryEntry {
    enum Kind: String, CaseIterable {
        case site, team, person

        var fields: Set<String> {
            switch self {
            case .site: ["id", "time_zone", "language", "working_hours", "duty_desk"]
            case .team: ["id", "site"]
            case .person:
                [
                    "id", "site", "team", "roles", "supervisor", "language", "time_zone", "working_hours", "email", "phone",
                    "webhook_url", "webhook_key_id", "webhook_key_file",
                ]
            }
        }

        /// The list of JSON that holds them.
        var list: String {
            switch self {
            case .site: "sites"
            case .team: "teams"
            case .person: "people"
            }
        }
    }

    let kind: Kind
    /// `row 7`, or `/people/3`.
    let place: String
    let isRow: Bool
    /// What is not empty.
    let values: [String: String]

    func place(of field: String) -> String { isRow ? "\(place), \(field)" : "\(place)/\(field)" }

    func fault(_ field: String, _ problem: String, _ advice: String) -> DirectoryFault {
        DirectoryFault(place: place(of: field), problem: problem, advice: advice)
    }
}

/// A file of the directory, taken apart into entries.
enum DirectoryEntries {
    static let sizeLimit = 32 << 20
    static let countLimit = 100_000
    private static let valueLength = 2048

    /// - Throws: where the file as a whole cannot be read; faults of entries are gathered.
    static func read(
        _ bytes: [UInt8], isJSON: Bool, _ faults: inout [DirectoryFault]
    ) throws(DirectoryFault) -> [DirectoryEntry] {
        let entries = isJSON ? try json(bytes, &faults) : try csv(bytes, &faults)
        guard entries.count <= countLimit else {
            throw DirectoryFault(
                place: "", problem: "has more than \(countLimit) entries", advice: "split the network into installations")
        }
        return entries.filter { check($0, &faults) }
    }

    /// Fields that do not belong to the kind, and values that are too long or would break a line.
    private static func check(_ entry: DirectoryEntry, _ faults: inout [DirectoryFault]) -> Bool {
        let before = faults.count
        for (field, value) in entry.values.sorted(by: { $0.key < $1.key }) {
            if !entry.kind.fields.contains(field) {
                faults.append(
                    entry.fault(
                        field, "a \(entry.kind.rawValue) has no such field",
                        "known are \(entry.kind.fields.sorted().joined(separator: ", "))"))
            } else if value.utf8.count > valueLength || value.unicodeScalars.contains(where: { $0.value < 0x20 }) {
                faults.append(
                    entry.fault(
                        field, "is too long or holds control characters", "give at most \(valueLength) bytes on one line"))
            }
        }
        return faults.count == before
    }

    // MARK: - JSON

    private static func json(
        _ bytes: [UInt8], _ faults: inout [DirectoryFault]
    ) throws(DirectoryFault) -> [DirectoryEntry] {
        let root: JSONField
        do throws(JSONSyntaxError) {
            root = JSONField(try JSON.parse(bytes, limits: JSONLimits(depth: 8, values: 3_000_000)))
        } catch {
            throw DirectoryFault(place: "line \(error.line)", problem: "\(error)", advice: "give strict JSON in UTF-8")
        }
        var entries: [DirectoryEntry] = []
        do throws(FieldError) {
            let document = try root.object(Set(DirectoryEntry.Kind.allCases.map(\.list)))
            for kind in DirectoryEntry.Kind.allCases {
                for field in try document.optional(kind.list)?.array(0...countLimit) ?? [] {
                    do throws(FieldError) {
                        entries.append(try entry(kind, field))
                    } catch {
                        faults.append(fault(error))
                    }
                }
            }
        } catch {
            throw fault(error)
        }
        return entries
    }

    private static func fault(_ error: FieldError) -> DirectoryFault {
        DirectoryFault(place: error.pointer, problem: error.detail, advice: "see docs/directory.md for the form")
    }

    private static func entry(_ kind: DirectoryEntry.Kind, _ field: JSONField) throws(FieldError) -> DirectoryEntry {
        let object = try field.anyObject()
        var values: [String: String] = [:]
        for name in object.names {
            guard let value = object.optional(name) else { continue }
            if name == "roles" {
                let roles = try value.array(0...20).map { role throws(FieldError) in try role.string() }
                values[name] = roles.joined(separator: " ")
            } else {
                values[name] = try value.string(0...valueLength)
            }
        }
        return DirectoryEntry(kind: kind, place: field.pointer, isRow: false, values: values.filter { !$0.value.isEmpty })
    }

    // MARK: - CSV

    private static func csv(
        _ bytes: [UInt8], _ faults: inout [DirectoryFault]
    ) throws(DirectoryFault) -> [DirectoryEntry] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw DirectoryFault(place: "", problem: "is not UTF-8 text", advice: "save it as UTF-8")
        }
        let unmarked = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        guard let table = try? CSV<Enumerated>(string: unmarked, delimiter: .comma, loadColumns: false) else {
            throw DirectoryFault(
                place: "", problem: "is not CSV with a header row", advice: "separate by commas and close every quote")
        }
        let known = DirectoryEntry.Kind.allCases.reduce(into: Set(["type"])) { $0.formUnion($1.fields) }
        let header = table.header.map(trimmed)
        for (index, name) in header.enumerated() where !known.contains(name) {
            // Of a file without a header row, the first row is somebody.
            let isMisspelt = name.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "_") }
            throw DirectoryFault(
                place: "row 1", problem: (isMisspelt ? "\"\(name)\"" : "cell \(index + 1)") + " is not a column",
                advice: "known are \(known.sorted().joined(separator: ", "))")
        }
        guard Set(header).count == header.count, header.contains("type"), header.contains("id") else {
            throw DirectoryFault(
                place: "row 1", problem: "a column stands twice, or type or id is missing", advice: "name each column once")
        }
        var entries: [DirectoryEntry] = []
        for (index, row) in table.rows.enumerated() where row.contains(where: { !trimmed($0).isEmpty }) {
            let place = "row \(index + 2)"
            guard row.dropFirst(header.count).allSatisfy({ trimmed($0).isEmpty }) else {
                faults.append(
                    DirectoryFault(
                        place: place, problem: "has more cells than the header", advice: "quote cells that hold commas"))
                continue
            }
            var values = Dictionary(zip(header, row.map(trimmed)), uniquingKeysWith: { first, _ in first })
            values = values.filter { !$0.value.isEmpty }
            guard let kind = values.removeValue(forKey: "type").flatMap(DirectoryEntry.Kind.init(rawValue:)) else {
                faults.append(
                    DirectoryFault(place: "\(place), type", problem: "is not a type", advice: "give site, team or person"))
                continue
            }
            entries.append(DirectoryEntry(kind: kind, place: place, isRow: true, values: values))
        }
        return entries
    }

    private static func trimmed(_ cell: String) -> String {
        String(cell.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
