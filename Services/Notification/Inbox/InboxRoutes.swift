import Channels
import Contracts
import Domain
import HTTPTypes
import Hummingbird
import Persistence
import ServiceKit

/// The inbox of whoever asks: nobody reads another's.
///
/// - `GET /v1/inbox?unread=true|false&before=&limit=`
/// - `POST /v1/inbox/{message}/read` (no body; a message stays read)
struct InboxRoutes {
    private static let largestPage = 500

    let reading: ScopedReading

    func add(to http: ServiceHTTP) {
        let inbox = http.authenticated("v1/inbox", to: .readInbox)
        inbox.get(use: list)
        inbox.post(":message/read", use: markRead)
    }

    private func list(_ request: Request, _ context: CallerContext) async throws -> Response {
        let query = request.uri.queryParameters
        let unreadOnly = try query["unread"].map { text in
            guard let flag = Bool(String(text)) else { throw Problem.badRequest("unread: neither true nor false") }
            return flag
        } ?? false
        let before = try query["before"].map { text in
            guard let time = Timestamp(text) else { throw Problem.badRequest("before: not an RFC 3339 time") }
            return time
        }
        let limit = try query["limit"].map { text in
            guard let limit = Int(text), (1...Self.largestPage).contains(limit) else {
                throw Problem.badRequest("limit: not a number from 1 to \(Self.largestPage)")
            }
            return limit
        } ?? 100
        let caller = context.caller
        let messages = try await reading.answer(to: caller) {
            try Inbox.list(of: caller, unreadOnly: unreadOnly, before: before, limit: limit, on: $0)
        }
        return JSON.object([.init("messages", .array(messages.map(\.json)))]).response()
    }

    private func markRead(_ request: Request, _ context: CallerContext) async throws -> Response {
        let id = try context.identity("message", as: DeliveryID.self)
        let caller = context.caller
        guard let message = try await reading.answer(to: caller, { try Inbox.markRead(id, by: caller, on: $0) }) else {
            throw Problem.notFound
        }
        return message.json.response()
    }
}

extension Inbox.Message {
    fileprivate var json: JSON {
        [
            "messageId": .text(id), "alertId": .text(alert), "site": .text(site), "urgency": .string(urgency.word),
            "overdue": .bool(isOverdue), "dueAt": .text(dueAt), "createdAt": .text(createdAt), "readAt": .text(readAt),
        ]
    }
}
