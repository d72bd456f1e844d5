import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import Testing

@testable import PortalFixture
@testable import attune_portal

/// What auditors are shown, to whom, and what is written down about it.
@Suite struct HistoryPageTests {
    private static func paths(_ sites: AuditedSites, of episode: StoredEpisode) throws -> [String] {
        let event = try sites.events(.episode, of: episode)[0].id
        return [
            "/audit/episodes/\(episode.id)", "/audit/episodes/\(episode.id)/audit-events.ndjson",
            "/audit/episodes/\(episode.id)/evidence.tar", "/audit/events/\(event)",
        ]
    }

    @Test func `An auditor reads the whole history, and the look is part of it`() async throws {
        let sites = try AuditedSites()
        try await PortalServer.run(on: sites.database, environment: sites.environment) { server in
            let browser = try await server.browser(.auditor, as: "a-01")
            let page = try await browser.get("/audit/episodes/\(sites.north.id)")
            #expect(page.status == 200)
            let rater = CodeName.text(of: sites.north.rater)
            for text in [
                "Episode opened on", "Session 1 was held", "\(rater) rated ors", "raised: Reliably worse",
                "was taken on",
                "What happened 1", "leaf 0", "worse than the first by the reliable change", "Jacobson and Truax",
                "adult",
                "7 events",
            ] { #expect(page.text.contains(text), "\(text)") }
            #expect(
                try sites.accesses() == [
                    AccessEvent(
                        accessedBy: "a-01", reason: "", body: .viewed(.history, as: "auditor", participant: nil))
                ])
            let again = try await browser.get("/audit/episodes/\(sites.north.id)?part=access")
            #expect(again.text.contains("Looked at the history, as auditor."))
            #expect(again.text.contains("not in the log yet"))
            #expect(!again.text.contains("Session 1 was held"))
            // Neither answers nor scores stand in the list of what happened.
            #expect(try await browser.get("/audit/episodes/\(sites.north.id)?part=nonsense").status == 422)
            #expect(try await browser.get("/audit/episodes/\(sites.north.id)?page=0").status == 422)
        }
    }

    @Test func `A long history comes in pages of a hundred, none left out`() async throws {
        let sites = try AuditedSites()
        let look = AccessEvent(accessedBy: "c-01", reason: "", body: .viewed(.graph, as: "clinician", participant: nil))
        for _ in 0..<205 { try sites.append(look, to: sites.north) }
        try await PortalServer.run(on: sites.database, environment: sites.environment) { server in
            let browser = try await server.browser(.auditor, as: "a-01")
            var seen: [String] = []
            for number in 1...3 {
                let page = try await browser.get("/audit/episodes/\(sites.north.id)?part=access&page=\(number)")
                seen += page.text.matches(of: /<tr id="e-([0-9a-f-]+)"/).map { String($0.1) }
                #expect(page.text.contains("?part=access&amp;page=\(number + 1)") == (number < 3))
            }
            let all = try sites.events(.access).map(\.id.description)
            #expect(seen == Array(all.prefix(207)))
            #expect(Set(seen).count == seen.count)
        }
    }

