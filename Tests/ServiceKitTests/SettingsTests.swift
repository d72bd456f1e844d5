import Foundation
import ServiceKit
import Testing

@Suite struct SettingsTests {
    static let batch = Setting.int("ATTUNE_BATCH", "Most events of a batch.", default: 500, in: 1...5000)
    static let wait = Setting.duration("ATTUNE_WAIT", "Longest wait.", default: "20ms")
    static let database = Setting.url("ATTUNE_DATABASE", "Where the database is.", schemes: ["postgresql"])
    static let password = Setting.string("ATTUNE_PASSWORD", "The role's password.", secret: true)
    static let sites = Setting.list("ATTUNE_SITES", "Sites served.", default: "")
    static let brokers = Setting.hostPorts("ATTUNE_BROKERS", "Kafka brokers.", default: "localhost:9092")
    static let page = Setting.url("ATTUNE_PAGE", "The portal's address.").optional
    static let all: [any SettingDeclaration] = [batch, wait, database, password, sites, brokers, page]

    static let complete = ["ATTUNE_DATABASE": "postgresql://db:5432/attune", "ATTUNE_PASSWORD": "s3cret-value"]

    private func read(_ changes: [String: String]) throws(SettingsError) -> Settings {
        try Settings(Self.all, environment: Self.complete.merging(changes) { _, new in new })
    }

    @Test func `unset settings have their defaults`() throws {
        let settings = try read([:])
        #expect(settings[Self.batch] == 500)
        #expect(settings[Self.wait] == .milliseconds(20))
        #expect(settings[Self.sites] == [])
        #expect(settings[Self.brokers].map(\.description) == ["localhost:9092"])
        #expect(settings[Self.page] == nil)
        #expect(settings[Self.database].host() == "db")
    }

    @Test func `set settings are read by their type`() throws {
        let settings = try read([
            "ATTUNE_BATCH": "1", "ATTUNE_WAIT": "2m", "ATTUNE_SITES": "north, south",
            "ATTUNE_BROKERS": "a:1,[::1]:65535", "ATTUNE_PAGE": "https://attune.example",
        ])
        #expect(settings[Self.batch] == 1)
        #expect(settings[Self.wait] == .seconds(120))
        #expect(settings[Self.sites] == ["north", "south"])
        #expect(settings[Self.brokers].map(\.port) == [1, 65535])
        #expect(settings[Self.brokers].map(\.host) == ["a", "::1"])
        #expect(settings[Self.page]?.host() == "attune.example")
    }

    @Test(arguments: [
        ("ATTUNE_BATCH", "0"), ("ATTUNE_BATCH", "5001"), ("ATTUNE_BATCH", "many"), ("ATTUNE_BATCH", ""),
        ("ATTUNE_WAIT", "5"), ("ATTUNE_WAIT", "5 s"), ("ATTUNE_WAIT", "-5s"), ("ATTUNE_WAIT", "1.5s"),
        ("ATTUNE_DATABASE", "db"), ("ATTUNE_DATABASE", "http://db"), ("ATTUNE_DATABASE", "postgresql://"),
        ("ATTUNE_PASSWORD", ""), ("ATTUNE_SITES", "a,,b"), ("ATTUNE_BROKERS", "a"), ("ATTUNE_BROKERS", "a:0"),
        ("ATTUNE_BROKERS", "a:65536"), ("ATTUNE_BROKERS", "::1:9092"), ("ATTUNE_BROKERS", "a:1,"),
        ("ATTUNE_PAGE", "portal"),
    ])
    func `a wrong value is refused under its variable's name`(name: String, text: String) {
        let error = #expect(throws: SettingsError.self) { try read([name: text]) }
        #expect(error?.findings.map(\.name) == [name])
        #expect(error?.description.hasPrefix("\(name) ") == true)
    }

    @Test func `everything that is wrong is told at once, with what to do`() {
        let error = #expect(throws: SettingsError.self) {
            try Settings(Self.all, environment: ["ATTUNE_BATCH": "0"])
        }
        #expect(error?.findings.map(\.name) == ["ATTUNE_BATCH", "ATTUNE_DATABASE", "ATTUNE_PASSWORD"])
        #expect(
            error?.findings.first?.description
                == "ATTUNE_BATCH is out of range. Use a whole number 1 to 5000.")
    }

    @Test func `a secret is read from the file that is named`() throws {
        let folder = try TemporaryFolder()
        try "from-file\n".write(toFile: folder.file("password"), atomically: true, encoding: .utf8)
        let environment = ["ATTUNE_DATABASE": "postgresql://db", "ATTUNE_PASSWORD_FILE": folder.file("password")]
        let settings = try Settings(Self.all, environment: environment)
        #expect(settings[Self.password] == "from-file")
        #expect(settings.unknownNames == [])
    }

    @Test func `a secret given twice or in a missing file is refused`() {
        for environment in [
            Self.complete.merging(["ATTUNE_PASSWORD_FILE": "/dev/null"]) { _, new in new },
            ["ATTUNE_DATABASE": "postgresql://db", "ATTUNE_PASSWORD_FILE": "/does/not/exist"],
        ] {
            let error = #expect(throws: SettingsError.self) { try Settings(Self.all, environment: environment) }
            #expect(error?.findings.map(\.name) == ["ATTUNE_PASSWORD"])
            #expect(error?.description.contains("s3cret-value") == false)
        }
    }

    @Test func `unknown variables of the project are listed`() throws {
        let settings = try read(["ATTUNE_BATCHES": "1", "HOME": "/"])
        #expect(settings.unknownNames == ["ATTUNE_BATCHES"])
    }

    private struct Example: ServiceCommand {
        static let name = "attune-example"
        static let summary = "An example."
        static let settings = SettingsTests.all
        static func run(_ runtime: ServiceRuntime) async throws {}
    }

    @Test func `the help page lists every setting with meaning, form and default`() {
        let page = Example.helpPage()
        for setting in Self.all {
            #expect(page.contains(setting.name))
            #expect(page.contains(setting.meaning))
        }
        #expect(page.contains("ATTUNE_BATCH  (whole number 1 to 5000; default 500)"))
        #expect(page.contains("ATTUNE_PASSWORD_FILE"))
        #expect(page.contains("ATTUNE_LOG_LEVEL"))
        #expect(page.contains("--check-config"))
    }
}
