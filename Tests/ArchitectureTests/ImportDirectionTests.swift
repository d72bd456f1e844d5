import Foundation
import Testing

/// Holds the directions in which modules may know each other.
@Suite struct ImportDirectionTests {
    /// The project's own modules, and the C libraries, that each module may import. What is not listed
    /// may not be imported, and a folder that is not listed here may not exist.
    private static let shared: [String: Set<String>] = [
        "Domain": [],
        "Contracts": ["Domain"],
        "Catalogue": ["Domain"],
        "TransparencyLog": [],
        "Messaging": ["Contracts", "Domain", "CRdKafka"],
        "Persistence": ["Contracts", "Domain", "CPostgres"],
        "AuditLog": ["TransparencyLog", "Persistence", "Contracts", "Domain"],
        "EvidenceBundle": ["AuditLog", "ServiceKit", "TransparencyLog", "Persistence", "Contracts", "Domain"],
        "ClientText": ["Persistence", "Contracts", "Domain"],
        "Directory": ["ClientText"],
        "Outbound": ["CCurl"],
        "ServiceKit": ["Messaging", "Outbound", "Persistence", "Contracts", "Domain"],
        "FHIR": ["ServiceKit", "Domain"],
        "AlertBook": ["ServiceKit", "Persistence", "Contracts", "Domain"],
        "Intake": ["Catalogue", "ClientText", "ServiceKit", "Persistence", "Contracts", "Domain"],
        "Channels": ["Outbound", "Directory", "ServiceKit", "Contracts", "Domain"],
        "LocalStack": ["Messaging", "Persistence", "Outbound", "Contracts", "Domain"],
    ]

    private static let forEveryService: Set<String> = [
        "ServiceKit", "Messaging", "Persistence", "Contracts", "Domain", "Catalogue", "TransparencyLog", "Outbound",
        "LocalStack", "AuditLog", "ClientText", "Directory", "Channels", "FHIR",
        "Intake", "AlertBook", "EvidenceBundle",
    ]

    private static let services: [String: Set<String>] = [
        "Ingestion": forEveryService, "Scoring": forEveryService, "Alerting": forEveryService,
        "Notification": forEveryService, "Audit": forEveryService, "Portal": forEveryService,
        "Operator": forEveryService,
        // The mock cluster is part of librdkafka itself.
        "LocalKafka": forEveryService.union(["CRdKafka"]),
    ]

    /// Names that mean this project and not a package from outside.
    private static let own = Set(shared.keys).union(services.keys).union(["CRdKafka", "CPostgres", "CCurl"])

    /// Module names of the service executables, which nothing may import.
    private static let executables: Set<String> = [
        "attune", "attune_ingestion", "attune_scoring", "attune_alerting", "attune_notification", "attune_audit",
        "attune_portal", "attune_local_kafka",
    ]

    private struct Import {
        let place: String
        let room: String
        let module: String
    }

    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every import of every Swift file below a folder, with the first-level folder it stands in.
    private static func imports(below folder: String) throws -> [Import] {
        let base = root.appending(path: folder)
        let paths = try FileManager.default.subpathsOfDirectory(atPath: base.path).filter { $0.hasSuffix(".swift") }
        try #require(!paths.isEmpty, "found no Swift file below \(folder)")
        return try paths.flatMap { path in
            let text = try String(contentsOf: base.appending(path: path), encoding: .utf8)
            return text.split(separator: "\n").compactMap { line in
                module(importedBy: line).map {
                    Import(
                        place: "\(folder)/\(path)", room: String(path.prefix { $0 != "/" }), module: $0)
                }
            }
        }
    }

    /// `public import struct Domain.Rating` imports `Domain`.
    private static func module(importedBy line: Substring) -> String? {
        var words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
        let before: Set<Substring> = [
            "public", "package", "internal", "fileprivate", "private", "@testable", "@preconcurrency",
            "@_exported", "@_implementationOnly",
        ]
        while let word = words.first, before.contains(word) || word.hasPrefix("@_spi(") { words.removeFirst() }
        guard words.first == "import", words.count > 1 else { return nil }
        words.removeFirst()
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        if let kind = words.first, kinds.contains(kind), words.count > 1 { words.removeFirst() }
        return words.first?.prefix { $0 != "." && $0 != ";" && $0 != "/" }.description
    }

    @Test func anImportIsReadWhateverStandsAroundIt() {
        #expect(Self.module(importedBy: "import Domain") == "Domain")
        #expect(Self.module(importedBy: "public import struct Domain.Rating") == "Domain")
        #expect(Self.module(importedBy: "@preconcurrency import Messaging // why") == "Messaging")
        #expect(Self.module(importedBy: "    import CCurl;") == "CCurl")
        #expect(Self.module(importedBy: "/// import Domain") == nil)
        #expect(Self.module(importedBy: "let imported = 1") == nil)
    }

    @Test(arguments: ["Shared", "Services"])
    func modulesImportOnlyDownwards(folder: String) throws {
        let allowed = folder == "Shared" ? Self.shared : Self.services
        for found in try Self.imports(below: folder) where Self.own.contains(found.module) {
            #expect(
                allowed[found.room]?.contains(found.module) == true,
                "\(found.place) may not import \(found.module)")
        }
    }

    @Test func noServiceIsImported() throws {
        for found in try Self.imports(below: "Shared") + Self.imports(below: "Services") {
            #expect(!Self.executables.contains(found.module), "\(found.place) imports the service \(found.module)")
        }
    }

    @Test func theDomainKnowsNothingButFoundationEssentials() throws {
        let domain = try Self.imports(below: "Shared").filter { $0.room == "Domain" }
        #expect(!domain.isEmpty)
        for found in domain {
            #expect(found.module == "FoundationEssentials", "\(found.place) imports \(found.module)")
        }
    }

    @Test(arguments: [
        ("CRdKafka", ["Shared/Messaging/", "Services/LocalKafka/"]), ("CPostgres", ["Shared/Persistence/"]),
        ("CCurl", ["Shared/Outbound/"]),
    ])
    func everyCLibraryHasItsOneHome(library: String, homes: [String]) throws {
        for found in try Self.imports(below: "Shared") + Self.imports(below: "Services")
        where found.module == library {
            #expect(homes.contains { found.place.hasPrefix($0) }, "\(found.place) imports \(library)")
        }
    }
}
