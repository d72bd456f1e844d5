import ArgumentParser
import Domain
import Foundation
import ServiceKit
import Synchronization

/// Load at a fixed rate, as clinics would make it.
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Send made-up ratings at a fixed rate.",
        discussion: """
            Opens episodes and then posts one rating a request, each sent again until it is answered. The seed decides \
            all ids and answers. Prints the counts as JSON. Status 0: every rating was accepted or known.
            """)

    @Option(help: "Ratings a second.")
    var rate = 200

    @Option(help: "Seconds to run.")
    var seconds = 30

    @Option(help: "Episodes that take turns.")
    var episodes = 200

    @Option(help: "Decides ids and answers.")
    var seed: UInt64 = 1

    @Option(help: "Site of the episodes.")
    var site = "north"

    @Option(help: "Where ingestion answers. ATTUNE_OUTBOUND_CA_FILE names the authority to trust in place of the system's.")
    var url: String

    @Option(help: "File with the access token.")
    var tokenFile: String

    @Option(help: "Connections.")
    var connections = 16

    @Option(help: "Seconds to keep sending one rating while ingestion does not serve.")
    var patience = 120

    func validate() throws {
        guard (1...20_000).contains(rate), (1...86_400).contains(seconds), (1...1_000_000).contains(episodes),
            (1...256).contains(connections), (1...3600).contains(patience)
        else { throw ValidationError("rate 1-20000, seconds 1-86400, episodes 1-1000000, connections 1-256, patience 1-3600") }
    }

    func run() throws {
        guard let site = SiteID(site) else { throw ValidationError("\(site) is not a site name.") }
        guard let data = FileManager.default.contents(atPath: tokenFile) else {
            throw ValidationError("\(tokenFile) cannot be read.")
        }
        let token = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        let clinic = SimulatedClinic(
            site: site, seed: seed, episodes: episodes,
            // Far enough back that no session lies in the future.
            openedOn: CalendarDay(daysSinceEpoch: Timestamp.now.day.daysSinceEpoch - 700))
        let openings = LoadRun(title: "opening episodes", count: episodes, rate: nil) { clinic.opening($0) }
        let ratings = LoadRun(title: "sending ratings", count: rate * seconds, rate: rate) { clinic.rating($0) }
        let opened = try openings.run(url: url, token: token, connections: connections, patience: .seconds(patience))
        let sent = try ratings.run(url: url, token: token, connections: connections, patience: .seconds(patience))
        let report: JSON = [
            "episodes": .integer(opened.accepted + opened.known), "ratings_accepted": .integer(sent.accepted),
            "ratings_known": .integer(sent.known), "ratings_refused": .integer(sent.refused),
            "ratings_unanswered": .integer(sent.unanswered), "retries": .integer(opened.retries + sent.retries),
        ]
        print(String(decoding: report.encoded, as: UTF8.self))
        if opened.failed + sent.failed > 0 { throw ExitCode(1) }
    }
}

/// Commands sent on schedule by several connections.
struct LoadRun: Sendable {
    struct Counts: Sendable {
        var accepted = 0
        var known = 0
        var refused = 0
        var unanswered = 0
        var retries = 0
        var failed: Int { refused + unanswered }
    }

    let title: String
    let count: Int
    /// Commands a second; nil for as fast as they are answered.
    let rate: Int?
    let command: @Sendable (Int) -> SimulatedClinic.Command

    /// - Parameter onAccepted: hears the number of each command that was accepted, as soon as it was.
    func run(
        url: String, token: String, connections: Int, patience: Duration,
        onAccepted: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws -> Counts {
        let next = Atomic(0)
        let counts = Mutex(Counts())
        let progress = Mutex(ProgressBar(title, total: count))
        let start = ContinuousClock.now
        let group = DispatchGroup()
        for _ in 0..<connections {
            group.enter()
            let thread = Thread {
                defer { group.leave() }
                guard var poster = try? CommandPoster(url: url, token: token, patience: patience) else { return }
                while true {
                    let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard number < count else { break }
                    if let rate { Self.wait(until: start + .seconds(Double(number) / Double(rate))) }
                    let result = (try? poster.post(command(number))) ?? .unanswered
                    if result == .accepted { onAccepted(number) }
                    counts.withLock { $0.note(result) }
                    progress.withLock { $0.advance(to: number) }
                }
                let retries = poster.retries
                counts.withLock { $0.retries += retries }
            }
            thread.stackSize = 1 << 20
            thread.start()
        }
        group.wait()
        progress.withLock { $0.end() }
        return counts.withLock { $0 }
    }

    private static func wait(until due: ContinuousClock.Instant) {
        let left = ContinuousClock.now.duration(to: due)
        if left > .zero { Pause.seconds(Double(left.components.attoseconds) / 1e18 + Double(left.components.seconds)) }
    }
}

extension LoadRun.Counts {
    fileprivate mutating func note(_ result: CommandPoster.Result) {
        switch result {
        case .accepted: accepted += 1
        case .known: known += 1
        case .refused: refused += 1
        case .unanswered: unanswered += 1
        }
    }
}
