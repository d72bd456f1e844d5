import Foundation
import LocalStack
import Logging
import Outbound
import ServiceKit
import TestSupport
import Testing

@testable import attune_portal

/// The sign-in against a provider that is not ours, with PKCE, state, nonce and credentials checked by Authlib.
@Suite(.serialized, .enabled(if: ProviderProcess.isAvailable, "oidc-provider-mock 0.3.4 cannot be installed from PyPI here"))
struct OpenIDProviderTests {
    private static let provider = Result { try ProviderProcess() }

    private static func openID(
        _ clientID: String = "attune", secret: String? = "s/e:cret", issuer: String? = nil
    ) throws -> OpenIDConnect {
        let client = OpenIDClient(
            issuer: try issuer ?? provider.get().issuer, clientID: clientID, secret: secret,
            redirectURI: ProviderProcess.redirect, afterSignOut: "http://127.0.0.1:9/")
        return OpenIDConnect(client, requests: ProviderRequests(proxy: .none), logger: Logger(label: "test"))
    }

    private static func failure(_ body: () async throws(SignInFailure) -> some Any) async -> SignInFailure? {
        do throws(SignInFailure) { _ = try await body() } catch { return error }
        return nil
    }

    @Test(arguments: [("attune", "s/e:cret"), ("attune-public", nil)] as [(String, String?)])
    func somebodySignsIn(_ clientID: String, _ secret: String?) async throws {
        let openID = try Self.openID(clientID, secret: secret)
        let start = try await openID.begin()
        let query = try Self.provider.get().answer(start.address, as: "c-north-1")
        let person = try await openID.finish(query, start.pending)
        #expect(person.caller.subject == "c-north-1")
        #expect(person.caller.roles == [.clinician])
        #expect(person.caller.sites.listed?.map(\.text) == ["north"])
        let out = try #require(try await openID.signOutAddress(idToken: person.idToken))
        #expect(out.hasPrefix(try Self.provider.get().issuer + "/oauth2/end_session?client_id=\(clientID)&id_token_hint="))
        #expect(out.hasSuffix("&post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2F"))
        // A code is good once.
        #expect(await Self.failure { () async throws(SignInFailure) in try await openID.finish(query, start.pending) }
            == .exchangeRefused(code: "invalid_grant"))
    }

    @Test func whoHasNoClaimsMayDoNothing() async throws {
        let openID = try Self.openID()
        let start = try await openID.begin()
        let person = try await openID.finish(try Self.provider.get().answer(start.address, as: "nobody"), start.pending)
        #expect(person.caller.roles.isEmpty)
        #expect(person.caller.sites.listed == [])
    }

    @Test func anAnswerOfAnotherAttemptIsRefused() async throws {
        let openID = try Self.openID()
        let (mine, other) = (try await openID.begin(), try await openID.begin())
        let answer = try Self.provider.get().answer(other.address, as: "c-north-1")
        #expect(await Self.failure { () async throws(SignInFailure) in try await openID.finish(answer, mine.pending) }
            == .strangeAnswer(.wrongState))
        /// The other attempt's answer, as somebody would slip it in who knows this browser's state.
        func slipped(_ change: (inout [String: Any]) -> Void) throws -> PendingSignIn {
            let data = try JSONEncoder().encode(other.pending)
            var members = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            change(&members)
            return try JSONDecoder().decode(PendingSignIn.self, from: JSONSerialization.data(withJSONObject: members))
        }
        let withoutProof = try slipped { $0["verifier"] = mine.pending.verifier }
        #expect(await Self.failure { () async throws(SignInFailure) in try await openID.finish(answer, withoutProof) }
            == .exchangeRefused(code: "invalid_grant"))
        let again = try Self.provider.get().answer(other.address.replacing(other.pending.nonce, with: mine.pending.nonce), as: "c-north-1")
        #expect(await Self.failure { () async throws(SignInFailure) in try await openID.finish(again, other.pending) }
            == .badToken(.wrongNonce))
    }

    @Test func theProviderRefusesAWrongSecretAndAPersonMayDecline() async throws {
        let openID = try Self.openID(secret: "wrong")
        let start = try await openID.begin()
        let answer = try Self.provider.get().answer(start.address, as: "c-north-1")
        #expect(await Self.failure { () async throws(SignInFailure) in try await openID.finish(answer, start.pending) }
            == .exchangeRefused(code: "invalid_client"))
        let declined = "error=access_denied&state=\(start.pending.state)"
        #expect(await Self.failure { () async throws(SignInFailure) in try await openID.finish(declined, start.pending) }
            == .refusedByProvider(code: "access_denied"))
    }

    @Test func thePagesLeadToTheProviderAndBack() async throws {
        let environment = [
            "ATTUNE_OIDC_ISSUER": try Self.provider.get().issuer, "ATTUNE_OIDC_CLIENT_SECRET": "s/e:cret",
            "ATTUNE_PORTAL_URL": "http://127.0.0.1:9",
        ]
        try await PortalServer.run(on: try TestDatabase.make(), environment: environment) { server in
            let browser = server.browser()
            let page = try await browser.get("/sign-in?to=/alerts").text
            #expect(page.contains("/sign-in/openid?to=/alerts"))
            let leave = try await browser.get("/sign-in/openid?to=/alerts")
            let address = try #require(leave.location)
            let back = "/sign-in/return?" + (try Self.provider.get().answer(address, as: "c-north-1"))
            // The answer is good in the browser that asked, and there once.
            #expect(try await server.browser().get(back).location == "/sign-in?to=/")
            #expect(try await browser.get(back).location == "/alerts")
            #expect(try await browser.get("/alerts").status == 200)
            #expect(try await browser.get("/network").status == 403)
            #expect(try await browser.get(back).location == "/sign-in?to=/")
            let declined = server.browser()
            let other = try #require(try await declined.get("/sign-in/openid").location)
            let state = try #require(other.firstMatch(of: /[?&]state=([^&]+)/)).1
            #expect(try await declined.get("/sign-in/return?error=access_denied&state=\(state)").status == 403)
            #expect(try await declined.get("/").location == "/sign-in")
        }
    }

    @Test func anotherIssuerOrNoneIsNamed() async throws {
        let slash = try Self.openID(issuer: try Self.provider.get().issuer + "/")
        #expect(await Self.failure { () async throws(SignInFailure) in try await slash.begin() } == .providerFaulty(.otherIssuer))
        let port = try #require(LoopbackPort.free())
        let absent = try Self.openID(issuer: "http://127.0.0.1:\(port)")
        #expect(await Self.failure { () async throws(SignInFailure) in try await absent.begin() }
            == .providerUnreachable(.couldNotConnect))
    }
}

