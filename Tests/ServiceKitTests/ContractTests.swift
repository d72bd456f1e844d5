import Foundation
import TestSupport
import Testing

/// What every service answers to the platform, and where its contract is found.
@Suite struct ContractTests {
    private static let path = "Shared/ServiceKit/HTTP/operational.openapi.yaml"

    @Test func `A service without an API serves the document of what every service answers`() async throws {
        let contract = try APIContract(Self.path)
        var addresses: Set<String> = []
        try await TestServer.run { addresses = $0.routes.addresses } _: { server in
            let answer = try await server.client.send("GET", "/openapi.yaml")
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "application/openapi+yaml")
            #expect(Array(answer.body.utf8) == contract.bytes)
            let topics = try await server.client.send("GET", "/asyncapi.yaml")
            #expect(topics.headers["content-type"] == "application/vnd.aai.asyncapi+yaml;version=3.0.0")
            let checkedIn = TestPrograms.checkout.appending(path: "docs/contracts/attune.asyncapi.yaml")
            #expect(topics.body == (try String(contentsOf: checkedIn, encoding: .utf8)), "run `attune contracts asyncapi`")
            for path in ["/live", "/ready", "/metrics"] {
                let answer = try await server.client.send("GET", path)
                let faults = try ContractJudge.shared?.faults(
                    .init(
                        contract: Self.path, method: "GET", path: path, status: answer.status,
                        type: answer.headers["content-type"] ?? "", body: answer.body))
                #expect(faults ?? [] == [])
            }
        }
        #expect(contract.routeFaults(addresses) == [])
    }

    @Test(.enabled(if: ContractJudge.shared != nil, "jsonschema cannot be installed from PyPI here"))
    func `The judge of exchanges can refuse`() throws {
        let judge = try #require(ContractJudge.shared)
        func faults(_ path: String, _ status: Int, _ type: String, _ body: String) throws -> Int {
            try judge.faults(
                .init(contract: Self.path, method: "GET", path: path, status: status, type: type, body: body)).count
        }
        #expect(try faults("/live", 200, "application/json", #"{"healthy": true, "checks": []}"#) == 0)
        #expect(try faults("/live", 200, "application/json", #"{"healthy": "yes", "checks": []}"#) == 1)
        #expect(try faults("/live", 200, "application/json", #"{"healthy": true, "checks": [], "new": 1}"#) == 1)
        #expect(try faults("/live", 204, "application/json", "{}") == 1)
        #expect(try faults("/live", 200, "text/html", "{}") == 1)
        #expect(try faults("/nowhere", 200, "application/json", "{}") == 1)
        #expect(try faults("/live", 200, "application/json", "no JSON") == 1)
    }

    @Test(
        .enabled(if: ContractJudge.packages.install(), "openapi-spec-validator cannot be installed from PyPI here"),
        arguments: [
            path, "Services/Ingestion/attune-ingestion.openapi.yaml", "Services/Alerting/attune-alerting.openapi.yaml",
            "Services/Notification/attune-notification.openapi.yaml", "Services/Audit/attune-audit.openapi.yaml",
        ])
    func `Every document is valid OpenAPI 3.1`(path: String) throws {
        let file = TestPrograms.checkout.appending(path: path).path
        let verdict = try ContractJudge.packages.run(["-m", "openapi_spec_validator", file])
        #expect(verdict.status == 0, "\(verdict.output)")
    }
}
