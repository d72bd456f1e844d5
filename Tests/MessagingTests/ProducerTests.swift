import CRdKafka
import Contracts
import Testing

@testable import Messaging

@Suite struct ProducerTests {
    @Test func aRecordComesBackWithKeyHeadersAndValueIntact() async throws {
        let bench = try Bench()
        let headers = [
            RecordHeader(name: "ce_id", value: [1, 0, 255]), RecordHeader(name: "empty", value: []),
            RecordHeader(name: "ce_id", value: [2]), RecordHeader(name: "a-name-longer-than-a-small-string", value: [3]),
        ]
        let record = OutgoingRecord(topic: Bench.topic, key: [0, 1, 2], headers: headers, value: [9, 0, 9])
        let bare = OutgoingRecord(topic: Bench.topic, key: [], headers: [], value: [])
        try bench.producer().publish([record, bare], deadline: Bench.longEnough)
        let loop = bench.loop("reader")
        loop.start()
        #expect(await bench.store.reaches { $0.applied.count == 2 })
        let read = try #require(bench.store.now.applied.first { $0.key == [0, 1, 2] })
        #expect(read.headers == headers)
        #expect(read.value == [9, 0, 9])
        #expect(read.timestampMilliseconds > 0)
        let empty = try #require(bench.store.now.applied.first { $0.key == [] })
        #expect(empty.value == [])
        #expect(await loop.stop(within: Bench.longEnough))
    }

