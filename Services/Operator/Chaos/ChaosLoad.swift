import Domain
import Foundation
import LocalStack
import Outbound
import ServiceKit
import Synchronization

/// Clinics that post, and clinicians that answer alerts, while the system is damaged.
///
/// Every command is sent again until it is answered, as a sender does that must not lose it. What was answered with 201
/// or 200 is written down: it must be in the ledger afterwards, once.
final class ChaosLoad: Sendable {
    struct Counts: Sendable {
        /// By kind of command.
        var accepted: [String: Int] = [:]
        /// Acknowledgements and resolutions that were answered with 200.
        var answers = 0
        var retries = 0
        /// Commands and answers to alerts that were told to come again, by status.
        var turnedAway: [Int: Int] = [:]
        /// Refused or never answered: nothing here is meant to be.
        var failures: [String] = []
    }

    private let stack: LocalStack
    private let seed: UInt64
    private let senders: Int
    private let rate: Int
    private let tokens: [SiteID: (sender: String, clinician: String)]
    private let accepted: AcceptedFile
    private let counts = Mutex(Counts())
    private let isStopping = Atomic(false)
    private let group = DispatchGroup()

    /// - Parameters:
    ///   - rate: commands a second, of all senders together.
    ///   - tokens: by site, for those who post and those who answer.
    init(
        _ stack: LocalStack, seed: UInt64, senders: Int, rate: Int, tokens: [SiteID: (sender: String, clinician: String)],
        accepted: AcceptedFile
    ) {
        self.stack = stack
        self.seed = seed
        self.senders = senders
        self.rate = rate
        self.tokens = tokens
        self.accepted = accepted
    }

    func start() {
        let sites = tokens.keys.sorted()
        for number in 0..<senders {
            let site = sites[number % sites.count]
            run("sender \(number)") { try $0.post(number, at: site) }
        }
        for site in sites { run("clinicians of \(site)") { try $0.answer(at: site) } }
    }

    /// Commands that have been accepted until now.
    var acceptedCommands: Int { counts.withLock { $0.accepted.values.reduce(0, +) } }

    /// Lets everybody finish what they have begun, and waits for them.
    func stop() -> Counts {
        isStopping.store(true, ordering: .relaxed)
        group.wait()
        return counts.withLock { $0 }
    }

    private func run(_ name: String, _ work: @escaping @Sendable (ChaosLoad) throws -> Void) {
        group.enter()
        let thread = Thread { [self] in
            defer { group.leave() }
            do { try work(self) } catch { counts.withLock { $0.failures.append("\(name): \(error)") } }
        }
        thread.name = name
        thread.stackSize = 1 << 20
        thread.start()
    }

    private func post(_ number: Int, at site: SiteID) throws {
        guard let token = tokens[site]?.sender else { return }
        var clinic = ChaosClinic(site: site, seed: seed, sender: number)
        var poster = try CommandPoster(
            urls: { [stack] in stack.urls(of: .ingestion) }, token: token, patience: .seconds(600))
        defer {
            let turnedAway = poster.turnedAway
            counts.withLock { $0.turnedAway.merge(turnedAway, uniquingKeysWith: +) }
        }
        let interval = Double(senders) / Double(rate)
        var due = ContinuousClock.now
        while !isStopping.load(ordering: .relaxed) {
            let step = clinic.next()
            let retries = poster.retries
            let result = try poster.post(step.command)
            let further = poster.retries - retries
            switch result {
            case .accepted, .known:
                try accepted.note(step)
                counts.withLock { $0.accepted[step.kind.rawValue, default: 0] += 1 }
            case .refused, .unanswered:
                counts.withLock { $0.failures.append("\(step.kind.rawValue) \(step.id): \(result)") }
            }
            counts.withLock { $0.retries += further }
            due += .seconds(interval)
            let left = ContinuousClock.now.duration(to: due)
            // Behind after an outage: no burst to make up for it.
            if left < .seconds(-1) { due = .now } else if left > .zero { Pause.seconds(left / .seconds(1)) }
        }
    }

    /// Answers some of the open alerts, again and again. An alert that was closed meanwhile is somebody else's answer.
    private func answer(at site: SiteID) throws {
        guard let token = tokens[site]?.clinician else { return }
        var random = SplitMix64(seed: seed &+ UInt64(site.text.utf8.count))
        let session = try CurlSession(proxy: .none)
        let headers = [try Header("Authorization", "Bearer \(token)"), try Header("Content-Type", "application/json")]
        while !isStopping.load(ordering: .relaxed) {
            Pause.seconds(0.5)
            guard let url = stack.urls(of: .alerting).randomElement(using: &random) else { continue }
            let list = try? session.send(
                HTTPRequest(.get, url: "\(url)/v1/alerts?site=\(site)&limit=100", headers: headers, timeout: .seconds(10)))
            guard let list, list.status == 200, case .array(let alerts)? = try JSON.parse(list.body)["alerts"] else { continue }
            for alert in alerts {
                guard case .string(let id)? = alert["alertId"] else { continue }
                let choice = Int.random(in: 0..<10, using: &random)
                guard choice < 4 else { continue }
                let step = choice < 2 ? "acknowledgement" : "resolution"
                let body = choice < 2 ? "" : #"{"outcome": "discussed_with_client"}"#
                let answer = try? session.send(
                    HTTPRequest(
                        .post, url: "\(url)/v1/alerts/\(id)/\(step)", headers: headers, body: Array(body.utf8),
                        timeout: .seconds(10)))
                if let answer, answer.status >= 500 || [401, 403, 404, 422].contains(answer.status) {
                    counts.withLock { $0.turnedAway[Int(answer.status), default: 0] += 1 }
                }
                guard let answer, answer.status == 200 else { continue }
                try accepted.note(answer: step, alert: id)
                counts.withLock { $0.answers += 1 }
            }
        }
    }
}

/// What the system has promised to keep, one JSON object a line: `{"kind", "id", "episodeId"}`.
final class AcceptedFile: Sendable {
    private let file: Mutex<FileHandle>

    init(_ url: URL) throws {
        try Data().write(to: url)
        file = Mutex(try FileHandle(forWritingTo: url))
    }

    func note(_ step: ChaosClinic.Step) throws {
        try write(["kind": .string(step.kind.rawValue), "id": .string(step.id), "episodeId": .text(step.episode)])
    }

    func note(answer: String, alert: String) throws {
        try write(["kind": .string(answer), "id": .string(alert)])
    }

    private func write(_ line: JSON) throws {
        try file.withLock { try $0.write(contentsOf: Data(line.encoded + [UInt8(ascii: "\n")])) }
    }
}
