import Domain

/// The words of Attune's own support tree and outcomes in the visitor's language; those of a site's own are its own.
extension Words {
    func question(_ question: SupportQuestion) -> String { own("support.question.\(Self.key(question.id.text))", question.text) }

    func action(_ id: SupportActionID, in tree: SupportTree) -> String {
        own("support.action.\(Self.key(id.text))", tree.action(id)?.text ?? id.text)
    }

    func answer(_ answer: SupportAnswer) -> String {
        switch answer {
        case .yes: self["support.answer.yes"]
        case .partly: self["support.answer.partly"]
        case .no: self["support.answer.no"]
        case .unsure: self["support.answer.unsure"]
        }
    }

    func reason(_ reason: AlertReason) -> String { own("support.outcome.\(Self.key(reason.id.text))", reason.title) }

    private func own(_ key: String, _ text: String) -> String { places(of: key) == nil ? text : self[key] }

    /// Keys are made of letters and digits, ids have `-` and `_` as well.
    private static func key(_ id: String) -> String { id.replacing("-", with: "").replacing("_", with: "") }
}
