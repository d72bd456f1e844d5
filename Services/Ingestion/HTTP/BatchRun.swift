import Contracts
import Domain
import HTTPTypes
import Intake
import ServiceKit

/// Decides a batch chunk by chunk and gathers the answer.
struct BatchRun {
    let reader: CommandReader
    let intake: CommandIntake
    let writer: CommandWriter
    let metrics: IngestionMetrics
    let trace: TraceContext
    let requestID: String

    /// Lines of NDJSON.
    private(set) var results: [UInt8] = []
    /// Once the database does not serve, later lines are not tried: they might depend on earlier ones.
    private var isUnavailable = false

    init(
        reader: CommandReader, intake: CommandIntake, writer: CommandWriter, metrics: IngestionMetrics,
        trace: TraceContext, requestID: String
    ) {
        self.reader = reader
        self.intake = intake
        self.writer = writer
        self.metrics = metrics
        self.trace = trace
        self.requestID = requestID
    }

    private enum LineResult {
        case decided(Submission, Outcome)
        case refused(Problem)
    }

    /// - Throws: when nothing at all could be decided because the database does not serve.
    mutating func decide(_ lines: ArraySlice<BatchLine>) async throws {
        guard !isUnavailable else {
            for line in lines { write(.refused(.databaseUnavailable), of: line) }
            return
        }
        let read = await lineResults(lines)
        let submissions = read.compactMap { try? $0.get() }
        let outcomes = await writer.submit(submissions)
        if outcomes.contains(.unavailable) { isUnavailable = true }
        // Nothing has been decided yet: one answer for the whole request says it best.
        if isUnavailable, results.isEmpty, outcomes.allSatisfy({ $0 == .unavailable }) {
            throw Problem.databaseUnavailable
        }
        var decided = zip(submissions, outcomes).makeIterator()
        for (line, result) in zip(lines, read) {
            switch result {
            case .failure(let problem):
                metrics.refused(problem.name)
                write(.refused(problem), of: line)
            case .success:
                guard let (submission, outcome) = decided.next() else { continue }
                write(.decided(submission, outcome), of: line)
            }
        }
    }

    /// What each line asks for, or why it cannot be asked.
    private mutating func lineResults(_ lines: ArraySlice<BatchLine>) async -> [Result<Submission, Problem>] {
        let drafts = lines.map(draft)
        let good = drafts.compactMap { try? $0.get() }
        var submissions: [Result<Submission, Problem>]
        do {
            submissions = try await intake.submissions(good, of: reader.caller, trace: trace).map { result in
                result.mapError { Problem($0) }
            }
        } catch let refusal as IntakeRefusal {
            isUnavailable = refusal == .unavailable
            submissions = good.map { _ in .failure(Problem(refusal)) }
        } catch {
            submissions = good.map { _ in .failure(.internalError) }
        }
        var next = submissions.makeIterator()
        return drafts.map { draft in draft.flatMap { _ in next.next() ?? .failure(.internalError) } }
    }

    private func draft(_ line: BatchLine) -> Result<CommandDraft, Problem> {
        do {
            return .success(try reader.line(try line.document()))
        } catch let fault as FieldError {
            return .failure(.invalidContent([fault]))
        } catch let problem as Problem {
            return .failure(problem)
        } catch {
            return .failure(.internalError)
        }
    }

    private mutating func write(_ result: LineResult, of line: BatchLine) {
        var members: [JSON.Member] = [.init("line", .integer(line.number))]
        switch result {
        case .decided(let submission, .recorded(let receipt)):
            members.append(.init("status", .integer(HTTPResponse.Status.created.code)))
            members += submission.document(receipt)
        case .decided(let submission, .repeated(let receipt)):
            members.append(.init("status", .integer(HTTPResponse.Status.ok.code)))
            members += submission.document(receipt)
        case .decided(let submission, .refused(let refusal)):
            members += refused(Problem(refusal, of: submission.command.event), line)
            if case .rule(.versionConflict(_, let actual)) = refusal {
                members.append(.init("version", .integer(actual)))
            }
        case .decided(_, .unavailable): members += refused(.databaseUnavailable, line)
        case .decided(_, .failed): members += refused(.internalError, line)
        case .refused(let problem): members += refused(problem, line)
        }
        JSON.object(members).encode(to: &results)
        results.append(UInt8(ascii: "\n"))
    }

    private func refused(_ problem: Problem, _ line: BatchLine) -> [JSON.Member] {
        let placed = Problem(
            problem.name, problem.status, title: problem.title, detail: problem.detail,
            errors: problem.errors.map { FieldError(pointer: $0.pointer, line: line.number, detail: $0.detail) })
        return [
            .init("status", .integer(problem.status.code)), .init("problem", placed.document(requestID: requestID)),
        ]
    }
}
