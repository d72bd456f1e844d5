import Domain
import Foundation
import JWTKit
import Logging
import ServiceKit
import Synchronization
import Testing

@testable import LocalStack

private let clinician = Caller(subject: "c-1", sites: .some([SiteID(unchecked: "north")]), roles: [.clinician])

/// Keys of an issuer that publishes them at an address: rotation, an issuer that is away, other names of claims, RSA.
@Suite struct IssuerTests {
    private static func verifier(
        _ issuer: PublishedKeys, rules: TokenRules = TokenRules(issuer: "attune", audience: "attune")
    ) async throws -> TokenVerifier {
        try await TokenVerifier(
            .url(issuer.address, caFile: nil), rules: rules, now: { issuer.now }, logger: LogSink().logger())
    }

    private static func refusal(_ verifier: TokenVerifier, _ token: String) async -> TokenRefusal? {
        do throws(TokenRefusal) {
            _ = try await verifier.verify(token)
            return nil
        } catch { return error }
    }

    @Test func `A new key is found at once, a withdrawn one is refused after five minutes`() async throws {
        let (old, new) = (try TokenIssuer(generating: "old"), try TokenIssuer(generating: "new"))
        let published = try PublishedKeys(old.keySet)
        let verifier = try await Self.verifier(published)
        let (oldToken, newToken) = (try await old.token(for: clinician), try await new.token(for: clinician))
        #expect(try await verifier.verify(oldToken) == clinician)
        published.publish(new.keySet)
        published.pass(seconds: 10)
        #expect(try await verifier.verify(newToken) == clinician)
        #expect(await Self.refusal(verifier, oldToken) == .unknownKey)
        // Withdrawn and not replaced: nobody's token makes the keys be read before their time.
        published.publish(old.keySet)
        published.pass(seconds: 239)
        #expect(try await verifier.verify(newToken) == clinician)
        published.pass(seconds: 62)
        #expect(await Self.refusal(verifier, newToken) == .unknownKey)
        #expect(try await verifier.verify(oldToken) == clinician)
    }

    @Test func `Made-up names of keys cause few questions to the issuer`() async throws {
        let issuer = try TokenIssuer(generating: "k")
        let published = try PublishedKeys(issuer.keySet)
        let verifier = try await Self.verifier(published)
        for number in 0..<20 {
            let stranger = try TokenIssuer(generating: "stranger-\(number)")
            #expect(await Self.refusal(verifier, try await stranger.token(for: clinician)) == .unknownKey)
        }
        #expect(published.questions == 1)
        published.pass(seconds: 10)
        let stranger = try TokenIssuer(generating: "stranger")
        for _ in 0..<5 { #expect(await Self.refusal(verifier, try await stranger.token(for: clinician)) == .unknownKey) }
        #expect(published.questions == 2)
    }

    @Test func `While the issuer is away its last keys stay, and a service that never had any says so`() async throws {
        let issuer = try TokenIssuer(generating: "k")
        let token = try await issuer.token(for: clinician)
        let published = try PublishedKeys(issuer.keySet)
        let verifier = try await Self.verifier(published)
        published.fail()
        published.pass(seconds: 3000)
        #expect(try await verifier.verify(token) == clinician)
        #expect(await verifier.health() == .healthy)

        let late = try await Self.verifier(published)
        #expect(await Self.refusal(late, token) == .noKeys)
        #expect(await late.health() != .healthy)
        published.publish(issuer.keySet)
        #expect(await Self.refusal(late, token) == .noKeys, "not asked again before ten seconds have passed")
        published.pass(seconds: 10)
        #expect(try await late.verify(token) == clinician)
        #expect(await late.health() == .healthy)
    }

    @Test func `A service without keys answers 503 and is not ready`() async throws {
        try await TestServer.run(environment: ["ATTUNE_JWKS_URL": "http://127.0.0.1:1/keys"], keySet: false) { http in
            http.authenticated("x", to: .recordInPages).get("") { _, _ -> JSON in [:] }
        } _: { server in
            let token = try await server.issuer.token(for: clinician)
            let answer = try await server.client.send("GET", "/x", headers: ["Authorization": "Bearer \(token)"])
            #expect(answer.status == 503)
            #expect(answer.headers["retry-after"] != nil)
            #expect(try await server.client.send("GET", "/ready").status == 503)
            #expect(try await server.client.send("GET", "/live").status == 200)
        }
    }

    @Test func `An issuer of another make is believed by the names of its own claims`() async throws {
        let key = try Insecure.RSA.PrivateKey(pem: Self.rsaKey())
        let (modulus, exponent) = try key.publicKey.getKeyPrimitives()
        let published = try PublishedKeys([
            "keys": [
                // What real issuers publish beside it is passed over.
                ["kty": "RSA", "use": "enc", "kid": "e", "n": .string(Base64URL.encode(modulus)), "e": "AQAB"],
                ["kty": "EC", "crv": "P-521", "kid": "c", "x": "AAAA", "y": "AAAA"],
                [
                    "kty": "RSA", "kid": "r", "alg": "RS256", "use": "sig", "n": .string(Base64URL.encode(modulus)),
                    "e": .string(Base64URL.encode(exponent)),
                ],
            ]
        ])
        let signer = JWTKeyCollection()
        await signer.add(rsa: key, digestAlgorithm: .sha256, kid: "r")
        let rules = TokenRules(
            issuer: "https://id.example/realms/care", audience: "attune-api",
            claims: CallerClaims(sites: "attune.sites", roles: "realm_access.roles"))
        let verifier = try await Self.verifier(published, rules: rules)
        let token = try await signer.sign(OtherClaims(), kid: "r")
        #expect(
            try await verifier.verify(token)
                == Caller(subject: "7f3c", sites: .some([SiteID(unchecked: "north")]), roles: [.clinician]))
        let hashed = JWTKeyCollection()
        await hashed.add(rsa: key, digestAlgorithm: .sha512, kid: "r")
        #expect(await Self.refusal(verifier, try await hashed.sign(OtherClaims(), kid: "r")) == .wrongAlgorithm)
    }

