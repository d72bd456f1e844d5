import Domain
import Foundation
import Hummingbird
import JWTKit
import Logging
import ServiceKit
import Synchronization
import Testing

private let north = SiteID(unchecked: "north")
private let clinician = Caller(subject: "c-1", sites: .some([north]), roles: [.clinician])

private struct FreeClaims: JWTPayload {
    var sub: String? = "c-1"
    var iss: String? = "attune"
    var aud: AudienceClaim? = "attune"
    var exp: Double? = Double(Timestamp.now.microseconds) / 1_000_000 + 600
    var nbf: Double?
    var sites: [String]? = ["north"]
    var roles: [String]? = ["clinician"]
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}

@Suite struct AuthenticationTests {
    private static func routes(_ http: ServiceHTTP) {
        let group = http.authenticated("sites", to: .seeCourse)
        group.get(":site") { _, context -> JSON in
            try context.caller.requireSite(context.name("site"))
            return ["subject": .string(context.caller.subject)]
        }
    }

    private func get(_ server: TestServer, _ authorization: String?, site: String = "north") async throws
        -> LoopbackClient.Answer
    {
        try await server.client.send(
            "GET", "/sites/\(site)", headers: authorization.map { ["Authorization": $0] } ?? [:])
    }

    @Test func `a good token lets its caller in`() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let token = try await server.issuer.token(for: clinician)
            let answer = try await get(server, "Bearer \(token)")
            #expect(answer.status == 200)
            #expect(answer.body == #"{"subject":"c-1"}"#)
            let everywhere = Caller(subject: "s-1", sites: .all, roles: [.supervisor, .auditor])
            let token2 = try await server.issuer.token(for: everywhere)
            #expect(try await get(server, "bearer \(token2)", site: "south").status == 200)
        }
    }

    @Test func `without a token the answer is 401 with a plain challenge`() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            for authorization in [nil, "Basic YTpi"] {
                let answer = try await get(server, authorization)
                #expect(answer.status == 401)
                #expect(answer.headers["www-authenticate"] == #"Bearer realm="attune""#)
                #expect(answer.headers["content-type"] == "application/problem+json")
            }
        }
    }

    @Test func `a token in the address is not looked at`() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let token = try await server.issuer.token(for: clinician)
            #expect(try await server.client.send("GET", "/sites/north?access_token=\(token)").status == 401)
        }
    }

    @Test func `a caller of another role or site is refused with 403`() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let auditor = Caller(subject: "a-1", sites: .all, roles: [.auditor])
            let wrongRole = try await get(server, "Bearer \(try await server.issuer.token(for: auditor))")
            #expect(wrongRole.status == 403)
            #expect(wrongRole.body.contains("urn:attune:problem:wrong-role"))
            let roleless = Caller(subject: "a-1", sites: .all, roles: [])
            #expect(try await get(server, "Bearer \(try await server.issuer.token(for: roleless))").status == 403)
            let token = try await server.issuer.token(for: clinician)
            let otherSite = try await get(server, "Bearer \(token)", site: "south")
            #expect(otherSite.status == 403)
            #expect(otherSite.body.contains("urn:attune:problem:other-site"))
        }
    }

    @Test func `each bad token gets 401 that says why`() async throws {
        try await TestServer.run(routes: Self.routes) { server in
            let good = try await server.issuer.token(for: clinician)
            let parts = good.split(separator: ".").map(String.init)
            let none = Data(#"{"alg":"none","kid":"test-key"}"#.utf8).base64URL
            let hmac = JWTKeyCollection()
            await hmac.add(hmac: HMACKey(from: String(repeating: "public key as secret ", count: 4)), digestAlgorithm: .sha256)
            let stranger = try TokenIssuer(generating: "test-key")
            let unknown = try TokenIssuer(generating: "other-key")
            let expected: [(String, TokenRefusal)] = [
                ("garbage", .malformed), ("a.b.c", .malformed), (good + ".x", .malformed), (good + " x", .malformed),
                (String(repeating: "a", count: 9000), .malformed),
                ("\(none).\(parts[1]).", .wrongAlgorithm), ("\(none).\(parts[1]).\(parts[2])", .wrongAlgorithm),
                (try await hmac.sign(FreeClaims(), header: ["kid": "test-key"]), .wrongAlgorithm),
                (try await hmac.sign(FreeClaims()), .unknownKey),
                ("\(parts[0]).\(parts[1]).\(String(parts[2].reversed()))", .wrongSignature),
                ("\(parts[0]).\(Data(#"{"sub":"root"}"#.utf8).base64URL).\(parts[2])", .wrongSignature),
                (try await stranger.token(for: clinician), .wrongSignature),
                (try await unknown.token(for: clinician), .unknownKey),
                (try await server.issuer.token(for: clinician, validFor: .seconds(-60)), .expired),
            ]
            for (token, reason) in expected {
                let answer = try await get(server, "Bearer \(token)")
                #expect(answer.status == 401, "\(reason)")
                #expect(answer.headers["www-authenticate"]?.contains("error=\"invalid_token\"") == true)
                let count = try samples(server.registry.exposition())
                #expect(count[#"attune_http_tokens_refused_total{reason="\#(reason.rawValue)"}"#] ?? 0 > 0, "\(reason)")
            }
            let counts = try samples(server.registry.exposition())
                .filter { $0.key.hasPrefix("attune_http_tokens_refused_total") }
            #expect(counts.values.reduce(0, +) == Double(expected.count))
            #expect(counts[#"attune_http_tokens_refused_total{reason="malformed"}"#] == 5)
            #expect(counts[#"attune_http_tokens_refused_total{reason="wrongAlgorithm"}"#] == 3)
            #expect(counts[#"attune_http_tokens_refused_total{reason="wrongSignature"}"#] == 3)
            #expect(counts[#"attune_http_tokens_refused_total{reason="unknownKey"}"#] == 2)
        }
    }

    // MARK: The verifier alone

    private func verifier(
        _ folder: TemporaryFolder, _ keySet: JSON, now: @escaping @Sendable () -> Timestamp = { .now }
    ) async throws -> TokenVerifier {
        try Data(keySet.encoded).write(to: URL(filePath: folder.file("jwks.json")))
        return try await TokenVerifier(
            .file(folder.file("jwks.json")), rules: TokenRules(issuer: "attune", audience: "attune"), now: now,
            logger: LogSink().logger())
    }

    private func refusal(_ verifier: TokenVerifier, _ token: String) async -> TokenRefusal? {
        do throws(TokenRefusal) {
            _ = try await verifier.verify(token)
            return nil
        } catch { return error }
    }

    @Test func `claims are judged one by one`() async throws {
        let key = ES256PrivateKey()
        let parameters = try #require(key.parameters)
        let keySet: JSON = [
            "keys": [["kty": "EC", "crv": "P-256", "kid": "ec", "x": .string(parameters.x), "y": .string(parameters.y)]]
        ]
        let verifier = try await verifier(try TemporaryFolder(), keySet)
        let signer = JWTKeyCollection()
        await signer.add(ecdsa: key, kid: "ec")
        func refusal(_ change: (inout FreeClaims) -> Void) async throws -> TokenRefusal? {
            var claims = FreeClaims()
            change(&claims)
            return await self.refusal(verifier, try await signer.sign(claims, kid: "ec"))
        }
        let now = Double(Timestamp.now.microseconds) / 1_000_000
        #expect(try await refusal { _ in } == nil)
        #expect(try await refusal { $0.aud = AudienceClaim(value: ["other", "attune"]) } == nil)
        #expect(try await refusal { $0.aud = "other" } == .wrongAudience)
        #expect(try await refusal { $0.aud = nil } == .badClaims)
        #expect(try await refusal { $0.iss = "other" } == .wrongIssuer)
        #expect(try await refusal { $0.exp = nil } == .badClaims)
        #expect(try await refusal { $0.nbf = now + 300 } == .notYetValid)
        #expect(try await refusal { $0.nbf = now + 5 } == nil)
        #expect(try await refusal { $0.sub = "" } == .badClaims)
        #expect(try await refusal { $0.sub = nil } == .badClaims)
        #expect(try await refusal { $0.sites = ["Not A Site"] } == .badClaims)
        #expect(try await refusal { $0.sites = nil } == .badClaims)
        let unknownRole = try await signer.sign(FreeClaims(roles: ["root", "auditor"]), kid: "ec")
        #expect(try await verifier.verify(unknownRole).roles == [.auditor])
    }

    @Test func `a token is good until 30 seconds after its expiry`() async throws {
        let issued = Timestamp(microseconds: 1_800_000_000_000_000)
        let clock = Mutex(issued)
        let issuer = try TokenIssuer(generating: "k")
        let verifier = try await verifier(try TemporaryFolder(), issuer.keySet) { clock.withLock { $0 } }
        let token = try await issuer.token(for: clinician, validFor: .seconds(60), at: issued)
        clock.withLock { $0 = issued.advanced(bySeconds: 89) }
        #expect(try await verifier.verify(token) == clinician)
        clock.withLock { $0 = issued.advanced(bySeconds: 90) }
        #expect(await refusal(verifier, token) == .expired)
    }

    @Test func `a new key is found and a withdrawn key refused without a restart`() async throws {
        let start = Timestamp.now
        let clock = Mutex(start)
        let folder = try TemporaryFolder()
        let old = try TokenIssuer(generating: "old")
        let new = try TokenIssuer(generating: "new")
        let verifier = try await verifier(folder, old.keySet) { clock.withLock { $0 } }
        let oldToken = try await old.token(for: clinician)
        let newToken = try await new.token(for: clinician)
        try Data(new.keySet.encoded).write(to: URL(filePath: folder.file("jwks.json")))
        #expect(try await verifier.verify(oldToken) == clinician)
        clock.withLock { $0 = start.advanced(bySeconds: 5) }
        #expect(try await verifier.verify(newToken) == clinician)
        clock.withLock { $0 = start.advanced(bySeconds: 66) }
        #expect(await refusal(verifier, oldToken) == .unknownKey)
        try Data("broken".utf8).write(to: URL(filePath: folder.file("jwks.json")))
        clock.withLock { $0 = start.advanced(bySeconds: 140) }
        #expect(try await verifier.verify(newToken) == clinician)
    }

    @Test(arguments: [
        "", "{}", #"{"keys":[]}"#, #"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]}"#,
        #"{"keys":[{"kid":"a","kty":"OKP","crv":"Ed25519","x":"AAAA"}]}"#,
        #"{"keys":[{"kid":"a","kty":"oct","k":"AAAA"}]}"#, #"{"keys":[{"kid":"a","kty":"RSA","n":"AQAB","e":"AQAB"}]}"#,
        #"{"keys":[{"kid":"a","kty":"EC","crv":"P-384","x":"AAAA","y":"AAAA"}]}"#,
    ])
    func `a key set that cannot be used is refused under its setting's name`(text: String) async throws {
        let folder = try TemporaryFolder()
        try Data(text.utf8).write(to: URL(filePath: folder.file("jwks.json")))
        let error = await #expect(throws: SettingsError.self) {
            try await TokenVerifier(
                .file(folder.file("jwks.json")), rules: TokenRules(issuer: "a", audience: "a"), logger: LogSink().logger())
        }
        #expect(error?.findings.map(\.name) == ["ATTUNE_JWKS_FILE"])
    }

    @Test func `key files are written once, the private one for its owner alone`() async throws {
        let folder = try TemporaryFolder()
        let issuer = try TokenIssuer(generating: "k")
        try issuer.write(privateKey: folder.file("key"), keySet: folder.file("set"))
        #expect(throws: (any Error).self) {
            try issuer.write(privateKey: folder.file("key"), keySet: folder.file("set2"))
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("key"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try String(contentsOfFile: folder.file("set"), encoding: .utf8).contains("\"d\"") == false)
        let again = try TokenIssuer(privateKeyFile: folder.file("key"))
        let verifier = try await verifier(folder, issuer.keySet)
        #expect(try await verifier.verify(try await again.token(for: clinician)) == clinician)
    }
}

extension Data {
    fileprivate var base64URL: String {
        base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
