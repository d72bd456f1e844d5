import Domain
import Foundation
import LocalStack
import Outbound
import ServiceKit

/// The network's people and systems as the services see them: requests with tokens of their own.
final class QuarterCalls {
    /// What a service must not have answered.
    struct Unexpected: Error, CustomStringConvertible {
        let description: String
    }

    private let stack: LocalStack
    private let session: CurlSession
    /// By subject.
    private var tokens: [String: String] = [:]
    private(set) var posted = 0

    init(_ stack: LocalStack) throws {
        self.stack = stack
        session = try CurlSession(proxy: .none)
    }

    /// Sends one command as a site's integration engine does, and expects it to be accepted.
    func post(_ command: SimulatedClinic.Command, at site: SiteID) throws {
        let response = try send(
            .post, .ingestion, command.path, as: "bridge-\(site)", "integration", site, command.body)
        guard response.status == 201 else {
            throw Unexpected(
                description: "ingestion answered \(response.status) to \(command.path): \(Self.text(response))")
        }
        posted += 1
    }

    /// Asks alerting something, or answers an alert.
    func alerts(
        _ method: HTTPMethod, _ path: String, as subject: String, role: String, at site: SiteID, _ body: JSON? = nil
    ) throws
        -> (status: Int, json: JSON)
    {
        let response = try send(method, .alerting, "/v1/alerts\(path)", as: subject, role, site, body)
        guard response.status == 200 || response.status == 409 else {
            throw Unexpected(description: "alerting answered \(response.status) to \(path): \(Self.text(response))")
        }
        return (response.status, try JSON.parse(response.body))
    }

    private func send(
        _ method: HTTPMethod, _ service: StackService, _ path: String, as subject: String, _ role: String,
        _ site: SiteID,
        _ body: JSON?
    ) throws -> HTTPResponse {
        guard let url = stack.endpoints.url(service) else { throw StackError.notStarted }
        var headers = [try Header("Authorization", "Bearer \(try token(subject, role, site))")]
        if body != nil { headers.append(try Header("Content-Type", "application/json")) }
        return try session.send(HTTPRequest(method, url: url + path, headers: headers, body: body?.encoded ?? []))
    }

    private func token(_ subject: String, _ role: String, _ site: SiteID) throws -> String {
        if let token = tokens[subject] { return token }
        let file = stack.keys.folder.appendingPathComponent("\(subject).token")
        try stack.runOperator(
            [
                "token", "--key", stack.keys.tokenKey.path, "--site", site.text, "--role", role, "--subject", subject,
                "--seconds", "31536000", "--output", file.path,
            ], logTo: "attune-token")
        let token = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        tokens[subject] = token
        return token
    }

    private static func text(_ response: HTTPResponse) -> String {
        String(decoding: response.body.prefix(500), as: UTF8.self)
    }
}

extension QuarterCalls {
    /// Goes through the support tree to its end: the first question that is not answered plainly leads to an action.
    /// - Returns: the status of the last entry.
    func review(_ alert: String, as subject: String, role: String, at site: SiteID, _ random: inout SplitMix64) throws
        -> Int
    {
        let path = "/\(alert)/review"
        var answer = try alerts(.get, path, as: subject, role: role, at: site)
        func enter(_ body: JSON) throws -> Bool {
            answer = try alerts(.post, path, as: subject, role: role, at: site, body)
            return answer.status == 200
        }
        while let question = answer.json["review"]?["nextQuestion"]?["id"] {
            // Most answers are plain; what is not leads to the actions of its part of the tree.
            let plain: JSON = Self.isFineWithNo(question) ? "no" : "yes"
            let isPlain = Int.random(in: 0..<5, using: &random) > 0
            guard try enter(["answer": ["question": question, "answer": isPlain ? plain : "unsure"]]) else {
                return answer.status
            }
        }
        if case .array(let parts)? = answer.json["review"]?["withoutAction"] {
            for _ in parts {
                guard case .array(let offered)? = answer.json["review"]?["offered"],
                    let open = Self.texts(answer.json["review"]?["withoutAction"]).first,
                    let action = offered.first(where: { Self.belongs($0["id"], to: open) })?["id"]
                else { break }
                guard try enter(["action": action]) else { return answer.status }
            }
        }
        _ = try enter(["completed": true])
        return answer.status
    }

    private static func texts(_ json: JSON?) -> [String] {
        guard case .array(let list)? = json else { return [] }
        return list.compactMap { if case .string(let text) = $0 { text } else { nil } }
    }

    /// As the standard tree words them: "no" is the good answer to these.
    private static func isFineWithNo(_ question: JSON) -> Bool {
        guard case .string(let id) = question else { return false }
        return id == "events.burden" || id.hasPrefix("care.")
    }

    private static func belongs(_ action: JSON?, to domain: String) -> Bool {
        guard case .string(let id)? = action else { return false }
        return SupportTree.standard.domain(of: SupportActionID(unchecked: id))?.rawValue == domain
    }
}
