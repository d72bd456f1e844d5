import Crypto
import Domain
import Mustache

/// The texts of mails, by occasion and language. Attune brings English and German; a site's own take their place or add
/// languages.
public struct MessageTemplates: Sendable {
    /// Where nobody has said otherwise.
    public static let fallbackLanguage = "en"
    public static let builtInLanguages: Set<String> = ["en", "de"]

    public enum Name: String, CaseIterable, Sendable {
        case alertWaiting = "alert-waiting"
        case alertOverdue = "alert-overdue"
        case digest
        case test

        init(_ occasion: Notice.Occasion) {
            self =
                switch occasion {
                case .waiting: .alertWaiting
                case .overdue: .alertOverdue
                case .digest: .digest
                case .test: .test
                }
        }
    }

    struct Key: Hashable, Sendable {
        let name: Name
        let language: String
    }

    public struct Text: Hashable, Sendable {
        /// Name, language and version, such as `digest.de@0123456789ab`: the first half of the SHA-256 over the
        /// template's text leads to it for ever.
        public let template: String
        public let subject: String
        public let body: String
    }

    private struct Parsed: Sendable {
        let version: String
        let subject: MustacheTemplate
        let body: MustacheTemplate
    }

    private let templates: [Key: Parsed]
    public let languages: Set<String>

    /// The built-in texts, and in place of or beside them those of a site.
    ///
    /// - Parameter folder: of the site, with files `<name>.<language>.mustache`: the first line is the subject, the
    ///   second is empty, the rest the body. A language that Attune does not bring needs all of them.
    public init(folder: String? = nil) throws(TemplateError) {
        var sources = Self.builtIn
        if let folder {
            for (key, source) in try TemplateFolder.read(folder) { sources[key] = source }
        }
        languages = Set(sources.keys.map(\.language))
        for language in languages.sorted() {
            for name in Name.allCases where sources[Key(name: name, language: language)] == nil {
                throw TemplateError(file: "\(name.rawValue).\(language).mustache", reason: "is missing")
            }
        }
        var templates: [Key: Parsed] = [:]
        for (key, source) in sources { templates[key] = try Self.parse(source, key) }
        self.templates = templates
    }

    private static func parse(_ source: String, _ key: Key) throws(TemplateError) -> Parsed {
        let file = "\(key.name.rawValue).\(key.language).mustache"
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > 2, !lines[0].isEmpty, lines[1].isEmpty else {
            throw TemplateError(file: file, reason: "must begin with a subject and an empty line")
        }
        for tag in TemplateTag.all(in: source) {
            if let problem = tag.problem(in: key.name) { throw TemplateError(file: file, reason: problem) }
        }
        do {
            return Parsed(
                version: "\(key.name.rawValue).\(key.language)@\(digest(source))",
                subject: try MustacheTemplate(string: String(lines[0])),
                body: try MustacheTemplate(string: lines[2...].joined(separator: "\n")))
        } catch {
            throw TemplateError(file: file, reason: "is not a mustache template: a section is not closed, or a tag")
        }
    }

    private static func digest(_ source: String) -> String {
        SHA256.hash(data: Array(source.utf8)).prefix(6).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// - Parameter portal: base URL for links.
    func text(for message: OutgoingMessage, portal: String?) -> Text {
        let name = Name(message.notice.occasion)
        let tag = message.contact.language
        // Of a language without texts of its own, such as de-CH, those of the language at large.
        let tags = [tag, tag.split(separator: "-").first?.lowercased() ?? tag, Self.fallbackLanguage]
        guard let template = tags.lazy.compactMap({ templates[Key(name: name, language: $0)] }).first else {
            preconditionFailure("every name has its English text")
        }
        let values = MessageField.values(of: message, portal: portal)
        return Text(
            template: template.version, subject: template.subject.render(values), body: template.body.render(values))
    }

    static let builtIn: [Key: String] = [
        Key(name: .alertWaiting, language: "en"): text(PackageResources.alert_waiting_en_mustache),
        Key(name: .alertWaiting, language: "de"): text(PackageResources.alert_waiting_de_mustache),
        Key(name: .alertOverdue, language: "en"): text(PackageResources.alert_overdue_en_mustache),
        Key(name: .alertOverdue, language: "de"): text(PackageResources.alert_overdue_de_mustache),
        Key(name: .digest, language: "en"): text(PackageResources.digest_en_mustache),
        Key(name: .digest, language: "de"): text(PackageResources.digest_de_mustache),
        Key(name: .test, language: "en"): text(PackageResources.test_en_mustache),
        Key(name: .test, language: "de"): text(PackageResources.test_de_mustache),
    ]

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

/// Why a template cannot be used. A service with one does not start.
public struct TemplateError: Error, Hashable, CustomStringConvertible {
    public let file: String
    public let reason: String

    public var description: String { "\(file): \(reason)" }
}
