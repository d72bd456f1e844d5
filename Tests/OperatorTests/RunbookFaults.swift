import ArgumentParser
import Foundation
import Persistence
import ServiceKit
import TestSupport

@testable import attune

/// What a page of docs/runbooks names, and neither the programs nor the routes, metrics, settings and tables know.
struct RunbookFaults {
    private let page: RunbookPage
    private let database: Connection
    private var all: [String] = []

    static func of(_ page: RunbookPage, on database: Connection) throws -> [String] {
        var faults = RunbookFaults(page: page, database: database)
        try faults.look()
        return faults.all
    }

    /// How many commands of each kind a page has, to see that they are found at all.
    static func programs(of page: RunbookPage) -> [String] {
        page.blocks.flatMap { ShellWords.commands(of: $0.text).compactMap(\.first) }
            + page.spans.flatMap { ShellWords.commands(of: $0.text).prefix(1).compactMap(\.first) }
    }

    private init(page: RunbookPage, database: Connection) { (self.page, self.database) = (page, database) }

    private mutating func look() throws {
        for block in page.blocks {
            for words in ShellWords.commands(of: block.text) {
                try check(words, isWhole: true, remark: block.remark, line: block.line)
            }
            let words = ShellWords.commands(of: block.text).joined()
            try checkNames(in: words.filter { !Self.isStatement($0) }, line: block.line)
        }
        for span in page.spans {
            for words in ShellWords.commands(of: span.text) {
                // Only its name: what it needs besides stands elsewhere.
                try check(words, isWhole: !words.dropFirst().allSatisfy(Self.isName), remark: "", line: span.line)
            }
            try checkNames(in: [span.text], line: span.line)
            if let option = span.text.firstMatch(of: /^--[a-z-]+/) { checkOption(String(option.output), line: span.line) }
        }
    }

    private mutating func add(_ line: Int, _ fault: String) { all.append("\(page.name).md:\(line): \(fault)") }

    // MARK: - Commands

    private mutating func check(_ shell: [String], isWhole: Bool, remark: String, line: Int) throws {
        var words = Array(shell.drop { $0.wholeMatch(of: /[A-Z_]+=.*/) != nil })
        if words.starts(with: ["docker", "compose", "run", "--rm", "attune"]) { words.removeFirst(4) }
        switch words.first {
        case "attune"?:
            words.removeFirst()
            if words == ["…"] { return }
            if isWhole { checkParsed(words, line: line) } else { checkNamed(words, line: line) }
            let help = Self.help(of: words)
            for option in remark.matches(of: /--[a-z][a-z-]*/).map({ String($0.output) }) where !Self.has(help, option) {
                add(line, "attune \(words.joined(separator: " ")) has no \(option)")
            }
        case "curl"?:
            checkAddress(words, line: line)
        case "psql"?:
            guard let statement = words.last(where: Self.isStatement) else { return add(line, "psql without a statement") }
            checkStatement(statement, line: line)
        default: break
        }
    }

    /// What stands in a page for what an operator puts in.
    private static let samples = [
        "ALERT": "019a0000-0000-7000-8000-000000000001", "EPISODE": "019a0000-0000-7000-8000-000000000002",
        "YOU": "op-1", "FILE": "file", "FOLDER": "folder", "DIR": "folder", "ID": "scoring-12", "NAME": "north",
        "CODE": "unknown_instrument", "CHECK": "log",
    ]

    private mutating func checkParsed(_ words: [String], line: Int) {
        let filled = words.map { Self.samples[$0] ?? $0 }
        for word in filled where word.wholeMatch(of: /[A-Z]+|.*….*/) != nil {
            return add(line, "\(word) stands for nothing that is known")
        }
        do {
            _ = try AttuneCommand.parseAsRoot(filled)
        } catch {
            add(line, "attune \(words.joined(separator: " ")): \(AttuneCommand.message(for: error))")
        }
    }

    private mutating func checkNamed(_ words: [String], line: Int) {
        if Self.help(of: words).isEmpty { add(line, "there is no command attune \(words.joined(separator: " "))") }
    }

    /// An option by itself is one of a command that the page names, or of every service.
    private mutating func checkOption(_ option: String, line: Int) {
        let named = page.blocks.map(\.text) + page.spans.map(\.text)
        let commands = named.flatMap { ShellWords.commands(of: $0) }.filter { $0.first == "attune" }
        guard commands.contains(where: { Self.has(Self.help(of: Array($0.dropFirst())), option) })
            || Self.has(Service.helpPage(), option)
        else { return add(line, "no command of the page has \(option)") }
    }

    /// The help page of the command that these words begin with; empty where there is none.
    private static func help(of words: [String]) -> String {
        var command: any ParsableCommand.Type = AttuneCommand.self
        for name in words.prefix(while: isName) {
            let next = command.configuration.subcommands.first { $0._commandName == name }
            if next == nil, command.configuration.subcommands.isEmpty { break }
            guard let next else { return "" }
            command = next
        }
        return AttuneCommand.helpMessage(for: command)
    }

