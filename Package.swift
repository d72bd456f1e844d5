// swift-tools-version: 6.2
import PackageDescription

// With ATTUNE_FUZZ set there is the fuzzer in place of the programs, and Attune's own modules tell it what ran:
// docs/fuzzing.md.
let fuzzes = Context.environment["ATTUNE_FUZZ"] != nil

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    // Ids, events and rows are generic code that crosses modules in every event: unspecialised, it costs a fifth.
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
] + (fuzzes ? [.unsafeFlags(["-sanitize=fuzzer"])] : [])

func shared(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [],
    resources: [Resource] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Shared/\(name)", exclude: exclude,
        resources: resources, swiftSettings: strict)
}

func service(
    _ folder: String, executable: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []
) -> [Target] {
    let dependencies =
        ["ServiceKit", "Messaging", "Persistence", "Contracts", "Domain", logging, arguments] + dependencies
    let path = "Services/\(folder)"
    guard fuzzes else {
        return [
            .executableTarget(
                name: executable, dependencies: dependencies, path: path, resources: resources, swiftSettings: strict)
        ]
    }
    // Only a library can be linked into the fuzzer, and each `main` then needs a name of its own.
    let entry = executable.split(separator: "-").joined(separator: "_") + "_main"
    return [
        .target(
            name: executable, dependencies: dependencies, path: path, resources: resources,
            swiftSettings: strict
                + [.unsafeFlags(["-Xfrontend", "-entry-point-function-name", "-Xfrontend", entry])])
    ]
}

/// The OpenAPI document that a service serves.
func contract(_ executable: String) -> [Resource] { [.embedInCode("\(executable).openapi.yaml")] }

func tests(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude,
        swiftSettings: [.enableUpcomingFeature("ExistentialAny")])
}

let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let csv = Target.Dependency.product(name: "SwiftCSV", package: "SwiftCSV")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let jwt = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let yaml = Target.Dependency.product(name: "Yams", package: "Yams")

/// The targets of the fuzzer: with libFuzzer around them, or as ordinary tests of what it found.
let fuzzing: Target = {
    let own: [Target.Dependency] = [
        "attune", "attune-ingestion", "attune-notification", "attune-portal", "attune-alerting", "AuditLog", "Catalogue",
        "Channels", "ClientText", "Contracts", "Directory", "Domain", "EvidenceBundle", "FHIR", "Intake", "Messaging",
        "Outbound", "Persistence", "ServiceKit", "TransparencyLog", crypto, csv, hummingbird, jwt, protobuf, yaml,
    ]
    let data = ["Corpus", "Found"]
    return fuzzes
        ? .executableTarget(
            name: "attune-fuzz", dependencies: own, path: "Fuzz", exclude: data + ["Tests"], swiftSettings: strict,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])])
        : .testTarget(
            name: "FuzzTests", dependencies: own, path: "Fuzz", exclude: data + ["Driver"],
            swiftSettings: [.enableUpcomingFeature("ExistentialAny")])
}()

