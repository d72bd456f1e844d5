import Outbound
import ServiceKit

/// Posts single commands until each has been answered: one connection, one thread.
struct CommandPoster {
    enum Result: Equatable {
        case accepted
        case known
        case refused(status: Int)
        /// Not answered within the patience: nothing is known of it.
        case unanswered
    }

    /// Where ingestion answers, by turns: asked anew for each attempt.
    let urls: @Sendable () -> [String]
    let token: String
    let patience: Duration
    private let session: CurlSession
    private var attempts = 0
    private(set) var retries = 0
    /// Answers that said to come again, by status.
    private(set) var turnedAway: [Int: Int] = [:]

    init(url: String, token: String, patience: Duration) throws {
        try self.init(urls: { [url] }, token: token, patience: patience)
    }

    init(urls: @escaping @Sendable () -> [String], token: String, patience: Duration) throws {
        self.urls = urls
        self.token = token
        self.patience = patience
        session = try CurlSession(caFile: OperatorEnvironment.authority, proxy: .none)
    }

    /// Sends the same command again while ingestion does not serve: its id makes that harmless.
    mutating func post(_ command: SimulatedClinic.Command) throws -> Result {
        let deadline = ContinuousClock.now + patience
        var pause = 0.05
        while true {
            let places = urls()
            let url = places.isEmpty ? "" : places[attempts % places.count]
            attempts += 1
            let request = try HTTPRequest(
                .post, url: url + command.path,
                headers: [
                    Header("Authorization", "Bearer \(token)"), Header("Content-Type", "application/json"),
                ], body: command.body.encoded, timeout: .seconds(10), connectTimeout: .seconds(2))
            if let result = try attempt(request) { return result }
            guard ContinuousClock.now < deadline else { return .unanswered }
            retries += 1
            Pause.seconds(pause)
            pause = min(pause * 2, 1)
        }
    }

    private mutating func attempt(_ request: HTTPRequest) throws -> Result? {
        do throws(OutboundError) {
            let status = try session.send(request).status
            switch status {
            case 201: return .accepted
            case 200: return .known
            case 429, 500...599:
                turnedAway[Int(status), default: 0] += 1
                return nil
            default: return .refused(status: status)
            }
        } catch {
            guard error.isTransient else { throw error }
            return nil
        }
    }
}