/// The provider as a child process, which ends with the tests.
final class ProviderProcess: Sendable {
    static let redirect = "http://127.0.0.1:9/back"
    static let isAvailable = FileManager.default.fileExists(atPath: folder.path + "/oidc_provider_mock") || install()

    let issuer: String
    private let process: ManagedProcess

    private static let folder = TestPrograms.checkout.appending(path: ".build/oidc-provider-mock-0.3.4")

    private static func install() -> Bool {
        let log = FileManager.default.temporaryDirectory.appending(path: "oidc-install-\(UUID().uuidString).log")
        let command = Command(
            name: "pip", executable: URL(filePath: "/usr/bin/env"),
            arguments: [
                "python3", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", folder.path,
                "oidc-provider-mock==0.3.4", "authlib==1.9.9",
            ],
            output: .file(log))
        return (try? ManagedProcess.run(command, within: .seconds(180))) != nil
    }

    init() throws {
        let base = FileManager.default.temporaryDirectory.appending(path: "oidc-\(UUID().uuidString)")
        let file = base.appendingPathExtension("port")
        process = ManagedProcess(
            Command(
                name: "openid-provider", executable: URL(filePath: "/usr/bin/env"),
                arguments: ["python3", TestPrograms.checkout.appending(path: "Tests/Peers/openid-provider.py").path, file.path],
                environment: ["PYTHONPATH": Self.folder.path], output: .file(base.appendingPathExtension("log"))))
        try process.start()
        try process.waitUntilReady(within: .seconds(60)) { FileManager.default.fileExists(atPath: file.path) }
        issuer = "http://127.0.0.1:" + (try String(contentsOf: file, encoding: .utf8))
    }

    /// The query with which the provider sends the browser back once somebody has signed in there.
    func answer(_ address: String, as person: String) throws -> String {
        let response = try CurlSession(proxy: .none).send(
            HTTPRequest(
                .post, url: address, headers: [Header("Content-Type", "application/x-www-form-urlencoded")],
                body: Array("sub=\(person)".utf8)))
        let location = try #require(response.header("Location"), "\(response.status)")
        let halves = location.split(separator: "?", maxSplits: 1)
        #expect(halves.count == 2 && halves[0].hasPrefix("http://127.0.0.1:9/"))
        return String(halves.last ?? "")
    }
}
