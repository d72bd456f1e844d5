/// The tags of a template that name something which must be there.
enum TemplateTags: Hashable {
    /// A text: `{{t.chart.title}}`, also as a section or unescaped.
    case word(String)
    /// `{{>name}}` or `{{<name}}`.
    case template(String)

    static func all(in source: String) -> [TemplateTags] {
        source.split(separator: "{{", omittingEmptySubsequences: false).dropFirst().compactMap { piece in
            let inner = piece.prefix { $0 != "}" }.filter { $0 != " " && $0 != "{" && $0 != "&" }
            guard let sign = inner.first else { return nil }
            if sign == ">" || sign == "<" { return .template(String(inner.dropFirst())) }
            let name = "#^".contains(sign) ? inner.dropFirst() : inner[...]
            return name.hasPrefix("t.") ? .word(String(name.dropFirst(2))) : nil
        }
    }

    func problem(among templates: Set<String>, _ words: Words) -> String? {
        switch self {
        case .template(let name):
            // A name that begins with a star is known only when the page is made.
            return templates.contains(name) || name.hasPrefix("*") ? nil : "includes \(name), which is not there"
        case .word(let key):
            guard let places = words.places(of: key) else { return "asks for the text \(key), which is not there" }
            return places.isEmpty ? nil : "asks for \(key), which needs values: give it to the template as a value"
        }
    }
}
