public import ServiceKit

/// The models of the PyPI package fhir.resources, installed once beside the build.
public enum FHIRValidator {
    public static let isAvailable: Bool = packages.install()

    private static let packages = PythonPackages(
        "fhir.resources-6.1.0", ["fhir.resources==6.1.0", "pydantic<2", "email-validator"])

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
        try packages.run(
            ["-c", script], input: documents.map { String(decoding: $0.encoded, as: UTF8.self) }.joined(separator: "\n"))
    }
}
