import Crypto
import Domain
import Foundation
import Logging
import Outbound
import ServiceKit
import Testing

@testable import attune_portal

/// The parts that need no provider.
@Suite struct OpenIDConnectTests {
    private static let now = Timestamp("2026-03-02T10:00:00Z")!
    private static let client = OpenIDClient(
        issuer: "https://id.example", clientID: "attune portal", secret: "s/e:cret", redirectURI: "https://portal.example/back",
        afterSignOut: "https://portal.example/", scopes: ["attune"])

    private static func document(_ changes: [String: JSON?] = [:]) -> JSON {
        var members: [String: JSON] = [
            "issuer": "https://id.example", "authorization_endpoint": "https://id.example/ask?tenant=1",
            "token_endpoint": "https://id.example/token", "jwks_uri": "https://id.example/keys",
        ]
        for (name, value) in changes { members[name] = value }
        return .object(members.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) })
    }

    private static func provider(_ changes: [String: JSON?] = [:]) throws -> ProviderMetadata {
        try ProviderMetadata(document(changes), of: "https://id.example")
    }

    @Test func theProofKeyIsThatOfRFC7636() {
        let key = ProofKey(verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        #expect(key.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
        #expect(ProofKey().verifier.utf8.count == 43)
        #expect(ProofKey() != ProofKey())
    }

    @Test func theProviderIsItselfAndNobodyListens() throws {
        #expect(throws: SignInFailure.providerFaulty(.otherIssuer)) { try Self.provider(["issuer": "https://id.example/"]) }
        #expect(throws: SignInFailure.providerFaulty(.insecure("token_endpoint"))) {
            try Self.provider(["token_endpoint": "http://id.example/token"])
        }
        #expect(throws: SignInFailure.providerFaulty(.missing("jwks_uri"))) { try Self.provider(["jwks_uri": .some(nil)]) }
        #expect(throws: SignInFailure.providerFaulty(.missing("token_endpoint"))) {
            try Self.provider(["token_endpoint": "https://a:b@id.example/token"])
        }
        #expect(throws: SignInFailure.providerFaulty(.insecure("jwks_uri"))) {
            try Self.provider(["jwks_uri": "http://localhost.example/keys"])
        }
        #expect(try Self.provider(["jwks_uri": "http://127.0.0.1:8/keys"]).keysAddress == "http://127.0.0.1:8/keys")
        #expect(try Self.provider().secretGoesIn == .header)
        #expect(try Self.provider(["token_endpoint_auth_methods_supported": ["client_secret_post"]]).secretGoesIn == .form)
        #expect(
            try ProviderMetadata.address(of: "https://id.example/realms/x")
                == "https://id.example/realms/x/.well-known/openid-configuration")
        #expect(throws: SignInFailure.providerFaulty(.insecure("ATTUNE_OIDC_ISSUER"))) {
            try ProviderMetadata.address(of: "http://id.example")
        }
    }

    @Test func theQuestionHasAllThatTiesTheAnswer() throws {
        let pending = PendingSignIn(at: Self.now)
        let address = pending.authorizationURL(Self.client, at: try Self.provider())
        let fields = try #require(FormText.decode(String(address.split(separator: "?")[1])))
        #expect(address.hasPrefix("https://id.example/ask?tenant=1&response_type=code&"))
        #expect(fields["client_id"] == "attune portal")
        #expect(fields["scope"] == "openid attune")
        #expect(fields["code_challenge"] == ProofKey(verifier: pending.verifier).challenge)
        #expect(fields["code_challenge_method"] == "S256")
        #expect(fields["nonce"] == pending.nonce)
        #expect(fields["state"] == pending.state)
        #expect(!address.contains(pending.verifier))
    }

    @Test func onlyTheAnswerToThisAttemptIsTaken() throws {
        let pending = PendingSignIn(at: Self.now)
        func code(_ query: String, _ changes: [String: JSON?] = [:], after seconds: Int64 = 60) throws -> String {
            try pending.code(from: query, of: try Self.provider(changes), at: Self.now.advanced(bySeconds: seconds))
        }
        let good = "code=a%2Fb&state=\(pending.state)"
        #expect(try code(good) == "a/b")
        #expect(try code(good + "&iss=https%3A%2F%2Fid.example") == "a/b")
        let refused: [(String, SignInFailure)] = [
            ("code=a&state=\(pending.nonce)", .strangeAnswer(.wrongState)), ("code=a", .strangeAnswer(.wrongState)),
            ("code=a&state=", .strangeAnswer(.wrongState)), (good + "&code=c", .strangeAnswer(.unreadable)),
            (good + "&x=%zz", .strangeAnswer(.unreadable)), (good + "&x=%+1", .strangeAnswer(.unreadable)),
            (good + "&iss=https://other.example", .strangeAnswer(.otherIssuer)),
            ("state=\(pending.state)", .strangeAnswer(.noCode)),
            ("state=\(pending.state)&error=access_denied&error_description=Somebody+said+no", .refusedByProvider(code: "access_denied")),
            ("state=\(pending.state)&error=%3Cb%3E", .refusedByProvider(code: "unreadable")),
        ]
        for (query, failure) in refused { #expect(throws: failure, "\(query)") { try code(query) } }
        #expect(throws: SignInFailure.strangeAnswer(.otherIssuer)) {
            try code(good, ["authorization_response_iss_parameter_supported": true])
        }
        #expect(throws: SignInFailure.strangeAnswer(.expired)) { try code(good, after: 901) }
        #expect(throws: SignInFailure.strangeAnswer(.expired)) { try code(good, after: -1) }
    }

    @Test func theSecretGoesWhereTheProviderWantsIt() throws {
        func request(_ client: OpenIDClient, _ changes: [String: JSON?] = [:]) throws -> (header: String?, form: [String: String]) {
            let request = try TokenExchange.request(
                code: "c", verifier: "v", client: client, provider: try Self.provider(changes))
            let form = try #require(FormText.decode(String(decoding: request.body, as: UTF8.self)))
            return (request.headers.first { $0.name == "Authorization" }?.value, form)
        }
        let basic = try request(Self.client)
        #expect(basic.header == "Basic " + Data("attune%20portal:s%2Fe%3Acret".utf8).base64EncodedString())
        #expect(basic.form["client_secret"] == nil)
        #expect(basic.form["code_verifier"] == "v")
        #expect(basic.form["redirect_uri"] == "https://portal.example/back")
        let post = try request(Self.client, ["token_endpoint_auth_methods_supported": ["client_secret_post"]])
        #expect(post.header == nil)
        #expect(post.form["client_secret"] == "s/e:cret")
        let open = OpenIDClient(issuer: "https://id.example", clientID: "p", secret: nil, redirectURI: "https://p.example")
        #expect(try request(open).form["client_id"] == "p")
        #expect(try request(open).header == nil)
    }

    @Test func aSecretThatWasReplacedIsUsedWithoutARestart() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("first".utf8).write(to: file)
        let settings = try Settings(
            OpenIDSettings.all,
            environment: ["ATTUNE_OIDC_ISSUER": "https://id.example", "ATTUNE_OIDC_CLIENT_SECRET_FILE": file.path])
        let client = try #require(OpenIDClient(settings, redirectURI: "https://p.example", afterSignOut: nil))
        func header() throws -> String? {
            try TokenExchange.request(code: "c", verifier: "v", client: client, provider: try Self.provider())
                .headers.first { $0.name == "Authorization" }?.value
        }
        #expect(try header() == "Basic " + Data("attune:first".utf8).base64EncodedString())
        try Data("second".utf8).write(to: file)
        #expect(try header() == "Basic " + Data("attune:second".utf8).base64EncodedString())
        // While an orchestrator has taken the file away, the last one known is tried.
        try FileManager.default.removeItem(at: file)
        #expect(try header() == "Basic " + Data("attune:first".utf8).base64EncodedString())
    }

    @Test func whoSomebodyIsComesFromTheClaims() throws {
        func read(_ claims: JSON, _ names: OpenIDClient.ClaimNames = .init()) throws -> SignedIn {
            try SignedIn(claims: claims, names: names, idToken: "t", at: Self.now)
        }
        let north = try #require(SiteID("north"))
        let clinician = try read(["sub": "u1", "attune_sites": ["north"], "attune_roles": ["clinician", "king"]])
        #expect(clinician.caller == Caller(subject: "u1", sites: .some([north]), roles: [.clinician]))
        #expect(clinician.participant == nil)
        #expect(try read(["sub": "u1"]).caller == Caller(subject: "u1", sites: .some([]), roles: []))
        #expect(try read(["sub": "u1", "attune_sites": "*", "attune_roles": "auditor"]).caller.sites == .all)
        let id = try #require(ParticipantID("018f3a00-0000-7000-8000-000000000001"))
        #expect(try read(["sub": .text(id), "attune_roles": ["client"]]).participant == id)
        #expect(try read(["sub": "x", "attune_roles": ["client"], "attune_participant": .text(id)]).participant == id)
        #expect(try read(["sub": "x", "attune_roles": ["client"]]).participant == nil)
        // A clinician's own claim opens no client's course.
        #expect(try read(["sub": "x", "attune_roles": ["clinician"], "attune_participant": .text(id)]).participant == nil)
        let nested = OpenIDClient.ClaimNames(caller: CallerClaims(sites: "s", roles: "realm_access.roles"))
        #expect(try read(["sub": "x", "realm_access": ["roles": ["supervisor"]]], nested).caller.roles == [.supervisor])
        #expect(throws: SignInFailure.unreadableClaim("attune_sites")) { try read(["sub": "x", "attune_sites": ["No Site!"]]) }
        #expect(throws: SignInFailure.unreadableClaim("attune_roles")) { try read(["sub": "x", "attune_roles": [1]]) }
        #expect(throws: SignInFailure.unreadableClaim("sub")) { try read(["attune_roles": []]) }
        #expect(throws: SignInFailure.unreadableClaim("attune_participant")) {
            try read(["sub": "x", "attune_roles": ["client"], "attune_participant": "me"])
        }
    }

    @Test func everyFailureHasARemedyAndTellsNoSecret() {
        #expect(SignInFailure.refusedByProvider(code: "access_denied").remedy == .startAgain)
        #expect(SignInFailure.exchangeRefused(code: "invalid_client").remedy == .askTheSite)
        #expect(SignInFailure.exchangeRefused(code: "invalid_grant").remedy == .startAgain)
        #expect(SignInFailure.providerFaulty(.status(of: .token, 503)).remedy == .tryLater)
        #expect(SignInFailure.providerFaulty(.status(of: .keys, 404)).remedy == .askTheSite)
        #expect("\(SignInFailure.badToken(.wrongNonce))" == "the ID token is not good: wrongNonce")
    }
}
