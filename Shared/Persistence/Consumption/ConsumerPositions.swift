public import Contracts

/// How far a consuming service has got, kept in its own schema so that it changes in the transaction of the effect.
///
/// The epoch is the fence: whoever claims a partition raises it, and a former owner that still believes to be
/// in charge moves nothing and so writes nothing.
public struct ConsumerPositions: Sendable {
    /// The position of a partition of which nothing was read yet: its beginning, whatever offset that has.
    public static let beginning: Int64 = -2

    public struct Claim: Hashable, Sendable {
        public let partition: TopicPartition
        /// The first offset that was not handled yet, or `beginning`.
        public let nextOffset: Int64
        public let epoch: Int64
    }

    /// What one batch does to the position of one partition.
    public struct Move: Hashable, Sendable {
        public let partition: TopicPartition
        /// Offset of the batch's first record.
        public let first: Int64
        /// One behind the offset of its last.
        public let next: Int64
        /// From the claim.
        public let epoch: Int64

        public init(partition: TopicPartition, first: Int64, next: Int64, epoch: Int64) {
            self.partition = partition
            self.first = first
            self.next = next
            self.epoch = epoch
        }
    }

    public let schema: ServiceSchema
    private let claimStatement: Statement
    private let advanceStatement: Statement

    public init(_ schema: ServiceSchema) {
        self.schema = schema
        claimStatement = Self.claimStatement(schema)
        advanceStatement = Self.advanceStatement(schema)
    }

    /// Takes over partitions of one Kafka cluster: raises their epochs and tells where to go on. Waits for the
    /// transaction in which a former owner is still writing, and then sees the position that it has left.
    /// Call it inside the rebalance callback, before anything is fetched.
    public func claim(
        _ partitions: [TopicPartition], clusterID: String, owner: String, on connection: Connection
    ) throws(DatabaseError) -> [Claim] {
        guard !partitions.isEmpty else { return [] }
        let rows = try connection.run(
            claimStatement,
            [
                .text(clusterID), .text(owner), .texts(partitions.map(\.topic)),
                .int32s(partitions.map(\.partition)),
            ])
        var claims: [Claim] = []
        for row in rows {
            claims.append(
                Claim(
                    partition: TopicPartition(topic: try row.text(0), partition: try row.int32(1)),
                    nextOffset: try row.int64(2), epoch: try row.int64(3)))
        }
        return claims
    }

    /// The first statement of every batch transaction. Returns the partitions that could not be moved, because
    /// somebody else has claimed them or because the batch begins before the position: if there is any, throw, so
    /// that the transaction is undone, and give the partition up.
    public func advance(
        _ moves: [Move], clusterID: String, on connection: Connection
    ) throws(DatabaseError) -> [TopicPartition] {
        guard !moves.isEmpty else { return [] }
        let rows = try connection.run(
            advanceStatement,
            [
                .text(clusterID), .texts(moves.map(\.partition.topic)), .int32s(moves.map(\.partition.partition)),
                .int64s(moves.map(\.first)), .int64s(moves.map(\.next)), .int64s(moves.map(\.epoch)),
            ])
        var moved: Set<TopicPartition> = []
        for row in rows { moved.insert(TopicPartition(topic: try row.text(0), partition: try row.int32(1))) }
        return moves.map(\.partition).filter { !moved.contains($0) }
    }

    // Both lock rows in the order of topic and partition, so that two workers never wait for each other crosswise.

    private static func claimStatement(_ schema: ServiceSchema) -> Statement {
        Statement(
            """
            insert into \(schema.rawValue).consumer_offset as o
                (cluster_id, topic, partition, next_offset, epoch, owner)
            select $1, c.topic, c.partition, \(beginning), 1, $2
            from (select distinct topic, partition from unnest($3::text[], $4::int[]) as u (topic, partition)) c
            order by c.topic, c.partition
            on conflict (cluster_id, topic, partition)
                do update set epoch = o.epoch + 1, owner = excluded.owner, updated_at = clock_timestamp()
            returning o.topic, o.partition, o.next_offset, o.epoch
            """)
    }

    private static func advanceStatement(_ schema: ServiceSchema) -> Statement {
        Statement(
            """
            with moves as (
                select * from unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[])
                    as m (topic, partition, first, next, epoch)
            ), mine as materialized (
                select o.topic, o.partition, m.next
                from \(schema.rawValue).consumer_offset o join moves m using (topic, partition)
                where o.cluster_id = $1 and o.epoch = m.epoch and o.next_offset <= m.first
                order by o.topic, o.partition
                for update of o
            )
            update \(schema.rawValue).consumer_offset o set next_offset = mine.next, updated_at = clock_timestamp()
            from mine
            where o.cluster_id = $1 and o.topic = mine.topic and o.partition = mine.partition
            returning o.topic, o.partition
            """)
    }
}