    @Test func aRefusedDeliverySurfacesWithItsReasonAndTheProducerStaysUsable() throws {
        let bench = try Bench(partitions: 1)
        let producer = try bench.producer()
        bench.cluster.failNext(.produce, with: [RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED.rawValue])
        let error = #expect(throws: MessagingError.self) {
            try producer.publish(Bench.records(3), deadline: Bench.longEnough)
        }
        guard case .deliveryFailed(let undelivered, let index, let reason) = error else {
            Issue.record("unexpected: \(String(describing: error))")
            return
        }
        #expect(undelivered == 3)
        #expect(index == 0)
        #expect(reason.name == "TOPIC_AUTHORIZATION_FAILED")
        #expect(error?.isTransient == false)
        try producer.publish(Bench.records(3), deadline: Bench.longEnough)
    }

    @Test func aRecordTooLargeIsNamedByItsIndex() throws {
        let bench = try Bench()
        var records = Bench.records(5)
        records[3] = OutgoingRecord(
            topic: Bench.topic, key: [1], headers: [], value: Array(repeating: 0, count: 2_000_000))
        let error = #expect(throws: MessagingError.self) {
            try bench.producer().publish(records, deadline: Bench.longEnough)
        }
        guard case .deliveryFailed(let undelivered, 3, let reason) = error else {
            Issue.record("unexpected: \(String(describing: error))")
            return
        }
        #expect(undelivered == 2)
        #expect(!reason.isTransient)
    }

    @Test func passingProduceErrorsAndLostAnswersNeitherLoseNorDoubleARecord() async throws {
        let bench = try Bench(partitions: 1)
        let producer = try bench.producer()
        let records = Bench.records(20)
        for chunk in stride(from: 0, to: 20, by: 5) {
            bench.cluster.failNext(
                .produce,
                with: [
                    RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION.rawValue, RD_KAFKA_RESP_ERR__TRANSPORT.rawValue,
                    RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS.rawValue,
                ])
            try producer.publish(Array(records[chunk..<chunk + 5]), deadline: Bench.longEnough)
        }
        let loop = bench.loop("reader")
        loop.start()
        #expect(await bench.store.reaches { $0.appliedOnceInOrder(records) })
        #expect(await loop.stop(within: Bench.longEnough))
    }

    @Test func publishingToAnUnknownTopicFailsAndDoesNotCreateIt() throws {
        let bench = try Bench()
        let producer = try bench.producer()
        let record = OutgoingRecord(topic: "nowhere", key: [1], headers: [], value: [1])
        for _ in 1...2 {
            #expect {
                try producer.publish([record], deadline: Bench.longEnough)
            } throws: { error in
                if case .unknownTopic("nowhere") = error as? MessagingError { true } else { false }
            }
        }
    }

    @Test func recordsGivenUpAtTheDeadlineAreReportedAndTheNextPublishUsesAFreshClient() throws {
        let bench = try Bench(partitions: 1)
        let producer = try bench.producer()
        try producer.publish(Bench.records(1), deadline: Bench.longEnough)
        try bench.cluster.takeDown()
        let error = #expect(throws: MessagingError.self) {
            try producer.publish(Bench.records(2), deadline: .milliseconds(300))
        }
        guard case .timedOut(undelivered: 2) = error else {
            Issue.record("unexpected: \(String(describing: error))")
            return
        }
        #expect(producer.recreations == 1)
        try bench.cluster.bringUp()
        try producer.publish(Bench.records(2), deadline: Bench.longEnough)
        #expect(producer.recreations == 1)
    }

    @Test func afterAFatalErrorTheNextPublishUsesAFreshClient() throws {
        let bench = try Bench(partitions: 1)
        let producer = try bench.producer()
        try producer.publish(Bench.records(1), deadline: Bench.longEnough)
        let client = try #require(producer.client)
        rd_kafka_test_fatal_error(client.pointer, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "provoked")
        let error = #expect(throws: MessagingError.self) {
            try producer.publish(Bench.records(1), deadline: Bench.longEnough)
        }
        guard case .fatal(let reason) = error else {
            Issue.record("unexpected: \(String(describing: error))")
            return
        }
        #expect(reason.code == RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER.rawValue)
        try producer.publish(Bench.records(1), deadline: Bench.longEnough)
        #expect(producer.recreations == 1)
    }

    @Test func moreRecordsThanTheClientsQueueHoldsAreAllDelivered() throws {
        let bench = try Bench()
        let producer = try bench.producer()
        // The queue holds 100 000.
        try producer.publish(Bench.records(120_000), deadline: .seconds(300))
        let partitions = (0..<4).map { TopicPartition(topic: Bench.topic, partition: $0) }
        let administration = try TopicAdministration(bench.settings("looker"), logger: Bench.quiet)
        let watermarks = administration.highWatermarks(of: partitions, timeout: Bench.longEnough)
        #expect(watermarks.values.reduce(0, +) == 120_000)
    }

    @Test func aSecretNeverAppearsInAnError() throws {
        let login = KafkaSecurity.Login(mechanism: .plain, user: "scoring", password: { "s3cret" })
        let identity = KafkaSecurity.Identity(
            certificateFile: "/absent/c.pem", keyFile: "/absent/c.key", keyPassword: { "s3cret" })
        for security in [
            KafkaSecurity(caFile: "/absent/ca.pem", login: login), KafkaSecurity(identity: identity, login: login),
        ] {
            var settings = try Bench().settings("p")
            settings.security = security
            let error = #expect(throws: MessagingError.self) { try Producer(settings, logger: Bench.quiet) }
            #expect(error?.description.contains("ssl.") == true)
            #expect(error?.description.contains("s3cret") == false)
        }
    }

    @Test func theClusterHasOneIdentityForEveryClient() throws {
        let bench = try Bench()
        let producer = try bench.producer()
        let administration = try TopicAdministration(bench.settings("looker"), logger: Bench.quiet)
        let id = try producer.clusterID(timeout: Bench.longEnough)
        #expect(try administration.describeCluster(timeout: Bench.longEnough).clusterID == id)
    }

    @Test func aClosedProducerRefusesToPublish() throws {
        let producer = try Bench().producer()
        producer.close(deadline: Bench.longEnough)
        #expect {
            try producer.publish(Bench.records(1), deadline: Bench.longEnough)
        } throws: { error in
            if case .closed = error as? MessagingError { true } else { false }
        }
    }
}
