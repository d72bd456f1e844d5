import ServiceKit
import TestSupport
import Testing

@testable import attune_alerting

/// The OpenAPI document and the service say the same.
@Suite struct ContractTests {
    static let path = "Services/Alerting/attune-alerting.openapi.yaml"

    @Test func `Every address of the service stands in the document, with its methods, and no other`() async throws {
        let contract = try APIContract(Self.path)
        try await AlertServer.run(try AlertingFixture()) { server in
            #expect(contract.routeFaults(server.addresses) == [])
        }
        #expect(Alerting.contract == contract.bytes)
        #expect(contract.version == ProjectVersion.current)
    }

    @Test func `Every problem that the code can answer with stands in the document, and no other`() throws {
        let folders = ["Shared/ServiceKit", "Shared/AlertBook", "Shared/FHIR", "Services/Alerting"]
        let faults = try APIContract(Self.path).problemFaults(in: folders)
        #expect(faults == [])
    }

    @Test func `The service takes and refuses every field as the schema says`() async throws {
        let contract = try APIContract(Self.path)
        try await AlertServer.run(try AlertingFixture()) { server in
            func answer(_ path: String, _ body: [UInt8]) async throws -> AlertServer.Answer {
                try await server.send(
                    .post, path, body: String(decoding: body, as: UTF8.self), roles: [.clinician, .supervisor, .siteAdmin],
                    below: "")
            }
            for (path, body) in contract.examples {
                // Read, and then there is no such alert.
                let status = try await answer(path, body).status
                #expect([200, 403].contains(status), "\(path)")
            }
            let cases = contract.cases
            #expect(cases.count > 40)
            for one in cases {
                let found = try await answer(one.path, one.body)
                let isOfContent = found["type"] == "urn:attune:problem:invalid-content"
                #expect(one.fault(pointers: isOfContent ? found.pointers : nil) == nil)
            }
        }
    }
}

extension AlertServer.Answer {
    /// JSON pointers of the faults that a problem names.
    fileprivate var pointers: [String] {
        guard case .array(let errors)? = document?["errors"] else { return [] }
        return errors.compactMap { if case .string(let pointer)? = $0["pointer"] { pointer } else { nil } }
    }
}
