import Contracts

/// The records read but not yet handled.
struct PendingBatch {
    private(set) var records: [ConsumedRecord] = []
    private var bytes = 0

    var isEmpty: Bool { records.isEmpty }

    func isFull(_ limits: BatchLimits) -> Bool { records.count >= limits.maxRecords || bytes >= limits.maxBytes }

    mutating func append(_ record: ConsumedRecord) {
        records.append(record)
        bytes += record.size
    }

    /// Forgets the records of partitions that belong to somebody else now. Returns how many.
    @discardableResult
    mutating func drop(_ partitions: Set<TopicPartition>) -> Int {
        let before = records.count
        records.removeAll { partitions.contains($0.topicPartition) }
        bytes = records.reduce(0) { $0 + $1.size }
        return before - records.count
    }

    mutating func removeAll() {
        records.removeAll(keepingCapacity: true)
        bytes = 0
    }

    /// For each partition the offset after its last record.
    var nextOffsets: [TopicPartition: Int64] {
        var next: [TopicPartition: Int64] = [:]
        var last: ConsumedRecord?
        for record in records {
            // Records of one partition come in runs, so most need no look-up.
            if let last, last.partition != record.partition || last.topic != record.topic {
                next[last.topicPartition] = last.offset + 1
            }
            last = record
        }
        if let last { next[last.topicPartition] = last.offset + 1 }
        return next
    }
}

extension ConsumedRecord {
    fileprivate var size: Int { key.count + (value?.count ?? 0) }
}
