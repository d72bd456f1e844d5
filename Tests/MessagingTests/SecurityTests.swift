import Contracts
import Foundation
import Logging
import Messaging
import Synchronization
import Testing

/// Who may speak with a broker, and that nothing secret is said about it.
@Suite struct SecurityTests {
    private struct Site {
        let bench: Bench
        let broker: SecureBroker

        init(_ asks: SecureBroker.Asks, as name: String = "broker") throws {
            bench = try Bench()
            broker = try SecureBroker(before: bench.cluster, asks: asks, as: name)
        }

        func settings(_ security: KafkaSecurity, debugContexts: [String] = []) -> KafkaSettings {
            KafkaSettings(
                bootstrapServers: broker.bootstrapServers, clientID: "test", fetchWait: .milliseconds(10),
                security: security, debugContexts: debugContexts)
        }

        func trusting(
            _ ca: String = "ca.pem", identity: String? = nil, login: KafkaSecurity.Login? = nil, files: [String] = []
        ) -> KafkaSecurity {
            KafkaSecurity(
                caFile: broker.path(ca),
                identity: identity.map {
                    .init(certificateFile: broker.path($0 + ".pem"), keyFile: broker.path($0 + ".key"))
                },
                login: login, files: files.map(broker.path), checkInterval: .milliseconds(20))
        }

        /// Whether a record gets through.
        func publishes(_ security: KafkaSecurity, logger: Logger = Bench.quiet, within: Duration = Bench.longEnough) throws
            -> Bool
        {
            let producer = try Producer(settings(security, debugContexts: ["broker"]), logger: logger)
            defer { producer.close(deadline: .zero) }
            do throws(MessagingError) {
                try producer.publish(Bench.records(1), deadline: within)
                return true
            } catch { return false }
        }
    }

    private static func login(
        _ mechanism: KafkaSecurity.Mechanism, _ password: String
    ) -> KafkaSecurity.Login { .init(mechanism: mechanism, user: "scoring", password: { password }) }

    /// Long enough for a client that is let in to have tried several times.
    private static let refusal = Duration.seconds(3)

    @Test func `Records travel encrypted where the broker's certificate is trusted, and else not at all`() throws {
        let site = try Site(.nothing)
        #expect(try site.publishes(site.trusting()))
        #expect(try !site.publishes(site.trusting("other/ca.pem"), within: Self.refusal))
    }

    @Test func `A broker with a certificate of another name is not trusted`() throws {
        let bench = try Bench()
        let broker = try SecureBroker(before: bench.cluster, asks: .nothing)
        // The same authority, for another host.
        for ending in ["pem", "key"] { try FileManager.default.removeItem(atPath: broker.path("broker.\(ending)")) }
        let make = Process()
        make.executableURL = URL(filePath: "/usr/bin/env")
        make.arguments =
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=elsewhere".split(separator: " ")
            .map(String.init) + [
                "-CA", broker.path("ca.pem"), "-CAkey", broker.path("ca.key"), "-keyout", broker.path("broker.key"), "-out",
                broker.path("broker.pem"), "-addext", "subjectAltName=DNS:elsewhere.example",
            ]
        make.standardError = FileHandle.nullDevice
        try make.run()
        make.waitUntilExit()
        #expect(make.terminationStatus == 0)
        let settings = KafkaSettings(
            bootstrapServers: broker.bootstrapServers, clientID: "test",
            security: KafkaSecurity(caFile: broker.path("ca.pem")))
        let producer = try Producer(settings, logger: Bench.quiet)
        #expect(throws: MessagingError.self) { try producer.publish(Bench.records(1), deadline: Self.refusal) }
    }

    @Test func `A certificate of the client's own opens the door, and nothing else does`() throws {
        let site = try Site(.certificates)
        #expect(try site.publishes(site.trusting(identity: "scoring")))
        #expect(try site.broker.nextLine() == "in scoring")
        #expect(try !site.publishes(site.trusting(), within: Self.refusal))
        #expect(throws: MessagingError.self) { try site.publishes(site.trusting(identity: "absent")) }
        var stranger = site.trusting()
        stranger.identity = .init(
            certificateFile: site.broker.path("other/scoring.pem"), keyFile: site.broker.path("other/scoring.key"))
        #expect(try !site.publishes(stranger, within: Self.refusal))
    }

