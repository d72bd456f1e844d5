import Crypto
import Domain
import Foundation
import Logging
import Outbound
import ServiceKit
import Synchronization
import Testing

@testable import LocalStack
@testable import attune_portal

/// When the provider's documents are read again, and when not.
@Suite struct ProviderDocumentsTests {
    @Test func anUnknownKeyIsLookedForButNotAtAnybodysPleasure() async throws {
        let provider = try ScriptedProvider(keys: ["a"])
        let documents = provider.documents()
        #expect(try await documents.key(for: Self.head("a")).id == "a")
        #expect(try await documents.key(for: Self.head("a")).id == "a")
        #expect(provider.count(of: "/keys") == 1)
        provider.serve(keys: ["a", "b"])
        // Whoever makes up names of keys causes no requests.
        for _ in 0..<20 { #expect(await Self.failure(documents, "b") == .badToken(.unknownKey)) }
        #expect(provider.count(of: "/keys") == 1)
        provider.pass(seconds: 31)
        await withTaskGroup(of: SignInFailure?.self) { tasks in
            for _ in 0..<20 { tasks.addTask { await Self.failure(documents, "made-up") } }
            for await failure in tasks { #expect(failure == .badToken(.unknownKey)) }
        }
        #expect(provider.count(of: "/keys") == 2)
        #expect(try await documents.key(for: Self.head("b")).id == "b")
        #expect(provider.count(of: "/keys") == 2)
    }

    @Test func aWithdrawnKeyGoesWithinTheHourAndTheLastGoodOnesOutliveTheProvider() async throws {
        let provider = try ScriptedProvider(keys: ["a", "b"])
        let documents = provider.documents()
        _ = try await documents.key(for: Self.head("a"))
        provider.serve(keys: ["b"])
        provider.pass(seconds: 3601)
        #expect(await Self.failure(documents, "a") == .badToken(.unknownKey))
        provider.fail(status: 503)
        provider.pass(seconds: 3601)
        #expect(try await documents.key(for: Self.head("b")).id == "b")
        #expect(try await documents.provider().tokenEndpoint.hasSuffix("/token"))
    }

    @Test func whatIsNoDocumentIsNamed() async throws {
        let provider = try ScriptedProvider(keys: ["a"])
        provider.fail(status: 404)
        #expect(await Self.failure(provider.documents(), "a") == .providerFaulty(.status(of: .discovery, 404)))
        provider.answer("not JSON")
        #expect(await Self.failure(provider.documents(), "a") == .providerFaulty(.notJSON(of: .discovery)))
        provider.answer(String(repeating: " ", count: ProviderRequests.longestAnswer + 1))
        #expect(
            await Self.failure(provider.documents(), "a")
                == .providerUnreachable(.responseTooLarge(limit: ProviderRequests.longestAnswer)))
    }

    private static func head(_ id: String) -> IdentityTokenRules.Head { .init(algorithm: .eddsa, keyID: id) }

    private static func failure(_ documents: ProviderDocuments, _ id: String) async -> SignInFailure? {
        do throws(SignInFailure) { _ = try await documents.key(for: head(id)) } catch { return error }
        return nil
    }
}

/// A provider that says what it is told to say, with a clock of its own.
private final class ScriptedProvider: Sendable {
    private struct State {
        var keys: [String]
        var status = 200
        var body: String?
        var requests: [String] = []
        var now = Timestamp(microseconds: 1_000_000_000_000_000)
    }

    private final class Script: Sendable {
        let state: Mutex<State>
        init(_ state: State) { self.state = Mutex(state) }
    }

    private let script: Script
    private let server: LoopbackServer

    init(keys: [String]) throws {
        let script = Script(State(keys: keys))
        self.script = script
        server = try LoopbackServer(name: "scripted-provider") { peer in
            var path = ""
            var host = ""
            while let line = peer.line(limit: 16_384) {
                let words = String(decoding: line, as: UTF8.self).split(separator: " ")
                if words.first == "GET" { path = String(words[1]) }
                if words.first?.lowercased() == "host:" { host = String(words[1]) }
                guard words.isEmpty else { continue }
                let (status, body) = script.state.withLock { state in
                    state.requests.append(path)
                    return (state.status, state.body ?? Self.document(path, host: host, keys: state.keys))
                }
                let head = "HTTP/1.1 \(status) x\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                guard peer.send(head + body) else { return }
            }
        }
    }

    deinit { server.stop() }

    private static func document(_ path: String, host: String, keys: [String]) -> String {
        let base = "http://\(host)"
        if path != "/keys" {
            return """
                {"issuer": "\(base)", "authorization_endpoint": "\(base)/ask", "token_endpoint": "\(base)/token",
                 "jwks_uri": "\(base)/keys"}
                """
        }
        let entries = keys.map { name in
            let key = Base64URL.encode(Curve25519.Signing.PrivateKey().publicKey.rawRepresentation)
            return #"{"kty": "OKP", "crv": "Ed25519", "kid": "\#(name)", "x": "\#(key)"}"#
        }
        return #"{"keys": [\#(entries.joined(separator: ", "))]}"#
    }

    func documents() -> ProviderDocuments {
        ProviderDocuments(
            issuer: "http://127.0.0.1:\(server.port)", requests: ProviderRequests(proxy: .none),
            now: { [script] in script.state.withLock { $0.now } }, logger: Logger(label: "test"))
    }

    func count(of path: String) -> Int { script.state.withLock { $0.requests.count { $0 == path } } }
    func serve(keys: [String]) { script.state.withLock { $0.keys = keys } }
    func fail(status: Int) { script.state.withLock { $0.status = status } }
    func answer(_ body: String) { script.state.withLock { ($0.status, $0.body) = (200, body) } }
    func pass(seconds: Int64) { script.state.withLock { $0.now = $0.now.advanced(bySeconds: seconds) } }
}
