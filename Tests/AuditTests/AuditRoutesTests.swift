import AuditLog
import Contracts
import Domain
import ServiceKit
import Testing
import TransparencyLog

@testable import attune_audit

@Suite struct AuditRoutesTests {
    private func hashes(_ document: JSON, _ name: String) throws -> [LogHash] {
        guard case .array(let elements)? = document[name] else { throw Unexpected() }
        return try elements.map { try #require(Self.hash($0)) }
    }

    private static func hash(_ value: JSON?) -> LogHash? {
        guard case .string(let text)? = value else { return nil }
        return LogHash(base64: text)
    }

    private struct Unexpected: Error {}

    @Test func `an inclusion proof leads from the event to the signed root`() async throws {
        let (ledger, entries) = try AuditedLedger.filled()
        try await AuditServer.run(ledger) { server in
            let verifier = try VerifierKey(text: try await server.get("/v1/audit/key").body.trimmed)
            for (index, path) in [(0, ""), (199, "?size=200"), (255, "?size=320"), (319, ""), (17, "?size=200")] {
                let answer = try await server.get("/v1/audit/proof/\(entries[index].event)\(path)")
                #expect(answer.status == 200)
                let document = try #require(answer.document)
                guard case .string(let note)? = document["checkpoint"] else { throw Unexpected() }
                let checkpoint = try Checkpoint(verifying: note, origin: "example.org/audit", keys: [verifier])
                #expect(document["index"] == .integer(index))
                #expect(document["treeSize"] == .integer(checkpoint.size))
                let proof = InclusionProof(index: index, size: checkpoint.size, path: try hashes(document, "hashes"))
                try proof.verify(leaf: entries[index].leafHash, root: checkpoint.root)
            }
        }
    }

    @Test func `a proof for a size that was never signed names its root and no checkpoint`() async throws {
        let (ledger, entries) = try AuditedLedger.filled()
        try await AuditServer.run(ledger) { server in
            let document = try #require(try await server.get("/v1/audit/proof/\(entries[3].event)?size=77").document)
            let root = try #require(Self.hash(document["root"]))
            #expect(document["checkpoint"] == .null)
            var expected = CompactRange()
            expected.append(contentsOf: entries.prefix(77).map(\.leafHash))
            #expect(root == expected.root)
            let proof = InclusionProof(index: 3, size: 77, path: try hashes(document, "hashes"))
            try proof.verify(leaf: entries[3].leafHash, root: root)
        }
    }

    @Test func `an event that no checkpoint covers yet can be asked for again later`() async throws {
        let ledger = try AuditedLedger()
        let entries = try ledger.record(10)
        try ledger.audit(Array(entries.prefix(5)))
        try await AuditServer.run(ledger) { server in
            try await server.expect(503, at: "/v1/audit/proof/\(entries[0].event)")
            try await server.expect(404, at: "/v1/audit/checkpoint")
            try ledger.sign()
            try await server.expect(200, at: "/v1/audit/proof/\(entries[0].event)")
            try ledger.audit(entries)
            try await server.expect(503, at: "/v1/audit/proof/\(entries[9].event)")
            try await server.expect(200, at: "/v1/audit/proof/\(entries[9].event)?size=10")
        }
    }

    @Test func `a consistency proof joins two signed roots`() async throws {
        let (ledger, _) = try AuditedLedger.filled()
        let first = try #require(try StoredLog.checkpoint(size: 200, on: ledger.admin))
        let second = try #require(try StoredLog.checkpoint(size: 320, on: ledger.admin))
        try await AuditServer.run(ledger) { server in
            let newest = try await server.get("/v1/audit/checkpoint")
            #expect(newest.body == second.note)
            for path in ["?from=200", "?from=200&to=320"] {
                let document = try #require(try await server.get("/v1/audit/consistency\(path)").document)
                #expect(Self.hash(document["fromRoot"]) == first.root)
                let proof = ConsistencyProof(firstSize: 200, secondSize: 320, path: try hashes(document, "hashes"))
                try proof.verify(firstRoot: first.root, secondRoot: second.root)
            }
        }
    }

    @Test func `a leaf shows everything that is hashed`() async throws {
        let (ledger, entries) = try AuditedLedger.filled()
        try await AuditServer.run(ledger) { server in
            let document = try #require(try await server.get("/v1/audit/leaves/\(entries[42].event)").document)
            guard case .string(let time)? = document["time"] else { throw Unexpected() }
            #expect(document["index"] == 42)
            #expect(document["site"] == "north")
            #expect(document["episode"] == .text(entries[42].episode))
            #expect(document["sequence"] == .integer(entries[42].sequence))
            #expect(Timestamp(time) == entries[42].time)
            #expect(Self.hash(document["payloadDigest"])?.bytes == entries[42].payloadDigest)
            #expect(Self.hash(document["leafHash"]) == entries[42].leafHash)
        }
    }

    @Test func `only auditors, operators and network administrators are answered, each for their sites`() async throws {
        let (ledger, entries) = try AuditedLedger.filled()
        let path = "/v1/audit/leaves/\(entries[0].event)"
        try await AuditServer.run(ledger) { server in
            try await server.expect(401, at: path, withToken: false)
            for role in Role.allCases {
                let isAllowed = [.auditor, .operator, .networkAdmin].contains(role)
                try await server.expect(isAllowed ? 200 : 403, at: path, roles: [role])
            }
            try await server.expect(200, at: path, sites: .some([SiteID("north")!]))
            let elsewhere = SiteAccess.some([SiteID("south")!])
            try await server.expect(404, at: path, sites: elsewhere)
            try await server.expect(404, at: "/v1/audit/proof/\(entries[0].event)", sites: elsewhere)
            try await server.expect(200, at: "/v1/audit/checkpoint", sites: elsewhere)
        }
    }

    @Test(arguments: [
        ("leaves/not-an-id", 404), ("leaves/018f2c1e-7a00-7000-8000-00000000000a", 404), ("consistency", 400),
        ("consistency?from=10&to=5", 400), ("consistency?from=10&to=321", 400), ("consistency?from=-1", 400),
        ("consistency?from=x", 400), ("proof/018f2c1e-7a00-7000-8000-00000000000a?size=1", 404),
    ])
    func `a question that has no answer is refused`(path: String, status: Int) async throws {
        let (ledger, entries) = try AuditedLedger.filled()
        try await AuditServer.run(ledger) { server in
            try await server.expect(status, at: "/v1/audit/\(path)")
            try await server.expect(400, at: "/v1/audit/proof/\(entries[9].event)?size=9")
            try await server.expect(400, at: "/v1/audit/proof/\(entries[9].event)?size=321")
        }
    }
}

extension String {
    fileprivate var trimmed: String { String(prefix { !$0.isNewline }) }
}