    @Test(arguments: KafkaSecurity.Mechanism.allCases)
    func `A password opens the door, a wrong one does not, and none is ever logged`(_ mechanism: KafkaSecurity.Mechanism) throws {
        let site = try Site(.passwords)
        try site.broker.replace("users", "scoring:correct-horse\n")
        let lines = Mutex<[String]>([])
        let logger = Logger(label: "test") { _ in KeptLog { line in lines.withLock { $0.append(line) } } }
        #expect(try site.publishes(site.trusting(login: Self.login(mechanism, "correct-horse")), logger: logger))
        try site.broker.awaitEntry("scoring")
        let wrong = site.trusting(login: Self.login(mechanism, "battery-staple"))
        #expect(try !site.publishes(wrong, logger: logger, within: Self.refusal))
        #expect(try !site.publishes(site.trusting(), logger: logger, within: Self.refusal))
        let said = lines.withLock { $0.joined(separator: "\n") }
        #expect(said.contains("uthentication"), "\(said.prefix(2000))")
        #expect(!said.contains("correct-horse") && !said.contains("battery-staple"))
        var unreadable = site.trusting()
        unreadable.login = .init(mechanism: mechanism, user: "scoring", password: { nil })
        #expect(throws: MessagingError.self) { try site.publishes(unreadable) }
    }

    @Test func `A password that is changed is taken up by producer and consumer without a restart`() async throws {
        let site = try Site(.passwords)
        try site.broker.replace("users", "scoring:first\n")
        try site.broker.replace("password", "first")
        let login = KafkaSecurity.Login(
            mechanism: .scramSHA256, user: "scoring", password: site.broker.reading("password"))
        try await goesOn(site, site.trusting(login: login, files: ["password"])) {
            try site.broker.replace("users", "scoring:second\n")
            try site.broker.replace("password", "second")
        }
    }

    @Test func `A certificate that is replaced is taken up by producer and consumer without a restart`() async throws {
        let site = try Site(.certificates)
        try await goesOn(site, site.trusting(identity: "scoring", files: ["ca.pem", "scoring.pem", "scoring.key"])) {
            // Another authority altogether.
            for name in ["ca.pem", "broker.key", "broker.pem", "scoring.key", "scoring.pem"] {
                let text = try String(contentsOfFile: site.broker.path("other/" + name), encoding: .utf8)
                try site.broker.replace(name, text)
            }
        }
    }

    /// Publishes and consumes before and after a change that closes the door to whoever does not follow it.
    private func goesOn(_ site: Site, _ security: KafkaSecurity, change: () throws -> Void) async throws {
        let (store, records) = (site.bench.store, Bench.records(200))
        let producer = try Producer(site.settings(security), logger: Bench.quiet)
        let loop = ConsumerLoop(
            site.settings(security),
            ConsumerSettings(group: "scoring", topics: [Bench.topic], sessionTimeout: .seconds(4), endsStalledProcess: false),
            logger: Bench.quiet, onFailure: { store.note(.failed("\($0)")) },
            makeConsumer: { MemoryConsumer(store, name: "a", behaviour: .init()) })
        loop.start()
        try producer.publish(Array(records[..<100]), deadline: Bench.longEnough)
        #expect(await store.reaches { $0.applied.count == 100 })
        try change()
        site.broker.cut()
        // What is not delivered with the old password or certificate is published again, as the relay does it.
        var isPublished = false
        let deadline = ContinuousClock.now + Bench.longEnough
        while !isPublished, ContinuousClock.now < deadline {
            isPublished = (try? producer.publish(Array(records[100...]), deadline: .seconds(2))) != nil
        }
        #expect(isPublished)
        #expect(await store.reaches { Set($0.values) == Set(Bench.values(records)) })
        #expect(await loop.stop(within: Bench.longEnough))
        #expect(store.now.failures.isEmpty)
    }
}

/// Hands every line on, with its metadata.
private struct KeptLog: LogHandler {
    let keep: @Sendable (String) -> Void
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(_ keep: @escaping @Sendable (String) -> Void) { self.keep = keep }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        keep("\(event.message) \(metadata) \(event.metadata ?? [:])")
    }
}
