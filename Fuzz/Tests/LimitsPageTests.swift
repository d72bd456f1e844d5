import Foundation
import Testing

/// docs/limits.md is made of the code's own numbers, and each limit names the test that goes beyond it.
@Suite struct LimitsPageTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func `The page of limits is the one that the code makes`() throws {
        let place = Self.root.appending(path: "docs/limits.md")
        if ProcessInfo.processInfo.environment["ATTUNE_TEST_WRITE_PAGES"] != nil {
            try Data(LimitsPage.text.utf8).write(to: place)
        }
        #expect(
            try String(contentsOf: place, encoding: .utf8) == LimitsPage.text,
            "make the page anew: ATTUNE_TEST_WRITE_PAGES=1 make test FILTER=LimitsPageTests")
    }

    @Test func `Every limit is tried by a test`() throws {
        for limit in Limit.connections + Limit.requests + Limit.files {
            let text = try String(contentsOf: Self.root.appending(path: limit.test.file), encoding: .utf8)
            let isThere = text.contains("func `\(limit.test.name)`(") || text.contains("func \(limit.test.name)(")
            #expect(isThere, "\(limit.what): \(limit.test.file) has no test \(limit.test.name)")
        }
    }
}

private enum LimitsPage {
    static let text = """
        # Limits

        Made by `LimitsPageTests` from the code's own numbers (`ATTUNE_TEST_WRITE_PAGES=1 make test
        FILTER=LimitsPageTests`); the tests named beside each limit go beyond it. What decoders do with bytes within
        these limits: [fuzzing.md](fuzzing.md).

        ## Connections and callers

        Of every service that answers HTTP. The settings stand on each program's `--help`; the values are the defaults.

        \(table(Limit.connections))

        A caller is the subject of a verified token or of the portal's session. Requests without one are not counted:
        they reach health, metrics, sign-in and the doors of check-in, which count wrong codes themselves
        ([check-in.md](check-in.md)). The rate holds in each process, so the whole service allows as many times of it as
        it has replicas. A gateway that sends for a network of clinics is one caller: the default lets it send a
        thousand requests a second, and many records go in one request by `POST /v1/ratings/batch`. Raise it where that
        is too little; a sender that is answered 429 sends again after `Retry-After`, as after 503. Behind a proxy that
        ends connections, its own limits come first; health probes need a connection as well, so the limit of
        connections belongs well above what a proxy opens.

        Counted: `attune_http_connections_open`, `attune_http_connections_full_total`,
        `attune_http_connections_ended_total` (by reason: `slow_sender`, `slow_reader`, `unwanted_body`, `bad_head`),
        `attune_http_requests_turned_away_total`, `attune_http_caller_rate_refused_total`.

        ## Requests

        \(table(Limit.requests))

        ## Topics, mails and files

        \(table(Limit.files))

        """

    private static func table(_ limits: [Limit]) -> String {
        let rows = limits.map { limit in
            let setting = limit.setting.map { "`\($0.name)`" } ?? "–"
            let file = limit.test.file.split(separator: "/").last.map(String.init) ?? ""
            return "| \(limit.what) | \(limit.value) | \(setting) | \(limit.answer) | \(file): \(limit.test.name) |"
        }
        return """
            | what | limit | setting | beyond it | tried by |
            |---|---|---|---|---|
            \(rows.joined(separator: "\n"))
            """
    }
}
