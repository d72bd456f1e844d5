/// One setting of a service, declared once: its environment variable, what it means, what holds
/// when it is not set, and how its text is read.
///
/// Reading, the `--help` page, `--check-config` and error messages all come from this declaration.
public struct Setting<Value: Sendable>: SettingDeclaration {
    /// The environment variable, `ATTUNE_…`.
    public let name: String
    /// What it decides, in one sentence for an operator, with its unit.
    public let meaning: String
    /// The form a value has, as shown on the help page, e.g. `whole number 1 to 100`.
    public let form: String
    /// The text that is read when the variable is not set; nil if it must be set.
    public let defaultText: String?
    /// A secret is never shown and may be given as a file named by `<NAME>_FILE`.
    public let isSecret: Bool
    /// True if the service also works without a value.
    public let isOptional: Bool

    let read: @Sendable (String) throws(SettingProblem) -> Value
    let absent: Value?

    init(
        name: String, meaning: String, form: String, defaultText: String?, isSecret: Bool = false,
        read: @escaping @Sendable (String) throws(SettingProblem) -> Value
    ) {
        self.init(
            name: name, meaning: meaning, form: form, defaultText: defaultText, isSecret: isSecret,
            isOptional: false, absent: nil, read: read)
    }

    private init(
        name: String, meaning: String, form: String, defaultText: String?, isSecret: Bool, isOptional: Bool,
        absent: Value?, read: @escaping @Sendable (String) throws(SettingProblem) -> Value
    ) {
        precondition(
            name.hasPrefix("ATTUNE_") && name.utf8.allSatisfy(Self.isNameByte),
            "a setting is named ATTUNE_ followed by A-Z, 0-9 and _: \(name)")
        self.name = name
        self.meaning = meaning
        self.form = form
        self.defaultText = defaultText
        self.isSecret = isSecret
        self.isOptional = isOptional
        self.absent = absent
        self.read = read
    }

    /// The same setting, which may be left unset and is then nil.
    public var optional: Setting<Value?> {
        let read = self.read
        return Setting<Value?>(
            name: name, meaning: meaning, form: form, defaultText: nil, isSecret: isSecret, isOptional: true,
            absent: .some(nil)
        ) { (text) throws(SettingProblem) -> Value? in try read(text) }
    }

    /// The same setting with another default; for one that several services share.
    public func defaulting(to text: String) -> Setting<Value> {
        Setting(name: name, meaning: meaning, form: form, defaultText: text, isSecret: isSecret, read: read)
    }

    public func value(of text: String?) throws(SettingProblem) -> any Sendable {
        if let text = text ?? defaultText { return try read(text) }
        if let absent { return absent }
        throw SettingProblem(problem: "is not set", remedy: "Set it to a \(form).")
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F
    }
}

/// A setting of any type: what the help page and the check of all settings need of it.
public protocol SettingDeclaration: Sendable {
    var name: String { get }
    var meaning: String { get }
    var form: String { get }
    var defaultText: String? { get }
    var isSecret: Bool { get }
    var isOptional: Bool { get }
    /// The typed value of `text`, or of the default when there is none.
    func value(of text: String?) throws(SettingProblem) -> any Sendable
}

/// What is wrong with one value, and what to do, each as a sentence part without the value itself.
public struct SettingProblem: Error, Hashable, Sendable {
    public let problem: String
    public let remedy: String

    public init(problem: String, remedy: String) {
        self.problem = problem
        self.remedy = remedy
    }
}
