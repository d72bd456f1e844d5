public import Domain
public import Persistence

extension StoredLog {
    /// The leaves of one topic that are about some episodes, by episode and sequence.
    public static func leaves(
        of episodes: [EpisodeID], topic: String, on connection: Connection
    ) throws -> [Leaf] {
        try connection.run(leavesOfEpisodes, [.ids(episodes), .text(topic)]).map(Leaf.init)
    }

    private static let leavesOfEpisodes = Statement(
        """
        select \(Leaf.columns) from published.audit_leaf
        where episode_id = any($1) and topic = $2 order by episode_id, sequence, leaf_index
        """)
}
