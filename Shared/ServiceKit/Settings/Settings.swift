import Configuration
import FoundationEssentials

/// The values of a service's settings, all read and checked at once when the process starts.
///
/// Everything that is wrong is reported together, so that an operator corrects a deployment once
/// and not setting by setting.
public struct Settings: Sendable {
    public let declarations: [any SettingDeclaration]
    private let values: [String: any Sendable]
    private let texts: [String: String]
    /// Files that secrets were read from, by the secret's name.
    private let files: [String: String]
    /// `ATTUNE_` variables of the environment that this service does not know; often a misspelling.
    public let unknownNames: [String]

    /// Reads every declared setting.
    ///
    /// - Parameters:
    ///   - declarations: what the service uses; a name stands there once.
    ///   - environment: a test's own; nil is that of the process.
    /// - Throws: ``SettingsError`` naming each variable, what is wrong with it and what to do.
    public init(
        _ declarations: [any SettingDeclaration],
        environment: [String: String]? = nil
    ) throws(SettingsError) {
        let environment = environment ?? ProcessInfo.processInfo.environment
        let secrets = Set(declarations.filter(\.isSecret).map(\.name))
        let reader = ConfigReader(
            provider: EnvironmentVariablesProvider(
                environmentVariables: environment, secretsSpecifier: .specific(secrets)))
        var values: [String: any Sendable] = [:]
        var texts: [String: String] = [:]
        var files: [String: String] = [:]
        var findings: [SettingsError.Finding] = []
        for declaration in declarations {
            precondition(values[declaration.name] == nil, "\(declaration.name) is declared twice")
            do throws(SettingProblem) {
                let text = try Self.text(of: declaration, in: reader)
                texts[declaration.name] = text
                if declaration.isSecret {
                    files[declaration.name] = reader.string(forKey: ConfigKey([declaration.name + "_FILE"], context: [:]))
                }
                values[declaration.name] = try declaration.value(of: text)
            } catch {
                findings.append(.init(name: declaration.name, problem: error))
            }
        }
        guard findings.isEmpty else { throw SettingsError(findings: findings) }
        self.declarations = declarations
        self.values = values
        self.texts = texts
        self.files = files
        let known = Set(declarations.flatMap { $0.isSecret ? [$0.name, $0.name + "_FILE"] : [$0.name] })
        unknownNames = environment.keys.filter { $0.hasPrefix("ATTUNE_") && !known.contains($0) }.sorted()
    }

    /// The value of a declared setting.
    ///
    /// Asking for one that was not declared is a fault of the program, found by its first run.
    public subscript<Value>(_ setting: Setting<Value>) -> Value {
        guard let value = values[setting.name] as? Value else {
            preconditionFailure("\(setting.name) is read but not declared by this service")
        }
        return value
    }

    /// The file that a secret was read from; nil where it stands in the environment or is not set.
    public func file(of setting: Setting<some Any>) -> String? { files[setting.name] }

    /// Reads a secret as it is now: from its file, which may have been replaced since the start. Nil when the file cannot be
    /// read or a secret was never set.
    public func rereading(_ setting: Setting<some Any>) -> @Sendable () -> String? {
        let (name, file, text) = (setting.name, files[setting.name], texts[setting.name])
        return { file.map { try? Self.secret(in: $0, for: name) } ?? text }
    }

    /// The text of a setting, or its default, by its name: also where a service has declared the setting in a form of its own.
    /// Nil where it is not set or not declared. May be a secret.
    func plainText(of name: String) -> String? {
        declarations.first { $0.name == name }.flatMap { texts[name] ?? $0.defaultText }
    }

    /// A value as an operator may see it.
    func shownValue(_ declaration: any SettingDeclaration) -> String {
        guard let text = texts[declaration.name] ?? declaration.defaultText else { return "(not set)" }
        return declaration.isSecret ? "(secret)" : text
    }

    /// A variable's text, or for a secret the content of the file that `<NAME>_FILE` names.
    private static func text(
        of declaration: any SettingDeclaration, in reader: ConfigReader
    ) throws(SettingProblem) -> String? {
        let direct = reader.string(
            forKey: ConfigKey([declaration.name], context: [:]), isSecret: declaration.isSecret)
        guard declaration.isSecret,
            let file = reader.string(forKey: ConfigKey([declaration.name + "_FILE"], context: [:]))
        else { return direct }
        guard direct == nil else {
            throw SettingProblem(
                problem: "is given twice", remedy: "Set either it or \(declaration.name)_FILE, not both.")
        }
        return try secret(in: file, for: declaration.name)
    }

    private static func secret(in file: String, for name: String) throws(SettingProblem) -> String {
        guard let data = try? Data(contentsOf: URL(filePath: file)), data.count <= 65_536,
            let content = String(data: data, encoding: .utf8)
        else {
            throw SettingProblem(
                problem: "cannot be read from \(file)",
                remedy: "Let \(name)_FILE name a readable text file of at most 64 KiB.")
        }
        // Editors and `echo` end a file with a line break that is not part of the secret.
        var text = Substring(content)
        while let last = text.last, last.isNewline { text.removeLast() }
        return String(text)
    }
}

/// Why the settings of a process cannot be used; ends it with status 78 (`EX_CONFIG`).
public struct SettingsError: Error, CustomStringConvertible, Sendable {
    public struct Finding: Hashable, Sendable, CustomStringConvertible {
        public let name: String
        public let problem: SettingProblem
        public var description: String { "\(name) \(problem.problem). \(problem.remedy)" }
    }

    public let findings: [Finding]
    /// One line for each finding; never a value.
    public var description: String { findings.map(\.description).joined(separator: "\n") }

    /// For what only shows when a setting is put to use, such as a key file that cannot be read.
    public init(_ name: String, _ problem: String, _ remedy: String) {
        findings = [Finding(name: name, problem: SettingProblem(problem: problem, remedy: remedy))]
    }

    init(findings: [Finding]) { self.findings = findings }
}