    @Test func `Another site's episode is not found, and who asked is written down there`() async throws {
        let sites = try AuditedSites()
        try await PortalServer.run(on: sites.database, environment: sites.environment) { server in
            let browser = try await server.browser(.auditor, as: "a-01")
            for path in try Self.paths(sites, of: sites.elsewhere) {
                #expect(try await browser.get(path).status == 404, "\(path)")
                #expect(!(try await browser.get(path).text.contains("Episode opened")))
            }
            let refused = try sites.accesses(of: sites.elsewhere)
            #expect(
                Set(refused.map(\.body)) == [
                    .viewRefused(.history, as: "auditor"), .viewRefused(.accessLog, as: "auditor"),
                    .viewRefused(.evidence, as: "auditor"),
                ])
            let south = try await server.browser(.auditor, as: "a-02", sites: ["south"])
            #expect(try await south.get("/audit").text.contains("Asked for the history, as auditor, and was not let."))
            #expect(!(try await browser.get("/audit").text.contains("and was not let.")))
            #expect(
                try sites.accesses(of: sites.elsewhere).contains {
                    $0.accessedBy == "a-02" && $0.body == .viewed(.accessLog, as: "auditor", participant: nil)
                })
        }
    }

    @Test func `An event of another site's episode is not found, and who asked for it is written down there`() async throws {
        let sites = try AuditedSites()
        let event = try #require(try sites.events(.episode, of: sites.elsewhere).first)
        try await PortalServer.run(on: sites.database, environment: sites.environment) { server in
            let browser = try await server.browser(.auditor, as: "a-01")
            #expect(try await browser.get("/audit/events/\(event.id)").status == 404)
            #expect(try await browser.get("/audit/events/\(EventID(rawValue: UUID()))").status == 404)
            #expect(
                try sites.accesses(of: sites.elsewhere)
                    == [AccessEvent(accessedBy: "a-01", reason: "", body: .viewRefused(.history, as: "auditor"))])
        }
    }

    @Test(arguments: [Role.clinician, .supervisor, .siteAdmin, .networkAdmin, .operator])
    func `Nobody else may audit`(role: Role) async throws {
        let sites = try AuditedSites()
        try await PortalServer.run(on: sites.database, environment: sites.environment) { server in
            let browser = try await server.browser(role, as: "x-01")
            for path in try ["/audit"] + Self.paths(sites, of: sites.north) {
                #expect(try await browser.get(path).status == 403, "\(path)")
            }
            #expect(try sites.accesses().isEmpty)
        }
    }

    @Test func `An episode is found by its id, and by six characters with the site`() async throws {
        let sites = try AuditedSites()
        try await PortalServer.run(on: sites.database, environment: sites.environment) { server in
            let browser = try await server.browser(.auditor, as: "a-01")
            let (id, code) = (sites.north.id, CodeName.text(of: sites.north.id))
            #expect(try await browser.get("/audit?episode=\(id)").location == "/audit/episodes/\(id)")
            #expect(try await browser.get("/audit?episode=\(code)&site=north").location == "/audit/episodes/\(id)")
            for query in [
                "\(code)&site=south", "zzzzzz&site=north", "\(CodeName.text(of: sites.elsewhere.id))&site=south",
            ] {
                let page = try await browser.get("/audit?episode=\(query)")
                #expect(page.status == 200 && page.text.contains("There is no such episode"), "\(query)")
            }
            #expect(try await browser.get("/audit?episode=\(code)").text.contains("needs its site"))
        }
    }

    @Test func `Every kind of thing that a history can tell has its words`() throws {
        let book = try WordBook()
        let keys =
            ClientDataView.allCases.map { "audit.view.\(WordKey.camel($0.rawValue))" }
            + AlertKind.allCases.map { "audit.kind.\(WordKey.camel($0.rawValue))" }
            + AlertOutcome.allCases.map { "audit.outcome.\(WordKey.camel($0.rawValue))" }
            + SupersededReason.allCases.map { "audit.superseded.\(WordKey.camel($0.rawValue))" }
            + WithdrawalOfAlert.allCases.map { "audit.alertWithdrawn.\(WordKey.camel($0.rawValue))" }
            + Confidence.allCases.map { "audit.confidence.\(WordKey.camel($0.rawValue))" }
            + SupportEffect.allCases.filter { $0 != .noRatingYet }.map { "audit.effect.\(WordKey.camel($0.rawValue))" }
            + NotificationChannel.allCases.map { "audit.channel.\($0.rawValue)" }
            + ["missedMeasure", "undiscussed"].map { "audit.lack.\($0)" }
            + LedgerCategory.allCases.map { "audit.part.\($0.part)" }
            + ["content", "path", "note", "signature"].map { "audit.check.\($0)" }
            + [
                "raised", "opened", "acknowledged", "assigned", "review", "resolved", "superseded", "withdrawn",
                "escalated",
                "followedUp",
            ].map { "audit.alert.\($0)" }
            + ["started", "answered", "actionChosen", "discussed", "completed"].map { "audit.review.\($0)" }
        for key in keys { #expect(book[.english].places(of: key) != nil, "\(key)") }
    }
}
