import Domain
import Mustache

/// The texts of mails, in English.
struct MessageTemplates: Sendable {
    /// Names stand in the ledger: a changed text gets a new one.
    enum Name: String, CaseIterable, Sendable {
        case alertWaiting = "alert-waiting.en.1"
        case alertOverdue = "alert-overdue.en.1"

        init(_ notice: AlertNotice) { self = notice.isEscalation ? .alertOverdue : .alertWaiting }
    }

    struct Text: Hashable, Sendable {
        let template: Name
        let subject: String
        let body: String
    }

    private struct Parsed: Sendable {
        let subject: MustacheTemplate
        let body: MustacheTemplate
    }

    private let templates: [Name: Parsed]

    /// - Throws: the parser's error; only a fault of the program can be its cause.
    init() throws {
        var templates: [Name: Parsed] = [:]
        for name in Name.allCases {
            let source = Self.source(of: name)
            templates[name] = Parsed(
                subject: try MustacheTemplate(string: source.subject), body: try MustacheTemplate(string: source.body))
        }
        self.templates = templates
    }

    func text(for notice: AlertNotice) -> Text {
        let name = Name(notice)
        guard let template = templates[name] else { preconditionFailure("every template was parsed at the start") }
        var fields = [
            "alert": notice.alert.description, "urgency": notice.urgency.word, "due": notice.dueText,
        ]
        fields["link"] = notice.link
        return Text(template: name, subject: template.subject.render(fields), body: template.body.render(fields))
    }

    /// Three braces: plain text is not escaped.
    static func source(of name: Name) -> (subject: String, body: String) {
        switch name {
        case .alertWaiting:
            (
                "Attune: an alert is waiting ({{{urgency}}})",
                """
                An alert of urgency "{{{urgency}}}" is waiting for an answer.

                Answer it by: {{{due}}}
                Alert: {{{alert}}}
                {{#link}}
                Open it: {{{link}}}
                {{/link}}

                Sign in to Attune to read and answer it. For the protection of those concerned this
                message says nothing more. Replies to it are not read.

                """
            )
        case .alertOverdue:
            (
                "Attune: an alert has not been answered in time ({{{urgency}}})",
                """
                An alert of urgency "{{{urgency}}}" has not been answered in time.

                Answer it now, at the latest by: {{{due}}}
                Alert: {{{alert}}}
                {{#link}}
                Open it: {{{link}}}
                {{/link}}

                Sign in to Attune to read and answer it. For the protection of those concerned this
                message says nothing more. Replies to it are not read.

                """
            )
        }
    }
}
