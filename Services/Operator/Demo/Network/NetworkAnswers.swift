import Contracts
import Domain
import Outbound
import ServiceKit

/// What clinicians of the network have done about its alerts: some are answered, some only looked at, some wait, and at
/// site west, whose times are short, those are overdue soon. An alert's id decides, so that a second time nothing is left to
/// do.
struct NetworkAnswers {
    enum Answer: Equatable {
        case none, opened, acknowledged, reviewed
        case resolved(AlertOutcome)
    }

    private static let aboutCourses: Set<AlertKind> = [.deteriorating, .notOnTrack, .stalled]

    /// - Parameter id: as text.
    static func answer(to id: String, _ kind: AlertKind) -> Answer {
        let digest = DerivedIdentity.digest(of: [Array(id.utf8)])
        switch Int(digest[0]) % 100 {
        case ..<(kind == .safety ? 15 : 35): return .none
        case ..<45: return .opened
        case ..<60: return .acknowledged
        case ..<70: return aboutCourses.contains(kind) ? .reviewed : .acknowledged
        default: return .resolved(digest[1] < 150 ? .discussedWithClient : .planChanged)
        }
    }

    let calls: QuarterCalls
    let episodes: Set<EpisodeID>

    /// Answers those that nobody has opened yet.
    /// - Returns: how many were answered.
    func give() throws -> Int {
        var count = 0
        for site in QuarterSite.all {
            let open = try calls.alerts(
                .get, "?site=\(site.id)&status=raised&limit=500", as: site.supervisor, role: "supervisor", at: site.id)
            guard case .array(let alerts)? = open.json["alerts"] else { continue }
            for alert in alerts where try give(alert, at: site) { count += 1 }
        }
        return count
    }

    private func give(_ alert: JSON, at site: QuarterSite) throws -> Bool {
        guard case .string(let id)? = alert["alertId"], case .string(let episode)? = alert["episodeId"],
            case .string(let kind)? = alert["kind"], case .string(let clinician)? = alert["clinician"],
            let kind = AlertKind(rawValue: kind), let episode = EpisodeID(episode), episodes.contains(episode)
        else { return false }
        func call(_ what: String, _ body: JSON? = nil) throws {
            _ = try calls.alerts(.post, "/\(id)/\(what)", as: clinician, role: "clinician", at: site.id, body)
        }
        let answer = Self.answer(to: id, kind)
        guard answer != .none else { return false }
        try call("opening")
        guard answer != .opened else { return true }
        try call("acknowledgement")
        switch answer {
        case .none, .opened, .acknowledged: break
        case .reviewed:
            var random = SplitMix64(seed: UInt64(DerivedIdentity.digest(of: [Array(id.utf8)])[2]))
            _ = try calls.review(id, as: clinician, role: "clinician", at: site.id, &random)
        case .resolved(let outcome): try call("resolution", ["outcome": .string(outcome.rawValue)])
        }
        return true
    }
}
