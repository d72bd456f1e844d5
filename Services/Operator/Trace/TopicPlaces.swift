import Contracts
import Domain
import Logging
import Messaging

/// Where a record came to lie, and when it was sent.
struct RecordPlace: Hashable {
    let partition: TopicPartition
    let offset: Int64
    let time: Timestamp?
}

/// Looks for events in topics: of a partition, the records from about the time when the event was recorded.
final class TopicPlaces {
    /// Clocks of machines differ.
    private static let clockTolerance: Int64 = 60

    /// What a record's headers say of its event.
    struct Header {
        let id: EventID
        let sequence: Int64
    }

    private let search: RecordSearch
    private let limit: Int

    init(_ settings: KafkaSettings, limit: Int, logger: Logger) throws {
        var settings = settings
        // Of a topic in which nothing more comes the end is known after this long.
        settings.fetchWait = .milliseconds(50)
        search = try RecordSearch(settings, logger: logger)
        self.limit = limit
    }

    var clusterID: String { get throws { try search.clusterID(timeout: .seconds(10)) } }

    /// The first record of each matching event of an episode, in their order.
    func places(
        in topic: Topic, of episode: EpisodeID, from time: Timestamp, where matches: (Header) -> Bool
    ) throws -> [(header: Header, place: RecordPlace)] {
        let key = CloudEventsBinding.key(of: episode)
        let start = time.advanced(bySeconds: -Self.clockTolerance).microseconds / 1000
        var seen: Set<EventID> = []
        return try search.records(
            of: key, in: topic.name, fromMilliseconds: start, limit: limit, timeout: .seconds(60)
        ).compactMap { record in
            guard let header = Header(record), matches(header), seen.insert(header.id).inserted else { return nil }
            let time = record.timestampMilliseconds
            return (
                header,
                RecordPlace(
                    partition: record.topicPartition, offset: record.offset,
                    time: time < 0 ? nil : Timestamp(microseconds: time * 1000))
            )
        }
    }
}

extension TopicPlaces.Header {
    fileprivate init?(_ record: ConsumedRecord) {
        func text(_ name: String) -> String? {
            record.headers.last { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) }
        }
        guard let id = text("ce_id").flatMap({ EventID($0) }), let sequence = text("ce_sequence").flatMap({ Int64($0) })
        else { return nil }
        self.init(id: id, sequence: sequence)
    }
}
