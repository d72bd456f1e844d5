import Foundation
import LocalStack
import Outbound
import TestSupport
import Testing

/// The proxy of docs/transport.md before live services.
@Suite(.serialized, .enabled(if: NginxProxy.isInstalled, "nginx is not installed"))
struct ProxyTests {
    private typealias Request = NginxProxy.Request

    @Test func `A rating goes through TLS, and only what belongs outside is reached`() throws {
        let system = try SystemStack(
            "proxy",
            environment: [
                "ATTUNE_PORTAL_URL": "https://\(NginxProxy.names.portal)", "ATTUNE_PORTAL_DEMO_SIGN_IN": "false",
            ])
        let proxy = try NginxProxy(before: system)
        try api(proxy, system)
        try refusals(proxy)
        try portal(proxy)
        try logs(proxy)
    }

    private let episode = UUID().uuidString.lowercased()

    private func api(_ proxy: NginxProxy, _ system: SystemStack) throws {
        let token = try system.token(site: "north", role: "clinician")
        let participant = UUID().uuidString.lowercased()
        let opening = """
            {"episodeId": "\(episode)", "site": "north", "service": "adult", "openedOn": "2026-01-05", "clinician": "c-1",
             "participants": [{"participantId": "\(participant)", "role": "self", "ageBand": "adult"}]}
            """
        let rating = """
            {"ratingId": "\(UUID().uuidString.lowercased())", "participantId": "\(participant)", "instrument": "ors",
             "version": "2000", "session": 1, "day": "2026-02-01", "total": 22.0}
            """
        let headers = ["Authorization": "Bearer \(token)", "Content-Type": "application/json"]
        let answers = try proxy.send([
            Request(method: "POST", path: "/v1/episodes", headers: headers, body: opening),
            Request(method: "POST", path: "/v1/episodes/\(episode)/ratings", headers: headers, body: rating),
            Request(path: "/v1/alerts?episode=\(episode)", headers: headers),
            Request(path: "/fhir/R4/metadata"), Request(path: "/v1/inbox", headers: headers),
            Request(path: "/v1/audit/checkpoint", headers: headers),
            Request(method: "POST", path: "/v1/episodes", headers: ["Content-Type": "application/json"], body: opening),
        ])
        // A clinician may not read the audit log: that is its service's own answer.
        #expect(answers.map(\.status) == [201, 201, 200, 200, 200, 403, 401], "\(answers.compactMap(\.failure))")
        #expect(try system.count("select count(*) from ledger.event where stream_id = '\(episode)'") == 2)
        for answer in answers {
            #expect(["TLSv1.2", "TLSv1.3"].contains(answer.tls))
            #expect(answer.values("Strict-Transport-Security").count == 1)
            #expect(answer.values("Cache-Control") == ["no-store"])
            #expect(answer.values("X-Request-Id").first?.count == 32)
        }
    }

    private func refusals(_ proxy: NginxProxy) throws {
        let inside = try proxy.send(
            ["/live", "/ready", "/metrics", "/", "/v1/"].map { Request(path: $0) }
                + ["/live", "/ready", "/metrics"].map { Request(host: NginxProxy.names.portal, path: $0) })
        #expect(inside.allSatisfy { $0.status == 404 })
        let large = try proxy.send([
            Request(
                method: "POST", path: "/v1/episodes", headers: ["Content-Type": "application/json"], bodyBytes: 2 << 20),
            Request(
                method: "POST", path: "/v1/ratings/batch", headers: ["Content-Type": "application/x-ndjson"],
                bodyBytes: 33 << 20),
            Request(path: "/v1/alerts", headers: ["X-Long": String(repeating: "x", count: 20_000)]),
        ])
        #expect(large.map(\.status) == [413, 413, 400])
        let strange = try proxy.send([
            Request(tls: "TLSv1_1"), Request(tls: "TLSv1_2"), Request(host: "other.attune.example"),
        ])
        #expect(strange[0].failure?.contains("SSL") == true)
        #expect(strange[1].tls == "TLSv1.2")
        #expect(strange[2].failure?.contains("SSL") == true)
    }

    private func portal(_ proxy: NginxProxy) throws {
        let host = NginxProxy.names.portal
        let form = ["Content-Type": "application/x-www-form-urlencoded"]
        let origin = "https://\(host):\(proxy.port)"
        let answers = try proxy.send([
            Request(host: host, path: "/sign-in"),
            Request(
                host: host, method: "POST", path: "/language",
                headers: form.merging(["Referer": origin + "/sign-in", "Sec-Fetch-Site": "same-origin"]) { $1 },
                body: "language=de&to=/sign-in"),
        ])
        #expect(answers.map(\.status) == [200, 303], "\(answers.compactMap(\.failure))")
        // The portal's own, and not a second time by the proxy.
        #expect(answers[0].values("Strict-Transport-Security").count == 1)
        #expect(answers[0].values("Content-Security-Policy").first?.contains("default-src 'none'") == true)
        let cookie = try #require(answers[1].values("Set-Cookie").first)
        #expect(cookie.hasPrefix("__Host-attune-language=") && cookie.contains("Secure") && cookie.contains("HttpOnly"))
        // Codes are typed slowly: what comes faster does not reach the portal.
        let guesses = try proxy.send(
            (0..<25).map { _ in Request(host: host, method: "POST", path: "/kiosk", headers: form, body: "code=0") })
        #expect(guesses.suffix(3).allSatisfy { $0.status == 429 } && guesses[0].status != 429)
        // In clear nothing is answered but where to go, and to programs nothing at all.
        func plainly(_ name: String) throws -> HTTPResponse {
            try CurlSession(proxy: .none).send(
                HTTPRequest(.get, url: "http://127.0.0.1:\(proxy.plainPort)/kiosk", headers: [Header("Host", name)]))
        }
        let led = try plainly(host)
        #expect(led.status == 301 && led.header("Location") == "https://\(host)/kiosk")
        #expect(throws: OutboundError.self) { try plainly(NginxProxy.names.api) }
    }

    private func logs(_ proxy: NginxProxy) throws {
        let text = try proxy.log("access.log") + proxy.log("error.log")
        #expect(text.contains(NginxProxy.names.api + " POST 201"))
        #expect(!text.contains(episode) && !text.contains("/v1/") && !text.contains("Bearer"))
    }
}