    private static func isName(_ word: String) -> Bool { word.wholeMatch(of: /[a-z][a-z-]*/) != nil }

    private static func has(_ help: String, _ option: String) -> Bool {
        help.components(separatedBy: option).dropFirst().contains { !($0.first.map { $0.isLetter || $0 == "-" } ?? false) }
    }

    /// Any service: what all have.
    private enum Service: ServiceCommand {
        static let name = "attune-any"
        static let summary = ""
        static let settings: [any SettingDeclaration] = []
        static func run(_ runtime: ServiceRuntime) async throws {}
    }

    // MARK: - Addresses, statements, names

    private mutating func checkAddress(_ words: [String], line: Int) {
        guard let address = words.first(where: { $0.hasPrefix("http") }),
            let parts = address.wholeMatch(of: /http:\/\/([^:\/]+):8080(\/.*)/)
        else { return add(line, "curl asks no service: \(words.joined(separator: " "))") }
        let services = parts.output.1 == "…" ? Self.services : ["attune-\(parts.output.1)"]
        let lacking = services.filter { service in
            !Endpoint.all(of: service).contains { $0.method == .get && $0.path == parts.output.2 }
        }
        if !lacking.isEmpty { add(line, "\(lacking.sorted().joined(separator: ", ")): no \(parts.output.2)") }
    }

    private static let services = Set(Endpoint.all.map(\.service))

    private static func isStatement(_ word: String) -> Bool { word.hasPrefix("select ") }

    private mutating func checkStatement(_ statement: String, line: Int) {
        do {
            _ = try database.run(Statement("explain \(statement)"))
        } catch {
            add(line, "\(statement): \(error)")
        }
    }

    /// Metrics, settings, tables, roles and routes, wherever they stand in code.
    private mutating func checkNames(in texts: [String], line: Int) throws {
        for text in texts {
            for name in text.matches(of: /\bATTUNE_[A-Z_]+/).map({ String($0.output) }) {
                if !RunbookNames.isSetting(name) { add(line, "there is no setting \(name)") }
            }
            for name in text.matches(of: /\b(?:attune|messaging|process)_[a-z_]+/).map({ String($0.output) }) {
                if RunbookNames.isMetric(name) { continue }
                let sql: Statement =
                    "select from pg_roles where rolname = $1 union all select where to_regclass($1) is not null"
                if try database.run(sql, [.text(name)]).isEmpty { add(line, "there is no metric, role or table \(name)") }
            }
            if let name = text.wholeMatch(of: /([a-z_]+)\.[a-z_]+/) {
                let isSchema = try !database.run(
                    "select from pg_namespace where nspname = $1", [.text(String(name.output.1))]).isEmpty
                let isTable = try database.run("select to_regclass($1) is not null", [.text(text)]).only().bool(0)
                // The file of verifier keys is called like a table of the audit log.
                if isSchema, !isTable, text != "audit.pub" { add(line, "there is no table \(text)") }
            }
            if let route = text.wholeMatch(of: /(?:(GET|POST) )?(\/[a-z\d{}\/-]+)/) {
                let isServed = Endpoint.all.contains {
                    $0.path.replacing(/{[^}]+}|:[a-z]+/, with: "{id}") == route.output.2
                        && $0.method.rawValue == (route.output.1 ?? "GET")
                }
                if !isServed, !text.hasPrefix("/proc/") { add(line, "there is no route \(text)") }
            }
        }
    }
}

/// Names that a page may use: from docs/metrics.md, which a test holds to the code, and from the code.
enum RunbookNames {
    static func isMetric(_ name: String) -> Bool {
        ["", "_bucket", "_sum", "_count"].contains { suffix in
            name.hasSuffix(suffix) && metrics.contains(String(name.dropLast(suffix.count)))
        }
    }

    static func isSetting(_ name: String) -> Bool {
        settings.contains(name) || (name.hasSuffix("_FILE") && settings.contains(String(name.dropLast(5))))
    }

    private static let metrics: Set<String> = {
        let file = TestPrograms.checkout.appendingPathComponent("docs/metrics.md")
        let page = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return Set(page.matches(of: /`([a-z_]+)`/).map { String($0.output.1) })
    }()

    private static let settings: Set<String> = {
        var names: Set<String> = []
        for room in ["Services", "Shared"] {
            let folder = TestPrograms.checkout.appendingPathComponent(room)
            let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
            for case let file as URL in files ?? .init() where file.pathExtension == "swift" {
                let source = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
                names.formUnion(source.matches(of: /"(ATTUNE_[A-Z_]+)"/).map { String($0.output.1) })
            }
        }
        return names
    }()
}
