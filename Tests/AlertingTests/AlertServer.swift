import Domain
import Foundation
import Logging
import Outbound
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import AlertBook
@testable import attune_alerting

/// The alerting service's HTTP over a real socket, for the length of one test.
struct AlertServer: Sendable {
    struct Answer {
        let status: Int
        let document: JSON?

        subscript(_ name: String) -> JSON? { document?[name] }

        /// Ids in a list of alerts, in the order of the answer.
        var listed: [String] {
            guard case .array(let alerts)? = document?["alerts"] else { return [] }
            return alerts.compactMap { if case .string(let id)? = $0["alertId"] { id } else { nil } }
        }
    }

    let served: ServedRoutes

    var addresses: Set<String> { served.addresses }

    static func run(_ fixture: AlertingFixture, _ body: (AlertServer) async throws -> Void) async throws {
        let policy = fixture.policy
        let answering = ConnectionPool(fixture.database.settings(role: AlertAnswers.role), size: 2, logger: quiet)
        try await ServedRoutes.run(
            "attune-alerting", as: ScopedReading.role, on: fixture.database, logger: quiet
        ) { http, pool in
            let reading = ScopedReading(pool)
            AlertRoutes(reading: reading, answering: answering, policy: { _ in policy }).add(to: http)
            FHIRRoutes(reading: reading, base: URL(string: "https://attune.example/fhir/R4/"), version: "1").add(to: http)
        } _: {
            try await body(AlertServer(served: $0))
        }
    }

    /// One request, by default of a clinician of site `north`.
    func send(
        _ method: HTTPMethod = .get, _ path: String, body: String = "", as subject: String = "c-02",
        roles: Set<Role> = [.clinician], sites: SiteAccess = .some([north]), withToken: Bool = true,
        below root: String = "/v1/alerts"
    ) async throws -> Answer {
        var headers: [Header] = []
        if withToken {
            let token = try await served.issuer.token(for: Caller(subject: subject, sites: sites, roles: roles))
            headers.append(try Header("Authorization", "Bearer \(token)"))
        }
        if !body.isEmpty { headers.append(try Header("Content-Type", "application/json")) }
        let request = try HTTPRequest(
            method, url: "http://127.0.0.1:\(served.port)\(root)\(path)", headers: headers, body: Array(body.utf8))
        let response = try await onOwnThread { try CurlSession(proxy: .none).send(request) }
        let faults = try ContractJudge.shared?.faults(
            .init(
                contract: ContractTests.path, method: method.rawValue, path: root + path, request: body,
                status: response.status, type: response.header("Content-Type") ?? "",
                body: String(decoding: response.body, as: UTF8.self)))
        #expect(faults ?? [] == [])
        return Answer(status: response.status, document: try? JSON.parse(response.body))
    }

    func acknowledge(
        _ id: AlertID, as subject: String = "c-02", roles: Set<Role> = [.clinician], sites: SiteAccess = .some([north]),
        withToken: Bool = true
    ) async throws -> Answer {
        try await send(
            .post, "/\(id)/acknowledgement", as: subject, roles: roles, sites: sites, withToken: withToken)
    }

    func resolve(
        _ id: AlertID, _ outcome: String, as subject: String = "c-02", roles: Set<Role> = [.clinician],
        sites: SiteAccess = .some([north])
    ) async throws -> Answer {
        try await send(
            .post, "/\(id)/resolution", body: #"{"outcome": "\#(outcome)"}"#, as: subject, roles: roles, sites: sites)
    }
}
