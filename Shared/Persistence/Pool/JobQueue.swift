/// The state of a pool: what waits, who works. A job leaves `waiting` exactly once, and who took it out resumes
/// its caller; that is how every continuation is resumed once.
struct JobQueue {
    struct Job {
        let id: UInt64
        let enqueued: ContinuousClock.Instant
        let deadline: ContinuousClock.Instant
        let run: @Sendable (Connection) -> Void
        let fail: @Sendable (any Error) -> Void
    }

    enum Refusal { case full, shutDown }

    private(set) var waiting: [Job] = []
    /// Taken jobs at the front of `waiting`, removed in bulk.
    private var head = 0
    private var nextID: UInt64 = 0
    var idleWorkers = 0
    var connectedWorkers = 0
    var runningWorkers = 0
    var isShutDown = false
    var lastConnectFailure: DatabaseError?

    var count: Int { waiting.count - head }
    var earliestDeadline: ContinuousClock.Instant? { head < waiting.count ? waiting[head].deadline : nil }

    mutating func newID() -> UInt64 {
        nextID += 1
        return nextID
    }

    mutating func add(_ job: Job, limit: Int) -> Refusal? {
        if isShutDown { return .shutDown }
        if count >= limit { return .full }
        waiting.append(job)
        return nil
    }

    mutating func takeFirst() -> Job? {
        guard head < waiting.count else { return nil }
        let job = waiting[head]
        head += 1
        if head == waiting.count || head > 64 {
            waiting.removeFirst(head)
            head = 0
        }
        return job
    }

    mutating func take(id: UInt64) -> Job? {
        guard let index = waiting[head...].firstIndex(where: { $0.id == id }) else { return nil }
        return waiting.remove(at: index)
    }

    /// Every job waits equally long, so those over their time stand in front.
    mutating func takeExpired(at now: ContinuousClock.Instant) -> [Job] {
        var expired: [Job] = []
        while let deadline = earliestDeadline, deadline <= now, let job = takeFirst() { expired.append(job) }
        return expired
    }

    mutating func takeAll() -> [Job] {
        defer {
            waiting = []
            head = 0
        }
        return Array(waiting[head...])
    }
}
