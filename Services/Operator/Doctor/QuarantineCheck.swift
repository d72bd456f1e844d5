import Domain
import Persistence

/// Lists what waits in quarantine. It is no difference: it was put aside in view of everybody, and waits for a person.
struct QuarantineCheck: DoctorCheck {
    let name = CheckName.quarantine

    func run(into result: inout CheckResult, on connection: Connection) throws {
        let rows = try connection.run(
            """
            select consumer_group, topic, partition, "offset", state, reason_code, reason from published.quarantine
            where settled_at is null order by consumer_group, quarantine_id
            """)
        for row in rows {
            let place = "\(try row.text(1)) [\(try row.int32(2))] at \(try row.int64(3))"
            let words = "\(try row.text(0)), \(place): \(try row.text(4)), \(try row.text(5)): \(try row.text(6))"
            result.examine()
            result.waits(words)
        }
    }
}

/// Episodes of which a consumer group has a record in quarantine: what follows from their events may rightly be missing.
struct HeldEpisodes {
    private let byGroup: [String: Set<EpisodeID>]

    static func read(on connection: Connection) throws -> HeldEpisodes {
        var byGroup: [String: Set<EpisodeID>] = [:]
        let rows = try connection.run(
            "select consumer_group, episode_id from published.quarantined_episode where episode_id is not null")
        for row in rows { byGroup[try row.text(0), default: []].insert(try row.id(1)) }
        return HeldEpisodes(byGroup: byGroup)
    }

    /// Whether a group, or one that it depends on, holds back an episode.
    func holds(_ episode: EpisodeID, _ groups: Group...) -> Bool {
        groups.contains { byGroup[$0.rawValue]?.contains(episode) == true }
    }

    enum Group: String {
        case scoring = "attune-scoring"
        case alerting = "attune-alerting"
        case notification = "attune-notification"
        case audit = "attune-audit"
    }
}
