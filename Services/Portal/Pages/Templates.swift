import Mustache

/// All templates, read and checked once at the start.
struct Templates: Sendable {
    private let library: MustacheLibrary

    /// - Parameter words: of any language; that all languages have the same keys is checked by `WordBook`.
    /// - Throws: where a template is none, includes one that is not there, or asks for a text that is not there or
    ///   that needs values.
    init(checkedWith words: Words) throws(TemplateProblem) {
        var sources: [String: String] = [:]
        for template in Template.allCases {
            sources[template.rawValue] = String(decoding: template.source, as: UTF8.self)
        }
        try self.init(sources, checkedWith: words)
    }

    init(_ sources: [String: String], checkedWith words: Words) throws(TemplateProblem) {
        var templates: [String: MustacheTemplate] = [:]
        for (name, source) in sources.sorted(by: { $0.key < $1.key }) {
            for tag in TemplateTags.all(in: source) {
                if let reason = tag.problem(among: Set(sources.keys), words) {
                    throw TemplateProblem(template: name, reason: reason)
                }
            }
            do {
                templates[name] = try MustacheTemplate(string: source)
            } catch {
                throw TemplateProblem(template: name, reason: "is not a mustache template: \(error)")
            }
        }
        library = MustacheLibrary(templates: templates)
    }

    /// A template with its values and texts.
    ///
    /// - Parameter values: by name; `t` (the texts) and `lang` (the language's code) are always there.
    func render(_ template: Template, _ values: [String: Any], words: Words) -> String {
        let context = values.merging(
            ["t": WordBranch(words: words, key: nil), "lang": words.language.rawValue]) { _, own in own }
        guard let text = library.render(context, withTemplate: template.rawValue) else {
            preconditionFailure("every template is read at the start")
        }
        return text
    }
}

/// Why a template cannot be used. A portal with one such does not start.
struct TemplateProblem: Error, Hashable, CustomStringConvertible {
    let template: String
    let reason: String

    var description: String { "\(template).mustache: \(reason)" }
}

/// The texts as a template walks through them: `t`, `t.chart`, `t.chart.title`.
private struct WordBranch: MustacheParent {
    let words: Words
    let key: String?

    func child(named name: String) -> Any? {
        let key = key.map { "\($0).\(name)" } ?? name
        return switch words.child(key) {
        case .text(let text): text
        case .branch: WordBranch(words: words, key: key)
        }
    }
}
