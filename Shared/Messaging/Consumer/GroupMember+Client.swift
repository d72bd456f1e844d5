import CRdKafka
import Contracts

extension GroupMember {
    static func makeClient(_ kafka: KafkaSettings, _ settings: ConsumerSettings, _ context: ConsumerContext)
        throws(MessagingError) -> OpaquePointer
    {
        let configuration = try ClientConfiguration(kafka)
        try configuration.set("group.id", settings.group)
        if let instanceID = settings.instanceID { try configuration.set("group.instance.id", instanceID) }
        // Cooperative rebalancing has lost assignments and hung on close before librdkafka 2.10.
        try configuration.set("partition.assignment.strategy", "range")
        try configuration.set("session.timeout.ms", settings.sessionTimeout)
        try configuration.set("heartbeat.interval.ms", min(.seconds(3), settings.sessionTimeout / 10))
        // librdkafka refuses an interval that is shorter than the session.
        try configuration.set("max.poll.interval.ms", max(settings.maximumPollInterval, settings.sessionTimeout))
        // Positions are given with every assignment; Kafka's own are a mirror, and none is ever guessed.
        try configuration.set("enable.auto.commit", "false")
        try configuration.set("enable.auto.offset.store", "false")
        try configuration.set("auto.offset.reset", "error")
        try configuration.set("allow.auto.create.topics", "false")
        try configuration.set("isolation.level", "read_committed")
        try configuration.set("check.crcs", "true")
        try configuration.set("fetch.wait.max.ms", kafka.fetchWait)
        // The limits of the prefetch queue stay at their defaults: reaching them stops fetching
        // for a whole second before librdkafka 2.2.0, so they must never act as a brake.
        configuration.withPointer { conf in
            rd_kafka_conf_set_rebalance_cb(conf) { _, event, partitions, opaque in
                guard let member = ConsumerContext.member(opaque), let partitions else { return }
                member.rebalance(event, PartitionList.partitions(of: partitions))
            }
            rd_kafka_conf_set_offset_commit_cb(conf) { _, code, _, opaque in
                ConsumerContext.member(opaque)?.mirrorAnswered(code)
            }
        }
        return try configuration.makeClient(RD_KAFKA_CONSUMER, context: context)
    }
}

extension ConsumerContext {
    fileprivate static func member(_ opaque: UnsafeMutableRawPointer?) -> GroupMember? {
        opaque.flatMap { Unmanaged<ConsumerContext>.fromOpaque($0).takeUnretainedValue().member }
    }
}
