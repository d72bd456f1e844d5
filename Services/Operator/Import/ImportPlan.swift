import Contracts
import Domain
import ServiceKit
import SwiftCSV

/// One line for the batch endpoint, and where in the file it comes from.
struct ImportLine: Sendable {
    /// Row of the file, the header being row 1.
    let row: Int
    let column: String
    let isRating: Bool
    let json: JSON
}

/// The commands that a file amounts to, in order. All ids follow from site, source and the file's own
/// keys, so that importing it again says the same things again.
struct ImportPlan {
    let map: ImportMap
    let site: SiteID
    private let openedOn: CalendarDay
    private(set) var lines: [ImportLine] = []
    /// Rows that cannot even be turned into commands.
    private(set) var unreadable: [String] = []
    private var opened: Set<String> = []

    init(_ file: CSV<Named>, map: ImportMap, site: SiteID) throws {
        guard let openedOn = CalendarDay(map.openedOn) else { throw ImportProblem("opened_on must be YYYY-MM-DD") }
        self.map = map
        self.site = site
        self.openedOn = openedOn
        try Self.checkColumns(of: file, map)
        for (index, row) in file.rows.enumerated() {
            switch map.layout {
            case .wide: addWide(row, number: index + 2)
            case .long: addLong(row, number: index + 2)
            }
        }
    }

    private static func checkColumns(of file: CSV<Named>, _ map: ImportMap) throws {
        let wanted = [map.client] + [map.session, map.days?.column].compactMap { $0 }
            + map.measures.flatMap { ($0.columns ?? []) + ($0.items ?? []) + [$0.total].compactMap { $0 } }
        let missing = wanted.filter { !file.header.contains($0) }
        guard missing.isEmpty else {
            throw ImportProblem("the file has no column \(missing.joined(separator: ", ")); it has \(file.header.joined(separator: ", "))")
        }
    }

    private mutating func addWide(_ row: [String: String], number: Int) {
        guard let client = client(row, number) else { return }
        open(client, row: number)
        for session in 1...max(1, lastSession(row)) {
            let day = openedOn.advanced(by: (session - 1) * (map.daysBetweenSessions ?? 0))
            var values: [(measure: ImportMap.Measure, column: String, value: String)] = []
            for measure in map.measures {
                guard let columns = measure.columns, session <= columns.count else { continue }
                let value = Self.trimmed(row[columns[session - 1]])
                if !value.isEmpty { values.append((measure, columns[session - 1], value)) }
            }
            guard !values.isEmpty else {
                if map.empty == .missed { addMissed(client, session, day, row: number) }
                continue
            }
            addHeld(client, session, day, row: number)
            for (measure, column, value) in values {
                addRating(client, measure, session, day, row: number, column: column, "total", Self.number(value))
            }
        }
    }

    /// The last session with any value: what lies empty behind it did not happen, so it was not missed.
    private func lastSession(_ row: [String: String]) -> Int {
        map.measures.map { measure in
            ((measure.columns ?? []).lastIndex { !Self.trimmed(row[$0]).isEmpty } ?? -1) + 1
        }.max() ?? 0
    }

    private mutating func addLong(_ row: [String: String], number: Int) {
        guard let client = client(row, number) else { return }
        guard let column = map.session, let session = Int(Self.decimalText(Self.trimmed(row[column]))),
            EpisodeRules.sessionNumbers.contains(session)
        else {
            unreadable.append("row \(number), column \(map.session ?? ""): not a session number")
            return
        }
        guard let day = day(row, session) else {
            unreadable.append("row \(number), column \(map.days?.column ?? ""): not a number of \(map.days?.unit.rawValue ?? "days")")
            return
        }
        open(client, row: number)
        addHeld(client, session, day, row: number)
        for measure in map.measures {
            if let total = measure.total {
                let value = Self.trimmed(row[total])
                guard !value.isEmpty else { continue }
                addRating(client, measure, session, day, row: number, column: total, "total", Self.number(value))
            } else if let items = measure.items {
                let values = items.map { Self.trimmed(row[$0]) }
                guard values.contains(where: { !$0.isEmpty }) else { continue }
                let answers = JSON.array(values.map { $0.isEmpty ? .null : Self.number($0) })
                addRating(client, measure, session, day, row: number, column: items[0], "items", answers)
            }
        }
    }

