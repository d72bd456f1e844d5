import AuditLog
import Contracts
import Domain
import Persistence
import ServiceKit
import TransparencyLog

/// The log as it stands, and who has lately tried what they may not.
struct AuditOverview: Sendable {
    struct Refusal: Sendable {
        let event: EventID
        let episode: EpisodeID
        let site: SiteID
        let at: Timestamp
        let access: AccessEvent?
    }

    /// The newest checkpoint, by whom it is signed; nil where none of the portal's keys has signed it.
    struct Newest: Sendable {
        let head: StoredLog.SignedHead
        let signers: [String]?
    }

    private static let mostRefusals = 20

    let now: Timestamp
    let size: Int
    let newest: Newest?
    let hasKeys: Bool
    /// Events that have not been published yet: what the log cannot know of.
    let unpublished: Int64
    let sites: [String]
    let search: EpisodeSearch
    let episodes: [EpisodeID]
    let refusals: [Refusal]

    init(
        _ search: EpisodeSearch, _ access: SiteAccess, _ keys: LogKeys?, at now: Timestamp, on connection: Connection
    ) throws {
        self.now = now
        self.search = search
        hasKeys = keys != nil
        size = try StoredLog.head(on: connection).size
        newest = try StoredLog.latestCheckpoint(on: connection).map { head in
            let verified = keys.flatMap { try? Checkpoint.verified(head.note, keys: $0) }
            let isSame = verified.map { $0.checkpoint.size == head.size && $0.checkpoint.root == head.root } ?? false
            return Newest(head: head, signers: isSame ? verified?.signers.map(\.idText) : nil)
        }
        unpublished = try connection.run(Self.countUnpublished).only().int64(0)
        sites = try connection.run("select s from published.sites() s order by s").map { try $0.text(0) }
            .filter { access.includes(SiteID(unchecked: $0)) }
        episodes = search.isEmpty ? [] : try search.episodes(on: connection)
        refusals = try connection.run(Self.selectRefusals, [.int64(Int64(Self.mostRefusals))]).map { row in
            let type = EventType(rawValue: try row.text(3))
            let payload = try row.bytes(5)
            return Refusal(
                event: try row.id(0), episode: try row.id(1), site: SiteID(unchecked: try row.text(2)),
                at: try row.timestamp(4), access: type.flatMap { try? AccessEventCodec.decode(payload, type: $0) })
        }
    }

    private static let countUnpublished: Statement = """
        select coalesce(sum(published.events_behind(l.category, l.backfill, l.cursor, 10000)), 0)::bigint
        from published.lane l
        """

    /// The types are written out so that the index of these few events serves.
    private static let selectRefusals: Statement = """
        select event_id, stream_id, site, type, recorded_at, payload from published.portal_event
        where type in ('attune.access.view-refused.v1', 'attune.access.alert-answer-refused.v1')
        order by position desc limit $1
        """
}

extension AuditOverview {
    func values(_ words: Words) -> [String: Any] {
        var values: [String: Any] = [
            "size": words.integer(size), "hasKeys": hasKeys, "sites": sites.map(site), "searched": search.text,
            "notFound": !search.isEmpty && episodes.isEmpty, "needsSite": !search.isEmpty && search.site == nil,
            "episodes": episodes.map { ["id": $0.description, "code": CodeName.text(of: $0)] },
            "hasEpisodes": !episodes.isEmpty, "hasRefusals": !refusals.isEmpty,
            "refusals": refusals.map { refusal($0, words) },
            "unpublished": words("audit.log.unpublished", count: Int(unpublished)),
        ]
        if let newest {
            values["newest"] =
                [
                    "size": words.integer(newest.head.size), "root": newest.head.root.base64,
                    "signedAt": Instant(newest.head.signedAt, words).values,
                    "age": words.age(of: newest.head.signedAt, at: now),
                    "signers": newest.signers?.joined(separator: ", ") ?? "", "isSigned": newest.signers != nil,
                    "unsigned": words("audit.log.unsigned", count: size - newest.head.size),
                ] as [String: Any]
        }
        return values
    }

    private func site(_ name: String) -> [String: Any] { ["name": name, "isChosen": search.site?.text == name] }

    private func refusal(_ refusal: Refusal, _ words: Words) -> [String: Any] {
        let line = refusal.access.map { AccessWords(words: words).what($0) }
        return [
            "at": Instant(refusal.at, words).values, "site": refusal.site.text,
            "code": CodeName.text(of: refusal.episode), "isEpisode": refusal.access?.body.isAboutEpisode ?? true,
            "episode": refusal.episode.description, "who": refusal.access?.accessedBy ?? words["audit.event.unknown"],
            "what": line ?? words["audit.event.unreadable"], "event": refusal.event.description,
        ]
    }
}

extension AccessEventBody {
    /// False where the stream is no episode: a page of somebody's own figures is refused at the share.
    fileprivate var isAboutEpisode: Bool {
        if case .viewRefused(.reflection, _) = self { false } else { true }
    }
}

/// A time as pages for auditors show it: in UTC, to the second, with the exact text for machines.
struct Instant {
    let values: [String: Any]

    init(_ time: Timestamp, _ words: Words) {
        let seconds = String(time.description.prefix(19).suffix(2))
        values = ["text": words.time(time, in: .utc) + ":" + seconds + " UTC", "exact": time.description]
    }
}

extension Words {
    /// How long ago: `5 seconds`, `3 minutes`, `2 hours`, `4 days`.
    func age(of time: Timestamp, at now: Timestamp) -> String {
        let seconds = max(0, Int((now.microseconds - time.microseconds) / 1_000_000))
        return switch seconds {
        case ..<120: self("audit.age.seconds", count: seconds)
        case ..<7200: self("audit.age.minutes", count: seconds / 60)
        case ..<172_800: self("audit.age.hours", count: seconds / 3600)
        default: self("audit.age.days", count: seconds / 86_400)
        }
    }
}
