import Synchronization

/// What the loss of a whole Kafka cluster is, on one machine.
extension LocalStack {
    /// Kills the local Kafka, which takes everything in it along. The services run on without it.
    public func loseKafka() throws {
        guard let kafka = parts.withLock({ $0.kafka }) else { throw StackError.notStarted }
        kafka.kill9()
    }

    /// Takes the local Kafka away, with everything in it, and starts another. The new one has a new address, so the
    /// services are restarted as well.
    public func restartKafka() throws {
        try replaceKafka()
        try start(StackService.allCases)
    }

    /// The same without waiting until the services are ready: with a relay that halts at a new cluster they will not be.
    public func replaceKafkaAndLaunchServices() throws {
        try replaceKafka()
        try launch(StackService.allCases)
    }

    private func replaceKafka() throws {
        guard let kafka = parts.withLock({ $0.kafka }) else { throw StackError.notStarted }
        for service in StackService.allCases.reversed() { stop(service) }
        kafka.stop(within: settings.stopLimit)
        let address = try kafka.start(within: settings.startLimit, checkpoint: checkInterruption)
        parts.withLock { $0.endpoints.kafka = address }
    }
}
