import Contracts
import Domain
import Persistence
import ServiceKit

/// That somebody looked at data of an episode, or was turned away.
struct SeenBy: Sendable {
    let version: Int64
    let at: Timestamp
    let event: AccessEvent

    /// So many at a time.
    static let most = 200

    /// Newest first.
    /// - Parameter before: number of an event within the episode; nil for the newest.
    static func read(_ episode: EpisodeID, before: Int64?, on connection: Connection) throws -> [SeenBy] {
        let rows = try connection.run(select, [.id(episode), .int64(before ?? .max), .int64(Int64(most))])
        return try rows.compactMap { row in
            // Events about a client's words are told of elsewhere.
            guard let type = EventType(rawValue: try row.text(1)),
                let event = try? AccessEventCodec.decode(try row.bytes(2), type: type)
            else { return nil }
            return SeenBy(version: try row.int64(0), at: try row.timestamp(3), event: event)
        }
    }

    private static let select: Statement = """
        select version, type, payload, recorded_at from published.portal_event
        where category = 4 and stream_id = $1 and version < $2 order by version desc limit $3
        """
}

/// The values of the page on which a client sees who has looked.
struct LooksPage {
    let seen: [SeenBy]
    let sight: EpisodeSight
    let client: Visitor.Client
    /// The client's own.
    let subject: String
    let words: Words

    var values: [String: Any] {
        let shown = seen.compactMap { look in line(look).map { (look: look, line: $0) } }
        let own = shown.filter { $0.look.event.accessedBy == subject }.map(\.line)
        let others = shown.filter { $0.look.event.accessedBy != subject }.map(\.line)
        var values: [String: Any] = [
            "others": others, "hasOthers": !others.isEmpty, "own": own, "hasOwn": !own.isEmpty,
            "ownCount": words("looks.own", count: own.count),
        ]
        if seen.count == SeenBy.most, let last = seen.last { values["older"] = "/my/looks?before=\(last.version)" }
        return values
    }

    /// Nil for what concerns another person of the episode alone.
    private func line(_ look: SeenBy) -> [String: String]? {
        guard let what = what(look.event.body) else { return nil }
        return [
            "time": words.time(look.at, in: sight.policy.zone), "who": who(look.event), "what": what,
        ]
    }

    private func who(_ event: AccessEvent) -> String {
        guard let role = event.body.role.flatMap(Role.init(rawValue:)) else { return words["looks.who.other"] }
        switch role {
        case .client: return event.accessedBy == subject ? words["looks.who.you"] : words["looks.who.client"]
        case .clinician:
            return event.accessedBy == sight.found.clinician
                ? words["looks.who.ownClinician"] : words["looks.who.clinician"]
        case .supervisor: return words["looks.who.supervisor"]
        case .siteAdmin, .networkAdmin: return words["looks.who.admin"]
        case .auditor: return words["looks.who.auditor"]
        case .operator: return words["looks.who.operator"]
        case .integration: return words["looks.who.integration"]
        }
    }

    private func what(_ body: AccessEventBody) -> String? {
        switch body {
        case .viewed(let view, _, let participant):
            guard participant == nil || participant == client.participant else { return nil }
            return words.looked(at: view)
        case .viewRefused: return words["looks.refused"]
        case .alertAnswerRefused: return words["looks.answerRefused"]
        case .evidenceExported: return words["looks.exported"]
        case .directoryChanged, .reflectionShared, .reflectionShareEnded: return nil
        }
    }
}

extension AccessEventBody {
    /// As what somebody looked; nil where the event does not say.
    fileprivate var role: String? {
        switch self {
        case .viewed(_, let role, _), .viewRefused(_, let role): role
        case .alertAnswerRefused, .evidenceExported, .directoryChanged, .reflectionShared, .reflectionShareEnded: nil
        }
    }
}

extension Words {
    fileprivate func looked(at view: ClientDataView) -> String {
        switch view {
        case .graph: self["looks.view.graph"]
        case .jointGraph: self["looks.view.jointGraph"]
        case .graphFile: self["looks.view.graphFile"]
        case .checkIn: self["looks.view.checkIn"]
        case .caseload: self["looks.view.caseload"]
        case .alerts, .alert: self["looks.view.alerts"]
        case .session: self["looks.view.session"]
        case .supervision: self["looks.view.supervision"]
        case .reflection: self["looks.view.reflection"]
        case .history: self["looks.view.history"]
        case .accessLog: self["looks.view.accessLog"]
        case .evidence: self["looks.view.evidence"]
        }
    }
}
