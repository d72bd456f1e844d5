import Foundation
import Outbound
import Testing

/// A client of whom nothing may come out, with values found nowhere else.
struct ObservedClient {
    static let words = "zebra-comment-7f3a wakes me at night"
    static let total = "17.3"
    /// Entered on a page.
    static let enteredTotal = "18.6"
    static let group = "quokka-group-5d21"
    static let eraseReason = "walrus-letter-9b0e"
    static let malformed = "okapi-malformed-2c77"
    static let traceState = "ibex-state-4411"
    let participant = UUID().uuidString.lowercased()
    let episode = UUID().uuidString.lowercased()
    let rating = UUID().uuidString.lowercased()
    let danger = UUID().uuidString.lowercased()
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    let portalTrace = "0af7651916cd43dd8448eb211c80319c"
}

/// Pages that show what a client said, to the clinician and to the client, and a rating entered on one of them.
struct PortalVisit {
    private let client: ObservedClient
    private let url: String
    private let session = Result { try CurlSession(proxy: .none) }

    init(_ client: ObservedClient, _ system: SystemStack) throws {
        self.client = client
        url = try system.url(.portal)
    }

    func run(alert: String) throws {
        let clinician = try signIn("role=clinician&subject=c-1&site=north")
        for page in ["/caseload", "/alerts/\(alert)"] { _ = try get(page, clinician) }
        #expect(try get("/episodes/\(client.episode)", clinician).contains(ObservedClient.total))
        let page = try get("/episodes/\(client.episode)/session?number=1", clinician)
        #expect(page.contains(ObservedClient.words), "the clinician reads what was said")
        try enter(from: page, clinician)
        let own = try signIn(
            "role=client&subject=\(client.participant)&site=north&episode=\(client.episode)&participant=\(client.participant)")
        for page in ["/my", "/my/looks"] { _ = try get(page, own) }
    }

    private func enter(from page: String, _ cookies: String) throws {
        let token = try #require(page.firstMatch(of: /name="_token" value="([^"]+)"/)).output.1
        let fields = [
            "_token=\(token)", "id=\(UUID().uuidString.lowercased())", "participant=\(client.participant)",
            "instrument=ors@2000", "total=\(ObservedClient.enteredTotal)", "session=2", "day=2026-02-08",
        ]
        let answer = try session.get().send(
            HTTPRequest(
                .post, url: "\(url)/episodes/\(client.episode)/ratings",
                headers: [
                    Header("Cookie", cookies), Header("Content-Type", "application/x-www-form-urlencoded"),
                    Header("traceparent", "00-\(client.portalTrace)-b7ad6b7169203331-01"),
                ], body: Array(fields.joined(separator: "&").utf8)))
        #expect(answer.status == 303)
        #expect(answer.header("Attune-Trace-Id") == client.portalTrace)
    }

    /// - Returns: the cookies of the session.
    private func signIn(_ visitor: String) throws -> String {
        let answer = try session.get().send(HTTPRequest(.get, url: "\(url)/demo-sign-in?\(visitor)"))
        return answer.headers.filter { $0.name.lowercased() == "set-cookie" }
            .compactMap { $0.value.split(separator: ";").first.map(String.init) }.joined(separator: "; ")
    }

    private func get(_ page: String, _ cookies: String) throws -> String {
        let answer = try session.get().send(
            HTTPRequest(.get, url: url + page, headers: [Header("Cookie", cookies)]))
        #expect(answer.status == 200, "\(page)")
        return String(decoding: answer.body, as: UTF8.self)
    }
}
