import Contracts
import Foundation
import ServiceKit
import TestSupport
import Testing

/// The contract of the topics, as it is checked in, is what the code says.
@Suite struct AsyncAPITests {
    private static let packages = PythonPackages("asyncapi3-0.0.2", ["asyncapi3==0.0.2", "pyyaml==6.0.3"])
    private static let file = TestPrograms.checkout.appending(path: "docs/contracts/attune.asyncapi.yaml")

    @Test func `The document is the one that the code makes`() throws {
        let checkedIn = try String(contentsOf: Self.file, encoding: .utf8)
        #expect(checkedIn == AsyncAPIDocument.text(version: ProjectVersion.current), "run `attune contracts asyncapi`")
    }

    @Test func `Every message of a contract is in its file`() throws {
        for type in EventType.allCases {
            let contract = type.contract
            let proto = TestPrograms.checkout.appending(path: "Shared/Contracts/Proto/attune/v1/\(contract.file).proto")
            #expect(try ProtoFile(String(contentsOf: proto, encoding: .utf8)).messages.contains(contract.message), "\(type)")
            #expect(contract.topics.isEmpty == (type == .logResealed))
        }
    }

    private static let script = """
        import sys, warnings, yaml
        warnings.simplefilter("ignore")
        from asyncapi3.models.asyncapi import AsyncAPI3
        with open(sys.argv[1], encoding="utf-8") as file:
            document = yaml.safe_load(file)
        if sys.argv[2] == "damaged":
            document["channels"]["alerts"]["bindings"]["kafka"]["partitions"] = "many"
        AsyncAPI3.model_validate(document)
        def look(node):
            if isinstance(node, dict):
                if "$ref" in node:
                    place = document
                    for part in node["$ref"].removeprefix("#/").split("/"):
                        place = place[part]
                node = list(node.values())
            if isinstance(node, list):
                for item in node:
                    look(item)
        look(document)
        """

    @Test(.enabled(if: packages.install(), "asyncapi3 cannot be installed from PyPI here"))
    func `The document is valid AsyncAPI 3 with valid Kafka bindings`() throws {
        let verdict = try Self.packages.run(["-c", Self.script, Self.file.path, "whole"])
        #expect(verdict.status == 0, "\(verdict.output)")
        #expect(try Self.packages.run(["-c", Self.script, Self.file.path, "damaged"]).status != 0)
    }
}
