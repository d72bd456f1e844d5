public import Domain
public import Persistence
public import ServiceKit

/// What a bundle of evidence is about: events of these episodes or sites, recorded in this time; none of a kind means all.
public struct EvidenceScope: Hashable, Sendable {
    public var episodes: [EpisodeID] = []
    public var sites: [SiteID] = []
    public var from: Timestamp?
    public var before: Timestamp?

    /// Every event of these streams is asked for, so that a gap in them is a gap in the bundle.
    var isWholeStreams: Bool { !episodes.isEmpty && from == nil && before == nil }

    public func includes(_ event: LedgerEvent) -> Bool {
        (sites.isEmpty || sites.contains(event.site))
            && (from.map { event.recordedAt >= $0 } ?? true) && (before.map { event.recordedAt < $0 } ?? true)
    }

    public var json: JSON {
        [
            "episodes": .array(episodes.map { .text($0) }), "sites": .array(sites.map { .text($0) }),
            "from": .text(from), "before": .text(before),
        ]
    }

    public init(episodes: [EpisodeID] = [], sites: [SiteID] = [], from: Timestamp? = nil, before: Timestamp? = nil) {
        self.episodes = episodes
        self.sites = sites
        self.from = from
        self.before = before
    }

    public init(_ field: JSONField) throws {
        let fields = try field.object(["episodes", "sites", "from", "before"])
        episodes = try fields["episodes"].array().map { try $0.identity() }
        sites = try fields["sites"].array().map { try $0.name() }
        from = try fields.optional("from")?.instant()
        before = try fields.optional("before")?.instant()
    }
}
