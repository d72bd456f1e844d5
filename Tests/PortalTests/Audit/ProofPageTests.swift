import AuditLog
import Domain
import Foundation
import Persistence
import ServiceKit
import Testing
import TransparencyLog

@testable import PortalFixture
@testable import attune_portal

/// What the portal itself finds of an event's proof.
@Suite struct ProofPageTests {
    private static func results(_ text: String) -> [String] {
        text.matches(of: /<td><span class="tag [a-z]+">([^<]+)<\/span><\/td><td><span class="tag plain" data-check/).map
        { String($0.1) }
    }

    @Test func `A proof that holds is said to hold, one of a changed event is not`() async throws {
        let sites = try AuditedSites()
        let events = try sites.events(.episode)
        try await PortalServer.run(on: sites.database, environment: sites.environment) { server in
            let browser = try await server.browser(.auditor, as: "a-01")
            let page = try await browser.get("/audit/events/\(events[0].id)")
            #expect(page.status == 200)
            #expect(Self.results(page.text) == ["holds", "holds", "holds", "holds"])
            try sites.owner.script(
                """
                alter table ledger.event disable trigger event_append_only;
                update ledger.event set payload = payload || '\\x00' where event_id = '\(events[1].id)';
                alter table ledger.event enable always trigger event_append_only
                """)
            #expect(
                try await Self.results(browser.get("/audit/events/\(events[1].id)").text)
                    == ["does not hold", "holds", "holds", "holds"])
            try sites.owner.script("update audit.leaf set source = 'x' where event_id = '\(events[2].id)'")
            #expect(
                try await Self.results(browser.get("/audit/events/\(events[2].id)").text)
                    == ["does not hold", "does not hold", "holds", "holds"])
            try sites.owner.script(
                "update audit.checkpoint set note = replace(note, 'example.org/audit' || chr(10), 'example.org/other' || chr(10))"
            )
            #expect(
                try await Self.results(browser.get("/audit/events/\(events[0].id)").text)
                    == ["holds", "holds", "holds", "does not hold"])
        }
    }

    @Test func `Without keys the portal says that nobody has checked signatures`() async throws {
        let sites = try AuditedSites()
        let event = try sites.events(.episode)[0].id
        try await PortalServer.run(on: sites.database) { server in
            let browser = try await server.browser(.auditor, as: "a-01")
            let page = try await browser.get("/audit/events/\(event)")
            #expect(Self.results(page.text) == ["holds", "holds", "holds", "not checked, no keys"])
            #expect(try await browser.get("/audit/episodes/\(sites.north.id)/evidence.tar").status == 503)
            #expect(try await browser.get("/audit").text.contains("was given no public keys"))
        }
    }

    @Test func `An event that no checkpoint covers waits for one`() async throws {
        let sites = try AuditedSites()
        try await PortalServer.run(on: sites.database, environment: sites.environment) { server in
            let browser = try await server.browser(.auditor, as: "a-01")
            _ = try await browser.get("/audit/episodes/\(sites.north.id)")
            let look = try #require(try sites.events(.access).last).id
            #expect(try await browser.get("/audit/events/\(look)").text.contains("has not reached the log yet"))
            try sites.audit()
            let page = try await browser.get("/audit/events/\(look)")
            #expect(Self.results(page.text) == ["holds", "holds", "holds", "holds"])
            #expect(page.text.contains("Looked at the history"))
        }
    }

    @Test func `A key that was retired before the tree counts for nothing, and a wrong path is found`() throws {
        let sites = try AuditedSites()
        let id = try sites.events(.episode)[0].id
        let connection = try sites.database.connect(role: "attune_portal")
        try connection.transaction { connection in
            try Scope(sites: .all).apply(on: connection)
            let retired = try LogKeys([LogKeys.Entry(sites.key.verifierKey, until: 1)])
            let event = try #require(try ProvenEvent(id, retired, on: connection))
            #expect(event.checks.signature == false && event.checks.path && event.checks.note)
            let (leaf, proof) = (try #require(event.leaf), try #require(event.proof))
            let wrong = InclusionProof(
                index: proof.inclusion.index + 1, size: proof.inclusion.size, path: proof.inclusion.path)
            let moved = ProvenEvent.Proof(inclusion: wrong, root: proof.root, checkpoint: proof.checkpoint)
            #expect(!ProvenEvent.check(event.event, leaf, moved, retired).path)
            let other = ProvenEvent.Proof(
                inclusion: proof.inclusion, root: leaf.entry.leafHash, checkpoint: proof.checkpoint)
            #expect(!ProvenEvent.check(event.event, leaf, other, retired).note)
        }
    }
}
