import ServiceKit
import TestSupport
import Testing

@testable import attune_audit

/// The OpenAPI document and the service say the same.
@Suite struct ContractTests {
    static let path = "Services/Audit/attune-audit.openapi.yaml"

    @Test func `Every address of the service stands in the document, with its methods, and no other`() async throws {
        let contract = try APIContract(Self.path)
        try await AuditServer.run(try AuditedLedger()) { server in
            #expect(contract.routeFaults(server.addresses) == [])
        }
        #expect(Audit.contract == contract.bytes)
        #expect(contract.version == ProjectVersion.current)
    }

    @Test func `Every problem that the code can answer with stands in the document, and no other`() throws {
        let folders = ["Shared/ServiceKit", "Shared/AuditLog", "Services/Audit"]
        let faults = try APIContract(Self.path).problemFaults(in: folders)
        #expect(faults == [])
    }
}