let package = Package(
    name: "attune",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
    ],
    targets: [
        .systemLibrary(name: "CRdKafka", path: "Shared/CRdKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .systemLibrary(name: "CPostgres", path: "Shared/CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CCurl", path: "Shared/CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),

        shared("Domain"),
        shared("Contracts", ["Domain", protobuf, crypto], resources: [.embedInCode("Proto")]),
        shared("Catalogue", ["Domain", yaml, crypto], resources: [.embedInCode("Builtin")]),
        shared("TransparencyLog", [crypto]),
        shared("Messaging", ["Contracts", "Domain", "CRdKafka", logging, metrics]),
        shared("Persistence", ["Contracts", "Domain", "CPostgres", logging, metrics], resources: [.embedInCode("Migrations")]),
        shared("AuditLog", ["TransparencyLog", "Persistence", "Contracts", "Domain", crypto]),
        shared(
            "EvidenceBundle", ["AuditLog", "ServiceKit", "TransparencyLog", "Persistence", "Contracts", "Domain", crypto]),
        shared("ClientText", ["Persistence", "Contracts", "Domain", crypto]),
        shared("Directory", ["ClientText"]),
        shared("Outbound", ["CCurl"]),
        shared(
            "Channels", ["Outbound", "Directory", "ServiceKit", "Contracts", "Domain", mustache, yaml, crypto],
            resources: [.embedInCode("Messages/Templates")]),
        shared(
            "ServiceKit",
            [
                "Messaging", "Outbound", "Persistence", "Contracts", "Domain", hummingbird, jwt, lifecycle, logging, metrics,
                configuration, arguments,
            ], resources: [.embedInCode("HTTP/operational.openapi.yaml")]),
        shared("FHIR", ["ServiceKit", "Domain"]),
        shared("AlertBook", ["ServiceKit", "Persistence", "Contracts", "Domain", metrics]),
        shared("Intake", ["Catalogue", "ClientText", "ServiceKit", "Persistence", "Contracts", "Domain", logging]),
        shared("LocalStack", ["Contracts", "Domain", "Messaging", "Persistence", "Outbound", logging]),
    ]
        + service(
            "Ingestion", executable: "attune-ingestion", ["Catalogue", "ClientText", "Intake", hummingbird],
            resources: contract("attune-ingestion"))
        + service("Scoring", executable: "attune-scoring", ["Catalogue"])
        + service(
            "Alerting", executable: "attune-alerting", ["AlertBook", "Catalogue", "FHIR", hummingbird, metrics],
            resources: contract("attune-alerting"))
        + service(
            "Notification", executable: "attune-notification",
            ["Channels", "ClientText", "Directory", "Outbound", hummingbird, metrics],
            resources: contract("attune-notification"))
        + service(
            "Audit", executable: "attune-audit", ["AuditLog", "TransparencyLog", hummingbird, lifecycle, metrics, protobuf],
            resources: contract("attune-audit"))
        + service(
            "Portal", executable: "attune-portal",
            [
                "AlertBook", "AuditLog", "Catalogue", "ClientText", "Directory", "EvidenceBundle", "FHIR", "Intake", "Outbound",
                "TransparencyLog", crypto, hummingbird, jwt, lifecycle, metrics, mustache, yaml,
            ], resources: [.embedInCode("Words/Texts"), .embedInCode("Templates"), .embedInCode("Assets")])
        + [
            .executableTarget(
                name: "attune-local-kafka", dependencies: ["Messaging", logging, arguments],
                path: "Services/LocalKafka", swiftSettings: strict)
        ]
        + service(
            "Operator", executable: "attune",
            [
                "AuditLog", "Catalogue", "Channels", "ClientText", "Directory", "EvidenceBundle", "TransparencyLog", "Outbound",
                "LocalStack",
                csv, yaml, jwt, crypto, hummingbird,
            ])
        + [
            .target(
                name: "TestSupport",
                dependencies: ["Domain", "Outbound", "ServiceKit", "Persistence", lifecycle, logging, metrics, yaml],
                path: "Tests/TestSupport",
                swiftSettings: strict),
            .target(
                name: "PortalFixture", dependencies: ["AlertBook", "Catalogue", "Contracts", "Domain", "Persistence"],
                path: "Tests/PortalFixture", swiftSettings: strict),
            tests(
                "AlertingTests",
                [
                    "attune-alerting", "AlertBook", "FHIR", "ServiceKit", "Messaging", "Persistence", "TestSupport",
                    "Catalogue", "Outbound", "Contracts", "Domain", lifecycle, logging,
                ]),
            tests("ArchitectureTests", ["Domain"]),
            tests("DomainTests", ["Domain"]),
            tests("CatalogueTests", ["Catalogue", "Domain"]),
            tests(
                "ConsumptionTests",
                ["ServiceKit", "Messaging", "Persistence", "TestSupport", "Contracts", "Domain", logging]),
            tests(
                "ContractsTests", ["Contracts", "Domain", "ServiceKit", "TestSupport", protobuf, crypto], exclude: ["Recorded"]),
            tests("ClientTextTests", ["ClientText", "Domain"]),
            tests("DirectoryTests", ["Directory", "ClientText"]),
            tests("FHIRTests", ["FHIR", "ServiceKit", "Domain"]),
            tests("TransparencyLogTests", ["TransparencyLog"]),
            tests("MessagingTests", ["Messaging", "Contracts", "Domain", "CRdKafka", logging]),
            tests("PersistenceTests", ["Persistence", "LocalStack", "TestSupport", "Contracts", "Domain", logging]),
            tests(
                "AuditTests",
                [
                    "attune-audit", "AuditLog", "TransparencyLog", "ServiceKit", "Messaging", "Persistence", "Contracts",
                    "Domain", "TestSupport", hummingbird, logging, crypto,
                ]),
            tests(
                "OperatorTests",
                [
                    "attune", "attune-ingestion", "attune-scoring", "attune-alerting", "attune-notification", "attune-audit",
                    "AlertBook", "AuditLog", "Channels", "EvidenceBundle", "Intake", "TransparencyLog", "LocalStack", "Outbound",
                    "ServiceKit",
                    "Messaging", "Persistence", "TestSupport", "Catalogue", "ClientText", "Directory", "Contracts", "Domain", crypto,
                    csv, lifecycle, logging,
                ]),
            tests("OutboundTests", ["Outbound"]),
            tests(
                "IngestionTests",
                [
                    "attune-ingestion", "Intake", "ClientText", "ServiceKit", "Messaging", "Persistence", "TestSupport",
                    "Catalogue", "Contracts", "Domain", hummingbird, lifecycle, logging,
                ]),
            tests("LocalStackTests", ["LocalStack", "Outbound", "Domain"]),
            tests(
                "SystemTests",
                [
                    "attune", "attune-ingestion", "attune-scoring", "attune-alerting", "attune-notification", "attune-audit",
                    "attune-local-kafka", "ClientText", "LocalStack", "Outbound", "ServiceKit", "Messaging", "Persistence",
                    "AuditLog", "EvidenceBundle", "Contracts", "Domain", "TestSupport", logging,
                ]),
            tests(
                "FaultTests",
                [
                    "attune", "attune-ingestion", "attune-scoring", "attune-alerting", "attune-notification", "attune-audit",
                    "attune-local-kafka", "LocalStack", "TestSupport",
                ]),
            tests(
                "NotificationTests",
                [
                    "attune-notification", "Channels", "ClientText", "Directory", "ServiceKit", "Messaging", "Persistence",
                    "TestSupport", "Outbound", "Contracts", "Domain", crypto, hummingbird, lifecycle, logging,
                ]),
            tests(
                "PortalTests",
                [
                    "attune-portal", "PortalFixture", "AlertBook", "AuditLog", "EvidenceBundle", "Catalogue", "ClientText", "Directory",
                    "Intake", "LocalStack",
                    "Outbound", "ServiceKit", "Messaging", "Persistence", "TestSupport", "TransparencyLog", "Contracts", "Domain", crypto,
                    hummingbird, lifecycle, logging,
                ]),
            tests(
                "BrowserTests",
                [
                    "attune", "attune-ingestion", "attune-scoring", "attune-alerting", "attune-notification", "attune-audit",
                    "attune-portal", "attune-local-kafka", "PortalFixture", "AuditLog", "Catalogue", "TransparencyLog",
                    "LocalStack", "Outbound", "ServiceKit", "Persistence", "Contracts", "Domain", "TestSupport",
                ]),
            tests(
                "ScoringTests",
                [
                    "attune-scoring", "ServiceKit", "Messaging", "Persistence", "TestSupport", "Catalogue", "Contracts", "Domain",
                    logging,
                ]),
            tests("ServiceKitTests", ["ServiceKit", "LocalStack", "Outbound", "TestSupport", hummingbird, logging, jwt]),
            fuzzing,
        ]
)
