import Domain
import Foundation
import Outbound
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import attune_notification

/// The inbox over a real socket, for the length of one test.
struct InboxServer: Sendable {
    let served: ServedRoutes

    var addresses: Set<String> { served.addresses }

    static func run(_ database: TestDatabase, _ body: (InboxServer) async throws -> Void) async throws {
        try await ServedRoutes.run("attune-notification", as: ScopedReading.role, on: database, logger: quiet) { http, pool in
            InboxRoutes(reading: ScopedReading(pool)).add(to: http)
        } _: {
            try await body(InboxServer(served: $0))
        }
    }

    /// One request; nil for a document that is no JSON.
    func send(
        _ method: HTTPMethod = .get, _ path: String = "", as subject: String, roles: Set<Role> = [.clinician],
        sites: SiteAccess = .some([north])
    ) async throws -> (status: Int, document: JSON?) {
        let token = try await served.issuer.token(for: Caller(subject: subject, sites: sites, roles: roles))
        let request = try HTTPRequest(
            method, url: "http://127.0.0.1:\(served.port)/v1/inbox\(path)", headers: [try Header("Authorization", "Bearer \(token)")])
        let response = try await Task.detached { try CurlSession(proxy: .none).send(request) }.value
        let faults = try ContractJudge.shared?.faults(
            .init(
                contract: ContractTests.path, method: method.rawValue, path: "/v1/inbox\(path)", status: response.status,
                type: response.header("Content-Type") ?? "", body: String(decoding: response.body, as: UTF8.self)))
        #expect(faults ?? [] == [])
        return (response.status, try? JSON.parse(response.body))
    }

    /// The ids of a page of messages, in its order.
    func listed(_ query: String = "", as subject: String, sites: SiteAccess = .some([north])) async throws -> [String] {
        guard case .array(let messages)? = try await send(.get, query, as: subject, sites: sites).document?["messages"] else {
            return []
        }
        return messages.compactMap { if case .string(let id)? = $0["messageId"] { id } else { nil } }
    }
}
