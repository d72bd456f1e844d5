import Contracts
import Crypto
import Domain
import EvidenceBundle
import Foundation
import LocalStack
import Persistence
import ServiceKit
import TestSupport
import Testing
import TransparencyLog

@testable import PortalFixture
@testable import attune_portal

/// What auditors take away: evidence and accesses.
@Suite struct EvidenceDownloadTests {
    @Test func `The bundle of an episode verifies offline, and the ledger tells of it`() async throws {
        let sites = try AuditedSites()
        try await PortalServer.run(on: sites.database, environment: sites.environment) { server in
            let browser = try await server.browser(.auditor, as: "a-01")
            let file = try await browser.get("/audit/episodes/\(sites.north.id)/evidence.tar")
            #expect(file.status == 200)
            #expect(file.header("Content-Disposition")?.contains("attachment") == true)
            // Every part of it is text, so that it comes through as it was sent.
            let archive = sites.path("bundle.tar")
            try Data(file.text.utf8).write(to: archive)
            let unpacked = sites.path("unpacked")
            try FileManager.default.createDirectory(at: unpacked, withIntermediateDirectories: true)
            let log = sites.path("tar.log")
            try await onOwnThread {
                try ManagedProcess.run(
                    Command(
                        name: "tar", executable: URL(filePath: "/usr/bin/env"),
                        arguments: ["tar", "-xf", archive.path, "-C", unpacked.path],
                        output: .file(log)),
                    within: .seconds(20))
            }
            let name = "attune-evidence-\(CodeName.text(of: sites.north.id))"
            let report = try EvidenceVerification(
                folder: unpacked.appending(path: name), keys: LogKeys(sites.key.verifierKey), kept: [],
                manifestDigest: nil
            ).run()
            #expect(report.differences == [])
            #expect(report.events == 7 && report.manifest.scope.episodes == [sites.north.id])
            let bytes = try Data(contentsOf: unpacked.appending(path: "\(name)/manifest.json"))
            let digest = Array(SHA256.hash(data: bytes))
            let recorded = try Ledger.page(of: .access, after: 0, limit: 100, on: sites.owner).compactMap { record in
                try AccessEventCodec.decode(record.payload, type: try #require(EventType(rawValue: record.type)))
            }
            #expect(
                recorded.contains { access in
                    guard case .evidenceExported(let export) = access.body else { return false }
                    return export.manifestDigest == digest && export.episodes == [sites.north.id]
                        && access.accessedBy == "a-01"
                })
            #expect(try sites.accesses().map(\.body) == [.viewed(.evidence, as: "auditor", participant: nil)])
            let page = try await browser.get("/audit/episodes/\(sites.north.id)")
            #expect(
                page.text.contains(
                    "Took evidence away; its manifest begins with \(Hexadecimal.text(Array(digest.prefix(8))))"))
        }
    }

    @Test(.enabled(if: FHIRValidator.isAvailable, "fhir.resources 6.1.0 cannot be installed from PyPI here"))
    func `Accesses are valid FHIR AuditEvents after IHE's patterns`() async throws {
        let sites = try AuditedSites()
        for view in ClientDataView.allCases {
            try sites.append(
                AccessEvent(accessedBy: "c-01", reason: "", body: .viewed(view, as: "clinician", participant: nil)),
                to: sites.north)
        }
        try sites.append(
            AccessEvent(accessedBy: "c-09", reason: "", body: .viewRefused(.graph, as: "clinician")), to: sites.north)
        try sites.append(
            AccessEvent(accessedBy: "c-09", reason: "", body: .alertAnswerRefused(sites.alert, action: "acknowledge")),
            to: sites.north)
        try await PortalServer.run(on: sites.database, environment: sites.environment) { server in
            let browser = try await server.browser(.auditor, as: "a-01")
            let file = try await browser.get("/audit/episodes/\(sites.north.id)/audit-events.ndjson")
            let documents = try file.text.split(separator: "\n").map { try JSON.parse(Array($0.utf8)) }
            #expect(documents.count == ClientDataView.allCases.count + 2)
            let verdict = try FHIRValidator.judge(documents)
            #expect(verdict.status == 0, "\(verdict.output)")
            var wrong = documents[0]
            wrong = ["resourceType": "AuditEvent", "recorded": wrong["recorded"] ?? .null, "action": "Look"]
            #expect(try FHIRValidator.judge([wrong]).status == 1, "the validator must be able to refuse")
            func profile(_ view: ClientDataView) -> String? {
                let index = ClientDataView.allCases.firstIndex(of: view)!
                return documents[index]["meta"]?["profile"]?.elements.first?.text.map {
                    String($0.split(separator: "/").last!)
                }
            }
            #expect(profile(.graph) == "IHE.BasicAudit.PatientRead")
            #expect(profile(.caseload) == "IHE.BasicAudit.PatientQuery")
            #expect(profile(.evidence) == "IHE.BasicAudit.PrivacyDisclosure.Source")
            for refused in documents.suffix(2) {
                #expect(refused["outcome"] == "4" && refused["meta"] == nil)
            }
            for document in documents {
                let agents = document["agent"]?.elements ?? []
                #expect(agents.count == 3 && agents.filter { $0["requestor"] == true }.count == 1)
                let patient = document["entity"]?.elements.first
                #expect(patient?["what"]?["identifier"]?["value"]?.text == sites.north.rater.description)
            }
            #expect(try sites.accesses().last?.body == .viewed(.accessLog, as: "auditor", participant: nil))
        }
    }

    @Test func `An operator's export that an episode was part of is among its accesses, once`() async throws {
        let sites = try AuditedSites()
        func export(by actor: String, because reason: String, of episodes: [EpisodeID]) throws {
            let export = ExportedEvidence(
                export: EventID(rawValue: UUID()), manifestDigest: Array(repeating: 7, count: 32), events: 3,
                episodes: episodes, sites: [], from: nil, before: nil)
            try sites.append(
                AccessEvent(accessedBy: actor, reason: reason, body: .evidenceExported(export)), to: sites.north,
                stream: EpisodeID(rawValue: UUID()))
        }
        try export(by: "op-1", because: "yearly inspection", of: [sites.north.id])
        try export(by: "op-2", because: "everything", of: [])
        try export(by: "op-3", because: "another's", of: [sites.elsewhere.id])
        try export(by: "a-01", because: EvidenceDownload.reason, of: [sites.north.id])
        try await PortalServer.run(on: sites.database, environment: sites.environment) { server in
            let browser = try await server.browser(.auditor, as: "a-01")
            let file = try await browser.get("/audit/episodes/\(sites.north.id)/audit-events.ndjson")
            let documents = try file.text.split(separator: "\n").map { try JSON.parse(Array($0.utf8)) }
            let people = documents.compactMap { document in
                document["agent"]?.elements.last?["who"]?["identifier"]?["value"]?.text
            }
            #expect(people == ["op-1", "op-2"])
            #expect(documents.allSatisfy { $0["type"]?["code"] == "110106" })
        }
    }

    @Test func `Only so many bundles are fetched at once, and each makes room when it is done`() throws {
        let places = Places(2)
        var taken = [places.take(), places.take()]
        #expect(taken.allSatisfy { $0 != nil })
        #expect(places.take() == nil)
        taken[0] = nil
        #expect(places.take() != nil)
    }
}
