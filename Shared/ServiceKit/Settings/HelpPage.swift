/// The part of a help page that lists settings, one paragraph each, in the order of declaration.
public func settingsHelp(_ declarations: [any SettingDeclaration]) -> String {
    let entries = declarations.map { setting in
        let fallback =
            if let text = setting.defaultText { setting.isSecret ? "has a default" : "default \(text)" }
            else if setting.isOptional { "optional" } else { "required" }
        let secret = setting.isSecret ? "\n      Secret; \(setting.name)_FILE may name a file that holds it." : ""
        return "  \(setting.name)  (\(setting.form); \(fallback))\n      \(setting.meaning)\(secret)"
    }
    return "SETTINGS (environment variables):\n" + entries.joined(separator: "\n")
}

extension Settings {
    /// Every setting with the value in use, one on a line; secrets only as set or not set.
    var summary: String {
        declarations.map { "\($0.name)=\(shownValue($0))" }.joined(separator: "\n")
    }
}
