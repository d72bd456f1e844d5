import FoundationEssentials
import HTTPTypes
import Hummingbird

/// The portal's cookies: not readable by scripts, sent to the portal alone, and over https where it is served so.
struct Cookies: Sendable {
    enum Name: String {
        case session, language
        /// What has to be remembered while somebody is away at the identity provider.
        case signIn = "sign-in"
        /// Which check-in was begun in this browser.
        case checkIn = "check-in"
    }

    /// Browsers refuse the prefix without `Secure`, so plain http, as on one machine, goes without.
    let isSecure: Bool

    init(for address: URL) { isSecure = address.scheme == "https" }

    func value(_ name: Name, in request: Request) -> String? { request.cookies[full(name)]?.value }

    /// - Parameter lifetime: in seconds; nil until the browser is closed.
    func set(_ name: Name, to value: String, lifetime: Int? = nil, on response: inout Response) {
        response.setCookie(
            Cookie(
                name: full(name), value: value, maxAge: lifetime, path: "/", secure: isSecure, httpOnly: true,
                // Lax: links in mails must lead in, and the identity provider must lead back.
                sameSite: .lax))
    }

    func remove(_ name: Name, on response: inout Response) { set(name, to: "", lifetime: 0, on: &response) }

    private func full(_ name: Name) -> String { (isSecure ? "__Host-" : "") + "attune-\(name.rawValue)" }
}