    private mutating func client(_ row: [String: String], _ number: Int) -> String? {
        let client = Self.trimmed(row[map.client])
        if client.isEmpty { unreadable.append("row \(number), column \(map.client): names no client") }
        return client.isEmpty ? nil : client
    }

    private func day(_ row: [String: String], _ session: Int) -> CalendarDay? {
        guard let days = map.days else {
            return openedOn.advanced(by: (session - 1) * (map.daysBetweenSessions ?? 0))
        }
        guard let value = Double(Self.trimmed(row[days.column])), (0...12_000).contains(value) else { return nil }
        // A month of the Gregorian calendar has 30.436875 days on average.
        return openedOn.advanced(by: Int((days.unit == .months ? value * 30.436875 : value).rounded(.down)))
    }

    // MARK: - Commands

    private func id<ID: Identity>(_ parts: String...) -> ID {
        DerivedIdentity.named("attune import", site.text, map.source, parts.joined(separator: "\u{1F}"))
    }

    private func episode(_ client: String) -> JSON { .text(id("episode", client) as EpisodeID) }

    private mutating func open(_ client: String, row: Int) {
        guard opened.insert(client).inserted else { return }
        let participant: JSON = [
            "participantId": .text(id("participant", client) as ParticipantID), "role": .string(map.role ?? "self"),
            "ageBand": .string(map.ageBand ?? "adult"),
        ]
        add(
            row, map.client, [
                "type": "episode", "episodeId": episode(client), "site": .string(site.text),
                "service": .string(map.service), "openedOn": .text(openedOn), "clinician": .string(map.clinician),
                "participants": [participant],
            ])
    }

    private mutating func addHeld(_ client: String, _ session: Int, _ day: CalendarDay, row: Int) {
        add(
            row, map.client, [
                "type": "session", "episodeId": episode(client),
                "sessionId": .text(id("session", client, "\(session)") as SessionID),
                "held": ["number": .integer(session), "day": .text(day)],
            ])
    }

    private mutating func addMissed(_ client: String, _ session: Int, _ day: CalendarDay, row: Int) {
        add(
            row, map.client, [
                "type": "session", "episodeId": episode(client),
                "sessionId": .text(id("session", client, "\(session)") as SessionID),
                "missed": ["day": .text(day), "reason": "not_attended"],
            ])
    }

    private mutating func addRating(
        _ client: String, _ measure: ImportMap.Measure, _ session: Int, _ day: CalendarDay, row: Int, column: String,
        _ field: String, _ answers: JSON
    ) {
        add(
            row, column, isRating: true, [
                "type": "rating", "episodeId": episode(client),
                "ratingId": .text(id("rating", client, measure.instrument, "\(session)") as RatingID),
                "participantId": .text(id("participant", client) as ParticipantID),
                "instrument": .string(measure.instrument), "version": .string(measure.version),
                "session": .integer(session), "day": .text(day), field: answers,
            ])
    }

    private mutating func add(_ row: Int, _ column: String, isRating: Bool = false, _ members: KeyValuePairs<String, JSON>) {
        let object = JSON.object(members.map { JSON.Member($0.key, $0.value) })
        lines.append(ImportLine(row: row, column: column, isRating: isRating, json: object))
    }

    // MARK: - Cells

    private static func trimmed(_ cell: String?) -> String {
        String((cell ?? "").drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    /// Spreadsheets write whole numbers as `33.0`; the zeros say nothing.
    private static func decimalText(_ value: String) -> String {
        guard let point = value.firstIndex(of: "."), value[value.index(after: point)...].allSatisfy({ $0 == "0" }) else {
            return value
        }
        return String(value[..<point])
    }

    /// A number where it is one, else the text, which ingestion then refuses by its place.
    private static func number(_ value: String) -> JSON {
        let text = decimalText(value)
        return (try? JSON.parse(Array(text.utf8))) ?? .string(value)
    }
}

extension CalendarDay {
    fileprivate func advanced(by days: Int) -> CalendarDay { CalendarDay(daysSinceEpoch: daysSinceEpoch + days) }
}
