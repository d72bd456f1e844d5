import Foundation
import ServiceKit
import Testing

/// The table of who may do what, and the page that is made of it.
@Suite struct AccessTableTests {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../docs/access.md").standardized

    @Test func `The page of rights is the one that the code makes`() throws {
        let made = AccessPage.text
        if ProcessInfo.processInfo.environment["ATTUNE_TEST_WRITE_PAGES"] != nil {
            try Data(made.utf8).write(to: Self.page)
        }
        let page = try String(contentsOf: Self.page, encoding: .utf8)
        #expect(page == made, "make the page anew: ATTUNE_TEST_WRITE_PAGES=1 make test FILTER=AccessTableTests")
    }

    @Test func `Every address stands once, every action leads somewhere, and every role may do something`() {
        let addresses = Endpoint.all.map { "\($0.service) \($0.method) \($0.path)" }
        #expect(Set(addresses).count == addresses.count)
        let used = Set(Endpoint.all.compactMap(\.action))
        #expect(Set(Action.allCases).subtracting(used) == [])
        for role in Role.allCases { #expect(Action.allCases.contains { $0.roles.contains(role) }, "\(role)") }
        for action in Action.allCases { #expect(Set(action.roles).count == action.roles.count, "\(action)") }
    }

    /// What must never be changed in passing.
    @Test func `Clients record and answer nothing over interfaces, and who operates or audits reads no course`() {
        for action in [Action.record, .readEpisode, .readAlerts, .answerAlerts, .withdrawAlerts, .readRecords, .readInbox, .readLog] {
            #expect(!action.roles.contains(.client), "\(action)")
        }
        for action in [Action.record, .answerAlerts, .seeCourse, .seeCaseload, .recordInPages] {
            for role in [Role.auditor, .operator, .networkAdmin] { #expect(!action.roles.contains(role), "\(action)") }
        }
        #expect(Action.seeOwnCourse.roles == [.client])
        let open = Endpoint.all.filter { if case .anybody = $0.entry { $0.reach != .none } else { false } }
        #expect(open == [], "nothing of clients is open to anybody")
    }
}

/// docs/access.md.
private enum AccessPage {
    static let text = """
        # Who may do what

        Made from `Shared/ServiceKit/Access` by the tests (`ATTUNE_TEST_WRITE_PAGES=1 make test FILTER=AccessTableTests`), which also
        try every address below with every role, without a token, with an expired one, one signed by somebody else and one of
        algorithm `none`, and with the token of another site.

        A role says what somebody may do, never at which site. Sites stand in the token (or in the session of the portal), and
        PostgreSQL's row-level security holds them: what is read for a caller is read in the role `attune_reader` (in the portal
        `attune_portal`), alerts are answered in `attune_alert_answers`, and the policies of these roles let through what the
        caller's sites hold. Commands about episodes are written in batches for many callers at once; there the site of the
        episode is compared with the caller's in code.

        ## Actions and roles

        | action | what it is | \(Role.allCases.map { "`\($0.rawValue)`" }.joined(separator: " | ")) |
        |---|---|\(Role.allCases.map { _ in "---|" }.joined())
        \(Action.allCases.map(row).joined(separator: "\n"))

        ## Addresses

        *Reach* is what of clients is behind an address: one *thing*, which of another site is not there; a *list*, which leaves out
        what is of other sites; or *none*.

        \(services.map(table).joined(separator: "\n\n"))

        """

    private static let services = [
        "attune-ingestion", "attune-alerting", "attune-notification", "attune-audit", "attune-scoring", "attune-portal",
    ]

    private static func row(_ action: Action) -> String {
        let marks = Role.allCases.map { action.roles.contains($0) ? "yes" : "" }
        return "| `\(action.rawValue)` | \(action.meaning) | \(marks.joined(separator: " | ")) |"
    }

    private static func table(_ service: String) -> String {
        let rows = Endpoint.all(of: service).map { endpoint in
            let entry =
                switch endpoint.entry {
                case .anybody(let because): "anybody: \(because)"
                case .role(let action): "`\(action.rawValue)`"
                case .invitation: "whoever has the link or code"
                }
            return "| \(endpoint.method) | `\(endpoint.path)` | \(entry) | \(endpoint.reach.rawValue) |"
        }
        return """
            ### \(service)

            | method | address | entry | reach |
            |---|---|---|---|
            \(rows.joined(separator: "\n"))
            """
    }
}
