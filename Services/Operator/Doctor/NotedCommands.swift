import Contracts
import Domain
import FoundationEssentials
import Persistence

/// Commands that a sender noted, as far as the ledger has them.
struct NotedCommands {
    private struct Found {
        let event: EventID
        let version: Int64
        let stream: EpisodeID?
        let content: EpisodeEvent?
    }

    private let lines: [AcceptedLine]
    private var found: [[Found]]

    /// - Parameter sites: where a line that names no site is looked for.
    init(_ lines: [AcceptedLine], at sites: [SiteID], on connection: Connection) throws {
        self.lines = lines
        found = lines.map { _ in [] }
        let keys = lines.enumerated().flatMap { place, line in
            (line.site.map { [$0] } ?? sites).map { (place: place, site: $0, command: line.command(at: $0)) }
        }
        let rows = try connection.run(
            Self.select, [.texts(keys.map(\.site.text)), .uuids(keys.map(\.command))])
        for row in rows {
            let place = keys[Int(try row.int64(0)) - 1].place
            let type = try row.optionalText(4).flatMap { EventType(rawValue: $0) }
            let payload = try row.optionalBytes(5)
            let content = type.flatMap { type in payload.flatMap { try? EpisodeEventCodec.decode($0, type: type).event } }
            found[place].append(
                Found(event: try row.id(1), version: try row.int64(2), stream: try row.optionalID(3), content: content))
        }
    }

    func judge(into result: inout CheckResult) {
        for (line, found) in zip(lines, found) {
            result.examine()
            guard let fault = fault(line, found) else { continue }
            result.difference("\(line.words) was accepted, and \(fault)")
        }
    }

    private func fault(_ line: AcceptedLine, _ found: [Found]) -> String? {
        guard let first = found.first else { return "ingestion remembers no such command" }
        guard found.count == 1 else { return "\(found.count) sites know such a command; name the site" }
        if let event = line.event, event != first.event { return "its event is \(first.event), not \(event)" }
        if let version = line.version, version != first.version {
            return "it is version \(first.version), not \(version)"
        }
        guard let stream = first.stream, let content = first.content else {
            return "its event \(first.event) is not in the ledger"
        }
        return line.isTold(by: content, of: stream) ? nil : "its event \(first.event) says something else"
    }

    private static let select: Statement = """
        select k.place, c.event_id, c.version, e.stream_id, e.type, e.payload
        from unnest($1::text[], $2::uuid[]) with ordinality as k (site, command_id, place)
        join published.command c on c.site = k.site and c.command_id = k.command_id
        left join published.event e on e.event_id = c.event_id
        order by k.place
        """
}

/// Answers to alerts that a clinician noted, as far as the ledger has them.
struct NotedAnswers {
    private let lines: [AcceptedLine]
    private var steps: [AlertID: [AlertStep]] = [:]

    init(_ lines: [AcceptedLine], on connection: Connection) throws {
        self.lines = lines
        let alerts = Set(lines.compactMap(\.alert))
        guard !alerts.isEmpty else { return }
        let episodes: [EpisodeID] = try connection.run(
            "select distinct episode_id from published.alert where alert_id = any($1)", [.ids(alerts.sorted())]
        ).map { try $0.id(0) }
        let ranges = episodes.map { Ledger.StreamRange(stream: $0, firstVersion: 1, lastVersion: .max) }
        for record in try Ledger.events(in: ranges, category: .alert, on: connection) {
            guard let type = EventType(rawValue: record.type),
                let event = try? AlertEventCodec.decode(record.payload, type: type), alerts.contains(event.alert)
            else { continue }
            steps[event.alert, default: []].append(event.step)
        }
    }

    func judge(into result: inout CheckResult) {
        for line in lines {
            result.examine()
            guard let alert = line.alert, let fault = fault(line.kind, steps[alert] ?? []) else { continue }
            result.difference("\(line.words) was accepted, and \(fault)")
        }
    }

    /// The first acknowledgement stands, and a review or a resolution acknowledges as well: whoever comes later is
    /// answered 200.
    private func fault(_ kind: AcceptedLine.Kind, _ steps: [AlertStep]) -> String? {
        guard !steps.isEmpty else { return "there is no such alert" }
        let acknowledged = steps.count { if case .acknowledged = $0 { true } else { false } }
        let isReviewed = steps.contains { if case .reviewEntered = $0 { true } else { false } }
        let resolved = steps.count { if case .resolved = $0 { true } else { false } }
        if acknowledged > 1 || resolved > 1 { return "the ledger has it more than once" }
        return resolved > 0 || kind == .acknowledgement && (acknowledged > 0 || isReviewed) ? nil : "the ledger does not have it"
    }
}
