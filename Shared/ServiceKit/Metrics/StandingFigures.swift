public import Logging
public import Persistence
import ServiceLifecycle

/// Figures of how things stand, which no event of this process tells: how much waits, and for how long. The database is
/// asked at intervals, so that they hold whoever has done what, also right after a start.
///
/// Every process of a service tells the same, so that one of them is enough: `max`, never `sum`.
public struct StandingFigures: Sendable {
    /// What is asked, and what the answer sets.
    public struct Question: Sendable {
        let statement: Statement
        let keys: [String]
        let record: @Sendable (_ key: String, _ first: Int64, _ second: Int64) -> Void

        /// - Parameters:
        ///   - statement: answers with rows of a word and two numbers (`text`, `bigint`, `bigint`).
        ///   - keys: the words that are recorded at each answer; both numbers are 0 where there is no such row.
        ///   - record: sets the gauges of one word.
        public init(
            _ statement: Statement, keys: [String],
            record: @escaping @Sendable (_ key: String, _ first: Int64, _ second: Int64) -> Void
        ) {
            self.statement = statement
            self.keys = keys
            self.record = record
        }
    }

    private let settings: DatabaseSettings
    private let questions: [Question]
    private let interval: Duration
    private let logger: Logger

    public init(
        _ settings: DatabaseSettings, asking questions: [Question], every interval: Duration = .seconds(15), logger: Logger
    ) {
        var settings = settings
        // An answer that takes longer is not worth its price, and the end of the process waits for it.
        settings.statementTimeout = .seconds(5)
        self.settings = settings
        self.questions = questions
        self.interval = interval
        self.logger = logger
    }

    /// Asks until the process is to stop, or the task is cancelled. Without an answer the last one stays.
    public func run() async {
        let pool = ConnectionPool(settings, size: 1, logger: logger)
        await cancelWhenGracefulShutdown {
            var failing: Set<String> = []
            while !Task.isCancelled {
                await ask(on: pool, &failing)
                try? await Task.sleep(for: interval)
            }
        }
        await pool.shutdown()
    }

    /// All questions once. `failing` has the statements of those that fail: that is said once, until there is an answer.
    package func ask(on pool: ConnectionPool, _ failing: inout Set<String>) async {
        for question in questions { await ask(question, on: pool, &failing) }
    }

    private func ask(_ question: Question, on pool: ConnectionPool, _ failing: inout Set<String>) async {
        do {
            let answer = try await pool.with { connection in
                Dictionary(
                    try connection.run(question.statement).map { (try $0.text(0), (try $0.int64(1), try $0.int64(2))) },
                    uniquingKeysWith: { first, _ in first })
            }
            for key in question.keys {
                let (first, second) = answer[key] ?? (0, 0)
                question.record(key, first, second)
            }
            failing.remove(question.statement.sql)
        } catch is CancellationError {
        } catch {
            guard !Task.isCancelled, failing.insert(question.statement.sql).inserted else { return }
            logger.warning("Figures of the database are not renewed", error: error)
        }
    }
}
