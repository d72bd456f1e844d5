import AlertBook
import Contracts
import Domain
import Hummingbird
import Intake
import Persistence
import ServiceKit

/// What people record and answer on pages: by the code and the rules of the services whose business it is, through the
/// ledger. Each has connections of its own, in a role that may do this and nothing else.
struct Commands: Sendable {
    private let intake: CommandIntake
    private let answers: ConnectionPool
    private let sharing: ConnectionPool
    let policy: @Sendable (SiteID) -> SitePolicy

    /// - Parameters:
    ///   - answers: in the role that answers alerts.
    ///   - sharing: in the role of the intake.
    init(
        intake: CommandIntake, answers: ConnectionPool, sharing: ConnectionPool,
        policy: @escaping @Sendable (SiteID) -> SitePolicy
    ) {
        self.intake = intake
        self.answers = answers
        self.sharing = sharing
        self.policy = policy
    }

    /// Records what happened in an episode.
    ///
    /// - Parameters:
    ///   - draft: with its site, which the page has read within the visitor's scope.
    ///   - trace: of the page's request.
    /// - Returns: where it stands; for a repeated command the first result.
    /// - Throws: ``Problem`` 409 where a rule of episodes is against it, 503 where the database does not serve.
    @discardableResult
    func record(_ draft: CommandDraft, by visitor: Visitor, trace: TraceContext) async throws -> Receipt {
        let outcome: Outcome
        do {
            outcome = try await intake.record(draft, by: visitor.caller, trace: trace).outcome
        } catch let refusal as IntakeRefusal {
            throw refusal == .unknownEpisode ? Problem.notFound : Problem.unavailable("database", retryAfterSeconds: 1)
        }
        switch outcome {
        case .recorded(let receipt), .repeated(let receipt): return receipt
        case .refused(let refusal): throw CommandRefused(refusal: refusal)
        case .unavailable: throw Problem.unavailable("database", retryAfterSeconds: 1)
        case .failed: throw Problem.internalError
        }
    }

    /// Answers an alert.
    ///
    /// - Throws: `AlertRefusal`, which a page shows beside the alert; ``Problem`` 503.
    func answer<Result: Sendable>(_ work: @escaping @Sendable (Connection) throws -> Result) async throws -> Result {
        try await answers.with(work)
    }

    /// Does what only the role of the intake may: sharing the visitor's own page and taking it back, reading clients' keys.
    ///
    /// - Throws: what `work` throws; ``Problem`` 503.
    func asIntake<Result: Sendable>(_ work: @escaping @Sendable (Connection) throws -> Result) async throws -> Result {
        try await sharing.with(work)
    }
}

/// A rule of episodes is against what somebody wants to record: nothing was recorded.
struct CommandRefused: Error {
    let refusal: CommandRefusal
}
