@testable import Channels
import Contracts
import Domain
import Foundation
import Outbound
import Synchronization
import Testing

@testable import attune_notification

@Suite struct ScheduleTests {
    private let schedule = RetrySchedule(firstPause: .seconds(5), maxAttempts: 12)

    @Test func `Pauses are anything up to a full one that doubles to an hour, and the same at every run`() {
        let deliveries = (0..<300).map { _ in DeliveryID(rawValue: UUID()) }
        for attempt in 1...12 {
            let full = min(Duration.seconds(5) * (1 << (attempt - 1)), .seconds(3600))
            let pauses = deliveries.map { schedule.pause(after: attempt, of: $0, retryAfter: nil) }
            #expect(pauses.allSatisfy { $0 > .zero && $0 <= full })
            // Spread over all of it: three hundred of them leave no quarter empty.
            #expect(Set(pauses.map { Int($0 / full * 3.999) }) == [0, 1, 2, 3])
            #expect(Set(pauses).count > 10)
            #expect(pauses == deliveries.map { schedule.pause(after: attempt, of: $0, retryAfter: nil) })
        }
    }

    @Test func `The receiver's pause counts where it is longer, but not beyond an hour`() {
        let delivery = DeliveryID(rawValue: UUID())
        #expect(schedule.pause(after: 1, of: delivery, retryAfter: .seconds(100)) == .seconds(100))
        #expect(schedule.pause(after: 1, of: delivery, retryAfter: .seconds(1)) >= .seconds(1))
        #expect(schedule.pause(after: 1, of: delivery, retryAfter: .seconds(90_000)) == .seconds(3600))
    }

    @Test func `Retry-After is read as seconds or as a date`() {
        let now = Timestamp("1994-11-06T08:49:00Z")!
        #expect(RetryAfter.pause("120", now: now) == .seconds(120))
        #expect(RetryAfter.pause("99999999999999999999", now: now) == .seconds(3600))
        #expect(RetryAfter.pause("Sun, 06 Nov 1994 08:49:37 GMT", now: now) == .seconds(37))
        #expect(RetryAfter.pause("Sun, 06 Nov 1994 08:48:37 GMT", now: now) == .zero)
        for wrong in ["", "-1", "soon", "Sun, 06 Foo 1994 08:49:37 GMT", "1.5"] {
            #expect(RetryAfter.pause(wrong, now: now) == nil)
        }
    }
}

@Suite struct EndpointBoardTests {
    /// A clock that a test moves by hand.
    private final class Clock: Sendable {
        private let time = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { time.withLock { $0 } }
        func advance(_ duration: Duration) { time.withLock { $0 += duration } }
    }

    /// What a board has told.
    private final class Told: Sendable {
        private let circuits = Mutex<[EndpointBoard.Circuit]>([])
        var all: [EndpointBoard.Circuit] { circuits.withLock { $0 } }
        func note(_ circuit: EndpointBoard.Circuit) { circuits.withLock { $0.append(circuit) } }
    }

    private let clock = Clock()

    private func board(workers: Int) -> EndpointBoard {
        let clock = self.clock
        return EndpointBoard(workers: workers, now: { clock.now })
    }

    private func attempt(_ url: String) -> DeliveryAttempt {
        DeliveryAttempt(
            delivery: MessageTests.delivery(.alliance, level: 0), number: 1,
            contact: .init(address: .webhook(WebhookTarget(url: url, keys: [WebhookKey(id: "1", bytes: key)]))))
    }

    private func blocked(_ board: EndpointBoard) throws -> Set<Endpoint> {
        var seen: Set<Endpoint> = []
        _ = try board.pick {
            seen = $0
            return nil
        }
        return seen
    }

    @Test func `One worker stays free of any single endpoint`() throws {
        let board = board(workers: 3)
        for _ in 0..<2 {
            #expect(try blocked(board).isEmpty)
            _ = try board.pick { _ in attempt("a") }
        }
        #expect(try blocked(board) == [.webhook(url: "a")])
        board.finished(.webhook(url: "a"), wasReached: true)
        #expect(try blocked(board).isEmpty)
    }

    @Test func `An endpoint that did not answer rests, longer each time, and is then probed by one`() throws {
        let board = board(workers: 4)
        let endpoint = Endpoint.webhook(url: "a")
        for rest in [1, 2, 4, 8, 16, 32, 60, 60] {
            _ = try board.pick { _ in attempt("a") }
            board.finished(endpoint, wasReached: false)
            clock.advance(.seconds(rest) - .milliseconds(1))
            #expect(try blocked(board) == [endpoint])
            clock.advance(.milliseconds(1))
            #expect(try blocked(board).isEmpty)
        }
        _ = try board.pick { _ in attempt("a") }
        #expect(try blocked(board) == [endpoint])
        board.finished(endpoint, wasReached: true)
        #expect(try blocked(board).isEmpty)
    }

    @Test func `A circuit opens, is tried half-open, and closes with the first answer; each change is told`() throws {
        let told = Told()
        let clock = self.clock
        let board = EndpointBoard(
            workers: 2, now: { clock.now }, report: { _, circuit in told.note(circuit) })
        let endpoint = Endpoint.webhook(url: "a")
        func tries(_ wasReached: Bool) throws -> EndpointBoard.Change? {
            _ = try board.pick { _ in attempt("a") }
            return board.finished(endpoint, wasReached: wasReached)
        }
        #expect(try tries(true) == nil)
        #expect(board.circuit(of: endpoint) == .closed)
        #expect(try tries(false) == .init(endpoint: endpoint, failures: 1))
        #expect(board.circuit(of: endpoint) == .open)
        clock.advance(.seconds(1))
        #expect(board.circuit(of: endpoint) == .halfOpen)
        #expect(try tries(false) == .init(endpoint: endpoint, failures: 2))
        clock.advance(.seconds(2))
        #expect(try tries(true) == .init(endpoint: endpoint, failures: 0))
        #expect(board.circuit(of: endpoint) == .closed)
        #expect(told.all == [.open, .halfOpen, .open, .halfOpen, .closed])
    }

    @Test func `Doubtful endpoints together leave one worker free`() throws {
        let board = board(workers: 2)
        for url in ["a", "b"] {
            _ = try board.pick { _ in attempt(url) }
            board.finished(.webhook(url: url), wasReached: false)
        }
        clock.advance(.seconds(5))
        _ = try board.pick { _ in attempt("a") }
        #expect(try blocked(board) == [.webhook(url: "a"), .webhook(url: "b")])
    }

    @Test(arguments: [
        (OutboundError.couldNotConnect, true), (.timedOut, true), (.connectionLost, true), (.tls(code: 60), true),
        (.rejected(code: 421), true), (.rejected(code: 550), false), (.refusedURL, false),
        (.responseTooLarge(limit: 1), false),
    ])
    func `Faults of the way are tried again, faults of the message are not`(error: OutboundError, isTransient: Bool) {
        #expect((MessageSender.outcome(of: error).word == "transient") == isTransient)
    }
}
