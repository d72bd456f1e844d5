import Foundation
public import ServiceKit

/// The models of the PyPI package fhir.resources, installed once beside the build.
public enum FHIRValidator {
    public static let isAvailable: Bool = {
        if FileManager.default.fileExists(atPath: folder + "/fhir/resources/flag.py") { return true }
        let install = [
            "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", folder,
            "fhir.resources==6.1.0",
            "pydantic<2", "email-validator",
        ]
        return (try? run(install, input: ""))?.status == 0
    }()

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../.build/fhir.resources-6.1.0").standardized.path

    private static let script = """
        import json, sys
        from importlib import import_module
        from fhir.resources import __fhir_version__
        assert __fhir_version__ == "4.0.1", __fhir_version__
        faults = 0
        def check(document):
            global faults
            kind = document["resourceType"]
            try:
                getattr(import_module("fhir.resources." + kind.lower()), kind).parse_raw(json.dumps(document))
            except Exception as fault:
                faults += 1
                print(kind, fault)
        for line in sys.stdin:
            check(json.loads(line))
        sys.exit(1 if faults else 0)
        """

    /// - Returns: the status, 0 where every document is valid, and what the validator said.
    public static func judge(_ documents: [JSON]) throws -> (status: Int32, output: String) {
        try run(
            ["-c", script], input: documents.map { String(decoding: $0.encoded, as: UTF8.self) }.joined(separator: "\n")
        )
    }

    private static func run(_ arguments: [String], input: String) throws -> (status: Int32, output: String) {
        let files = FileManager.default.temporaryDirectory.appending(path: "fhir-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: files) }
        let (given, said) = (files.appending(path: "input"), files.appending(path: "output"))
        try Data(input.utf8).write(to: given)
        try Data().write(to: said)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["timeout", "60", "python3"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONPATH": folder]) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: given)
        process.standardOutput = try FileHandle(forWritingTo: said)
        process.standardError = try FileHandle(forWritingTo: said)
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, try String(contentsOf: said, encoding: .utf8))
    }
}
