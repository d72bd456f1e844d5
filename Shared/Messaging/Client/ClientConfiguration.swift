import CRdKafka

/// A librdkafka configuration under construction. Unknown properties fail instead of being ignored.
struct ClientConfiguration: ~Copyable {
    private let conf: OpaquePointer

    /// What every client of this project has in common.
    init(_ settings: KafkaSettings) throws(MessagingError) {
        conf = rd_kafka_conf_new()
        try set("bootstrap.servers", settings.bootstrapServers)
        try setClientID(settings.clientID)
        // On by default only since librdkafka 2.10; without it small requests wait for an ACK.
        try set("socket.nagle.disable", "true")
        try set("socket.keepalive.enable", "true")
        // The default of 10 s would be added to every short outage.
        try set("reconnect.backoff.max.ms", "2000")
        try set("log.connection.close", "false")
        if !settings.debugContexts.isEmpty {
            guard Set(settings.debugContexts).isDisjoint(with: ["security", "all"]) else {
                throw .invalidConfiguration(property: "debug")
            }
            try set("debug", settings.debugContexts.joined(separator: ","))
        }
        for (name, value) in try settings.security?.properties() ?? [] { try set(name, value) }
    }

    /// A client that speaks to no cluster.
    init() { conf = rd_kafka_conf_new() }

    deinit { rd_kafka_conf_destroy(conf) }

    func set(_ name: String, _ value: String) throws(MessagingError) {
        // librdkafka's error text repeats the value, which may be a password, so it is not asked for.
        guard rd_kafka_conf_set(conf, name, value, nil, 0) == RD_KAFKA_CONF_OK else {
            throw .invalidConfiguration(property: name)
        }
    }

    func set(_ name: String, _ duration: Duration) throws(MessagingError) {
        try set(name, String(duration.milliseconds))
    }

    /// Sets what only librdkafka's function-pointer API can set.
    func withPointer(_ body: (OpaquePointer) -> Void) { body(conf) }

    /// Creates the client, which calls back into `context` until it is destroyed.
    func makeClient(_ type: rd_kafka_type_t, context: ClientContext) throws(MessagingError) -> OpaquePointer {
        rd_kafka_conf_set_opaque(conf, Unmanaged.passUnretained(context).toOpaque())
        rd_kafka_conf_set_log_cb(conf) { client, level, facility, text in
            guard let context = ClientContext.of(client), let facility, let text else { return }
            context.log.line(level: level, facility: String(cString: facility), text: String(cString: text))
        }
        rd_kafka_conf_set_error_cb(conf) { _, code, text, opaque in
            guard let context = ClientContext.from(opaque) else { return }
            let reason = KafkaReason(rd_kafka_resp_err_t(code), explanation: text.map(String.init(cString:)))
            context.errorReported(reason)
        }
        // rd_kafka_new frees the configuration when it succeeds, so it gets a copy of its own.
        guard let copy = rd_kafka_conf_dup(conf) else { throw .clientNotCreated("out of memory") }
        var text = [CChar](repeating: 0, count: 512)
        guard let client = rd_kafka_new(type, copy, &text, text.count) else {
            rd_kafka_conf_destroy(copy)
            throw .clientNotCreated(String(nullTerminated: text))
        }
        return client
    }

    private func setClientID(_ id: String) throws(MessagingError) {
        guard (1...64).contains(id.utf8.count) else { throw .invalidConfiguration(property: "client.id") }
        try set("client.id", id)
    }
}

extension Duration {
    /// Whole milliseconds, rounded up so that a short wait never becomes none, and within what C takes.
    var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        guard seconds < 2_000_000 else { return 2_000_000_000 }
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return Int32(seconds) * 1000 + Int32((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
