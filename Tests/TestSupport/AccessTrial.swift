public import Domain
import Foundation
import Outbound
public import ServiceKit

/// Tries every endpoint of a service with every role, with tokens that are none, and with another site's.
public struct AccessTrial: Sendable {
    let port: Int
    let issuer: TokenIssuer
    /// Real things of ``site``, by the name of the path's parameter.
    let things: [String: String]
    /// What a good request sends, by path; nothing for the others.
    let bodies: [String: String]

    public static let site = SiteID(unchecked: "north")
    static let elsewhere = SiteID(unchecked: "south")

    /// What an endpoint answered that it should not have.
    public struct Complaint: Hashable, Sendable, CustomStringConvertible {
        public let endpoint: String
        public let attempt: String
        public let answer: String
        public var description: String { "\(endpoint), \(attempt): \(answer)" }
    }

    public init(port: Int, issuer: TokenIssuer, things: [String: String], bodies: [String: String] = [:]) {
        (self.port, self.issuer, self.things, self.bodies) = (port, issuer, things, bodies)
    }

    /// What a service's routes lack of the table, and the other way round.
    public static func differences(_ addresses: Set<String>, from endpoints: [Endpoint]) -> Set<String> {
        addresses.symmetricDifference(endpoints.map { "\($0.method) \($0.path)" })
    }

    /// - Returns: nothing where every endpoint lets in whom the table names, and nobody else.
    public func complaints(of endpoints: [Endpoint]) async throws -> [Complaint] {
        var complaints: [Complaint] = []
        for endpoint in endpoints where endpoint.path != "/ready" {
            switch endpoint.entry {
            case .anybody:
                try await expect(endpoint, "without a token", nil, in: &complaints) { !Self.refusals.contains($0.status) }
            case .role(let action):
                try await tryBadTokens(endpoint, in: &complaints)
                try await tryRoles(endpoint, action, in: &complaints)
            case .invitation: break
            }
        }
        return complaints
    }

    /// Asks as somebody who may do it, at another site.
    ///
    /// - Returns: nothing where no such attempt got at a thing, or saw one in a list.
    public func complaintsFromElsewhere(of endpoints: [Endpoint]) async throws -> [Complaint] {
        var complaints: [Complaint] = []
        for endpoint in endpoints where endpoint.reach != .none {
            for role in endpoint.action?.roles ?? [] {
                let token = try await issuer.token(for: Caller(subject: "x-1", sites: .some([Self.elsewhere]), roles: [role]))
                try await expect(endpoint, "\(role.rawValue) of another site", token, in: &complaints) { answer in
                    switch endpoint.reach {
                    case .thing: [403, 404].contains(answer.status)
                    case .list: answer.status < 500 && !things.values.contains { answer.body.contains($0) }
                    case .none: true
                    }
                }
            }
        }
        return complaints
    }

    private static let refusals: Set<Int> = [401, 403]

    private func tryBadTokens(_ endpoint: Endpoint, in complaints: inout [Complaint]) async throws {
        let caller = Caller(subject: "x-1", sites: .all, roles: Set(Role.allCases))
        let good = try await issuer.token(for: caller)
        let parts = good.split(separator: ".").map(String.init)
        let none = Base64URL.encode(Array(#"{"alg":"none","kid":"\#(issuer.keyID)"}"#.utf8))
        let stranger = try await TokenIssuer(generating: issuer.keyID).token(for: caller)
        let bad: [(String, String?)] = [
            ("no token", nil), ("an expired token", try await issuer.token(for: caller, validFor: .seconds(-600))),
            ("a token signed by somebody else", stranger), ("a token of algorithm none", "\(none).\(parts[1])."),
            ("a token of algorithm none with a signature", "\(none).\(parts[1]).\(parts[2])"), ("no token at all", "x"),
        ]
        for (name, token) in bad {
            try await expect(endpoint, name, token, in: &complaints) { $0.status == 401 }
        }
    }

    private func tryRoles(_ endpoint: Endpoint, _ action: Action, in complaints: inout [Complaint]) async throws {
        let nobody = try await issuer.token(for: Caller(subject: "x-1", sites: .all, roles: []))
        try await expect(endpoint, "no role", nobody, in: &complaints) { $0.status == 403 }
        for role in Role.allCases {
            let token = try await issuer.token(for: Caller(subject: "x-1", sites: .some([Self.site]), roles: [role]))
            let mayDo = action.roles.contains(role)
            try await expect(endpoint, role.rawValue, token, in: &complaints) { answer in
                mayDo ? !Self.refusals.contains(answer.status) && answer.status < 500 : answer.status == 403
            }
        }
    }

    private func expect(
        _ endpoint: Endpoint, _ attempt: String, _ token: String?, in complaints: inout [Complaint],
        _ isRight: ((status: Int, body: String)) -> Bool
    ) async throws {
        let answer = try await send(endpoint, token)
        guard !isRight(answer) else { return }
        complaints.append(
            Complaint(
                endpoint: "\(endpoint.method) \(endpoint.path)", attempt: attempt,
                answer: "\(answer.status) \(answer.body.prefix(200))"))
    }

    private func send(_ endpoint: Endpoint, _ token: String?) async throws -> (status: Int, body: String) {
        var path = endpoint.path
        for (name, value) in things { path = path.replacingOccurrences(of: "{\(name)}", with: value) }
        let body = Array((bodies[endpoint.path] ?? "").utf8)
        var headers = try token.map { [try Header("Authorization", "Bearer \($0)")] } ?? []
        if !body.isEmpty {
            let type = endpoint.path.hasSuffix("/batch") ? "application/x-ndjson" : "application/json"
            headers.append(try Header("Content-Type", type))
        }
        let request = try HTTPRequest(
            "\(endpoint.method)" == "POST" ? .post : .get, url: "http://127.0.0.1:\(port)\(path)", headers: headers, body: body,
            timeout: .seconds(60))
        let result: Result<HTTPResponse, any Error> = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(returning: Result { try CurlSession(proxy: .none).send(request) })
            }
        }
        let response = try result.get()
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }
}
