import FoundationEssentials
import Outbound
import ServiceKit

/// Sends batches of commands to ingestion until each line has been decided.
struct BatchSender {
    /// What became of a line.
    enum Answer: Equatable {
        case accepted
        case known
        case refused(String)
    }

    /// Longest pause between two tries.
    private static let longestPause = 5.0

    let url: String
    let token: String
    let backfill: Bool
    /// Seconds to keep trying while ingestion does not serve.
    let patience: Double
    private let session: CurlSession

    init(url: String, token: String, backfill: Bool, patience: Double) throws {
        self.url = url
        self.token = token
        self.backfill = backfill
        self.patience = patience
        session = try CurlSession(caFile: OperatorEnvironment.authority, proxy: .none)
    }

    /// - Returns: an answer for every line, in order.
    func send(_ lines: [JSON]) throws -> [Answer] {
        var answers: [Answer?] = Array(repeating: nil, count: lines.count)
        var pause = 0.1
        let start = ContinuousClock.now
        while true {
            // Sent again as they were: what was decided before is recognised.
            let open = answers.indices.filter { answers[$0] == nil }
            guard !open.isEmpty else { return answers.compactMap { $0 } }
            let decided = try attempt(open.map { lines[$0] })
            for (index, answer) in zip(open, decided) { answers[index] = answer }
            guard answers.contains(where: { $0 == nil }) else { continue }
            guard start.duration(to: .now) < .seconds(patience) else {
                throw ImportProblem("ingestion at \(url) did not serve for \(Int(patience)) s; run the import again later")
            }
            Pause.seconds(pause)
            pause = min(pause * 2, Self.longestPause)
        }
    }

    /// - Returns: nil for lines that were not decided and are to be sent again.
    private func attempt(_ lines: [JSON]) throws -> [Answer?] {
        let body = lines.flatMap { $0.encoded + [UInt8(ascii: "\n")] }
        let response: HTTPResponse
        do {
            response = try session.send(
                HTTPRequest(
                    .post, url: "\(url)/v1/ratings/batch\(backfill ? "?lane=backfill" : "")",
                    headers: [
                        Header("Authorization", "Bearer \(token)"), Header("Content-Type", "application/x-ndjson"),
                    ], body: body, timeout: .seconds(60), maxResponseBytes: 64 << 20))
        } catch {
            guard error.isTransient else { throw ImportProblem("\(url): \(error)") }
            return Array(repeating: nil, count: lines.count)
        }
        switch response.status {
        case 200:
            let results = response.body.split(separator: UInt8(ascii: "\n"))
            guard results.count == lines.count else { throw ImportProblem("\(url): answered \(results.count) lines for \(lines.count)") }
            return try results.map { Self.answer(try JSON.parse(Array($0))) }
        case 429, 500...599:
            return Array(repeating: nil, count: lines.count)
        case 401, 403:
            throw ImportProblem("\(url) refuses the token (\(response.status)): it must cover the site, with role integration, and not be expired")
        default:
            throw ImportProblem("\(url) refuses the batch with status \(response.status)")
        }
    }

    private static func answer(_ result: JSON) -> Answer? {
        guard case .number(let status)? = result["status"] else { return .refused("no status in the answer") }
        switch status.text {
        case "201": return .accepted
        case "200": return .known
        case "503": return nil
        default: return .refused(reason(result["problem"] ?? .null))
        }
    }

    /// The problem in one line: title, and each field's fault.
    private static func reason(_ problem: JSON) -> String {
        var parts: [String] = []
        if case .string(let title)? = problem["title"] { parts.append(title) }
        if case .array(let errors)? = problem["errors"], !errors.isEmpty {
            for error in errors {
                guard case .string(let pointer)? = error["pointer"], case .string(let detail)? = error["detail"] else { continue }
                parts.append("\(pointer) \(detail)")
            }
        } else if case .string(let detail)? = problem["detail"] {
            parts.append(detail)
        }
        return parts.joined(separator: ": ")
    }
}
