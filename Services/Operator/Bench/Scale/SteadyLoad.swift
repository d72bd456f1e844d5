import Foundation
import LocalStack
import Synchronization

/// Ratings at a steady rate until it is told to stop.
final class SteadyLoad: Sendable {
    private let url: String
    private let token: String
    private let clinic: SimulatedClinic
    private let rate: Int
    private let isStopped = Atomic(false)
    private let ended = DispatchSemaphore(value: 0)

    init(bench: Bench, clinic: SimulatedClinic, rate: Int) throws {
        (url, token) = (try bench.url(.ingestion), try bench.token("north", "integration"))
        (self.clinic, self.rate) = (clinic, rate)
    }

    func start() {
        let thread = Thread { [self] in
            var first = 0
            // By the second, so that it can be stopped.
            while !isStopped.load(ordering: .acquiring) {
                let start = first
                _ = try? LoadRun(title: "", count: rate, rate: rate, command: { [clinic] in clinic.rating(start + $0) }).run(
                    url: url, token: token, connections: Bench.connections, patience: Bench.patience)
                first += rate
            }
            ended.signal()
        }
        thread.start()
    }

    func stop() {
        isStopped.store(true, ordering: .releasing)
        ended.wait()
    }
}
