import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import ServiceKit

/// Signing in with the organisation's account.
///
/// - `GET /sign-in/openid?to=`: leads to the provider
/// - `GET /sign-in/return`: where the provider leads back
struct OpenIDRoutes: Sendable {
    let openID: OpenIDConnect
    let key: PortalKey
    let cookies: Cookies
    let entry: SessionEntry

    /// What is kept in the browser meanwhile, signed.
    private struct Attempt: Codable {
        let pending: PendingSignIn
        let target: String?
    }

    func add(to routes: RouterGroup<PageContext>) {
        routes.get("sign-in/openid", use: begin)
        routes.get("sign-in/return", use: finish)
    }

    private func begin(_ request: Request, _ context: PageContext) async throws -> Response {
        let target = LocalAddress.checked(request.uri.queryParameters["to"].map(String.init))
        let start = try await failing(context) { () async throws(SignInFailure) in try await openID.begin() }
        let attempt = Attempt(pending: start.pending, target: target)
        var response = Pages.seeOther(start.address)
        let kept = key.signed(Array(try JSONEncoder().encode(attempt)), for: .signIn)
        cookies.set(.signIn, to: kept, lifetime: Int(PendingSignIn.longestSeconds), on: &response)
        return response
    }

    private func finish(_ request: Request, _ context: PageContext) async throws -> Response {
        guard let bytes = cookies.value(.signIn, in: request).flatMap({ key.verified($0, for: .signIn) }),
            let attempt = try? JSONDecoder().decode(Attempt.self, from: Data(bytes))
        else { throw SignInNeeded(address: "/") }
        let query = request.uri.query ?? ""
        let person = try await failing(context) { () async throws(SignInFailure) in
            try await openID.finish(query, attempt.pending)
        }
        // Clients come by their links: an account says who they are, not which episode is theirs.
        var response = Pages.seeOther(attempt.target ?? "/")
        let caller = Caller(
            subject: person.caller.subject, sites: person.caller.sites,
            roles: person.caller.roles.subtracting([.client, .integration]))
        try await entry.begin(caller, on: &response)
        cookies.remove(.signIn, on: &response)
        return response
    }

    /// People learn that it did not work, the log why.
    private func failing<Result>(
        _ context: PageContext, _ work: () async throws(SignInFailure) -> Result
    ) async throws -> Result {
        do {
            return try await work()
        } catch {
            context.logger.warning("Nobody was signed in", metadata: ["reason": "\(error)"])
            switch error {
            case .providerUnreachable, .providerFaulty: throw Problem.unavailable("sign-in", retryAfterSeconds: 5)
            default: throw Problem("sign-in-failed", .forbidden, title: "The sign-in did not work")
            }
        }
    }
}