    @Test(arguments: [
        (["ATTUNE_JWKS_URL": "http://id.example/keys"], "ATTUNE_JWKS_URL"), ([:], "ATTUNE_JWKS_FILE"),
        (["ATTUNE_JWKS_FILE": "/keys", "ATTUNE_JWKS_URL": "https://id.example/keys"], "ATTUNE_JWKS_FILE"),
        (["ATTUNE_JWKS_URL": "ftp://id.example/keys"], "ATTUNE_JWKS_URL"),
    ])
    func `Keys come from one place, and safely`(environment: [String: String], name: String) async throws {
        let error = await #expect(throws: SettingsError.self) {
            let settings = try Settings(
                [CommonSettings.shutdownLimit] + HTTPSettings.all + TokenSettings.all, environment: environment)
            _ = try await ServiceRuntime(name: "t", version: "1", settings: settings, logger: LogSink().logger())
                .authenticatedHTTP()
        }
        #expect(error?.findings.map(\.name) == [name])
    }

    private struct OtherClaims: JWTPayload {
        var sub = "7f3c"
        var iss = "https://id.example/realms/care"
        var aud = ["account", "attune-api"]
        // The clock of a test with published keys stands before this.
        var exp = 4_000_000_000
        var realm_access = ["roles": ["offline_access", "clinician"]]
        var attune = ["sites": ["north"]]
        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }

    /// A key of 2048 bits, made anew.
    private static func rsaKey() throws -> String {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl", "genrsa", "2048"]
        (process.standardOutput, process.standardError) = (output, FileHandle.nullDevice)
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: text, as: UTF8.self)
    }
}

/// An issuer's key set at an address, and a clock.
private final class PublishedKeys: Sendable {
    private struct State {
        var document: JSON?
        var questions = 0
        var now = Timestamp.now
    }

    private final class Script: Sendable {
        let state: Mutex<State>
        init(_ state: State) { self.state = Mutex(state) }
    }

    private let script: Script
    private let server: LoopbackServer

    init(_ document: JSON) throws {
        let script = Script(State(document: document))
        self.script = script
        server = try LoopbackServer(name: "published-keys") { peer in
            while let line = peer.line(limit: 16_384) {
                guard line.isEmpty else { continue }
                let document = script.state.withLock { state in
                    state.questions += 1
                    return state.document
                }
                let body = document.map { String(decoding: $0.encoded, as: UTF8.self) } ?? ""
                let head = "HTTP/1.1 \(document == nil ? 503 : 200) x\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                guard peer.send(head + body) else { return }
            }
        }
    }

    deinit { server.stop() }

    var address: String { "http://127.0.0.1:\(server.port)/keys" }
    var questions: Int { script.state.withLock { $0.questions } }
    var now: Timestamp { script.state.withLock { $0.now } }

    func publish(_ document: JSON) { script.state.withLock { $0.document = document } }
    func fail() { script.state.withLock { $0.document = nil } }
    func pass(seconds: Int64) { script.state.withLock { $0.now = $0.now.advanced(bySeconds: seconds) } }
}
