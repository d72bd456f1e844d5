import Catalogue
import Domain
import Foundation
import LocalStack
import Outbound
import Persistence
import Synchronization

/// How fast pages come while many people look at once, in a network of many episodes: a caseload of forty, and the graph
/// of one course; beside the bare statements that read the same rows and write the same looks.
struct PageBench {
    /// Requests a second, half for caseloads and half for graphs.
    private static let rate = 50
    private static let clinicians = 25
    private static let threads = 24
    private static let episodesOfClinician = 40

    let bench: Bench
    let catalogue: Catalogue
    let episodes: Int

    func figures() throws -> [Figure] {
        let connection = try bench.superuser()
        defer { connection.close() }
        for service in StackService.allCases where service != .portal { bench.stack.stop(service) }
        try fill(on: connection)
        let start = try firstPage()
        let people = try (0..<Self.clinicians).map { try PageVisitor(url: try bench.url(.portal), clinician: Self.name($0)) }
        let paths = try people.indices.map { try cases(of: Self.name($0), on: connection).map { "/episodes/\($0)" } }
        let weights = (caseload: try people[0].size(of: "/caseload"), graph: try people[0].size(of: paths[0][0]))
        let (caseload, graph) = try load(people, paths)
        let floor = try PageFloor(database: bench.stack.endpoints.database).delays(
            of: (0..<Self.clinicians).map(Self.name), times: 400)
        return [Figure(name: "first page after start", value: start, unit: "ms")]
            + caseload.figures("caseload of \(Self.episodesOfClinician), \(episodes) episodes, \(Self.rate) pages/s", floor: floor.caseload)
            + graph.figures("graph page, \(episodes) episodes, \(Self.rate) pages/s", floor: floor.graph)
            + [
                Figure(name: "weight of the caseload page", value: Double(weights.caseload) / 1024, unit: "KiB"),
                Figure(name: "weight of a graph page", value: Double(weights.graph) / 1024, unit: "KiB"),
            ]
    }

    private static func name(_ number: Int) -> String { "page-\(number)" }

    // MARK: - Filling

    private func fill(on connection: Connection) throws {
        var history = MadeHistory(catalogue, seed: 11)
        let fill = HistoryFill(connection: connection)
        var bar = ProgressBar("\(episodes) episodes", total: episodes)
        while history.made < episodes {
            let made = try history.episodes(min(250, episodes - history.made))
            try connection.transaction { _ in
                try fill.writeLedger(made)
                try fill.writeStates(made)
            }
            bar.advance(to: history.made)
        }
        bar.end()
        try giveOut(on: connection)
        for command in ["vacuum analyze", "checkpoint"] { try connection.script(command) }
    }

    /// Episodes from all over the network to those who will look; the others stay where they are.
    private func giveOut(on connection: Connection) throws {
        let count = Self.clinicians * Self.episodesOfClinician
        try connection.run(
            """
            update ledger.episode e set clinician = 'page-' || (n.place / $1 % $2)
            from (select episode_id, row_number() over (order by episode_id) as place from ledger.episode) n
            where n.episode_id = e.episode_id and n.place % $1 = 0
            """, [.int64(Int64(max(1, episodes / count))), .int64(Int64(Self.clinicians))])
    }

    private func cases(of clinician: String, on connection: Connection) throws -> [EpisodeID] {
        try connection.run(
            "select episode_id from ledger.episode where site = 'north' and clinician = $1 and closed_on is null order by 1",
            [.text(clinician)]
        ).map { try $0.id(0) }
    }

    // MARK: - Measuring

    /// From the process's saying where it listens to the first page's last byte.
    private func firstPage() throws -> Double {
        bench.stack.stop(.portal)
        try bench.stack.restart(.portal)
        let url = try bench.url(.portal)
        let session = try CurlSession(proxy: .none)
        let request = try HTTPRequest(.get, url: url + "/sign-in")
        return try bench.seconds { _ = try session.send(request) } * 1000
    }

    /// At a steady rate, whatever the answers take: who waits behind a slow page is counted with the wait.
    private func load(_ people: [PageVisitor], _ paths: [[String]]) throws -> (caseload: Delays, graph: Delays) {
        let count = Self.rate * bench.seconds
        let taken = Mutex((caseload: Delays(), graph: Delays()))
        let failure = Mutex<(any Error)?>(nil)
        let begin = ContinuousClock.now + .milliseconds(200)
        // Threads of their own: a dispatch queue would let no more of them wait at once than there are cores.
        let group = DispatchGroup()
        for thread in 0..<Self.threads {
            group.enter()
            Thread.detachNewThread {
                defer { group.leave() }
                do {
                    let session = try CurlSession(proxy: .none)
                    for number in stride(from: thread, to: count, by: Self.threads) {
                        let due = begin + .milliseconds(1000 * number / Self.rate)
                        Pause.seconds(max(0, Bench.seconds(ContinuousClock.now.duration(to: due))))
                        let person = number / 2 % people.count
                        let isCaseload = number.isMultiple(of: 2)
                        let path = isCaseload ? "/caseload" : paths[person][number / 2 / people.count % paths[person].count]
                        _ = try people[person].get(path, on: session)
                        let microseconds = Int64(Bench.seconds(due.duration(to: .now)) * 1_000_000)
                        taken.withLock {
                            if isCaseload { $0.caseload.add(microseconds) } else { $0.graph.add(microseconds) }
                        }
                    }
                } catch {
                    failure.withLock { $0 = error }
                }
            }
        }
        group.wait()
        if let error = failure.withLock({ $0 }) { throw error }
        return taken.withLock { $0 }
    }
}

/// Somebody signed in.
struct PageVisitor: Sendable {
    private let url: String
    private let cookie: String

    init(url: String, clinician: String) throws {
        self.url = url
        let request = try HTTPRequest(.get, url: url + "/demo-sign-in?role=clinician&subject=\(clinician)&site=north")
        let answer = try CurlSession(proxy: .none).send(request)
        guard answer.status == 303, let cookie = answer.header("Set-Cookie")?.prefix(while: { $0 != ";" }) else {
            throw BenchFailure("nobody could sign in at the portal: \(answer.status)")
        }
        self.cookie = String(cookie)
    }

    func get(_ path: String, on session: CurlSession) throws -> HTTPResponse {
        let request = try HTTPRequest(.get, url: url + path, headers: [try Header("Cookie", cookie)])
        let answer = try session.send(request)
        guard answer.status == 200 else { throw BenchFailure("\(path) was answered \(answer.status)") }
        return answer
    }

    /// Bytes of the page, uncompressed.
    func size(of path: String) throws -> Int { try get(path, on: CurlSession(proxy: .none)).body.count }
}
