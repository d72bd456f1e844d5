import ServiceKit

@testable import PortalFixture

/// A field in which somebody can write what they like.
struct FreeTextField: Hashable, Sendable {
    let page: PortalAddress
    /// As the form sends it.
    let name: String

    /// All that there are: the tour finds these and no others. A new one needs a look at where its text is shown.
    static let all: Set<FreeTextField> = [
        FreeTextField(page: .caseload, name: "q"), FreeTextField(page: .audit, name: "episode"),
        FreeTextField(page: .session, name: "total"), FreeTextField(page: .invitations, name: "session"),
        FreeTextField(page: .kiosk, name: "code"), FreeTextField(page: .measure, name: "comment"),
    ]

    /// Those of the page as it stands.
    static func found(on browser: Browser, at page: PortalAddress) throws -> Set<FreeTextField> {
        let names = try browser.script(
            """
            const closed = ['hidden', 'radio', 'checkbox', 'date', 'number', 'submit', 'button'];
            return [...document.querySelectorAll('textarea, input, [contenteditable]')]
                .filter(field => !closed.includes(field.type)).map(field => field.name || field.outerHTML);
            """)
        return Set(names.elements.compactMap(\.text).map { FreeTextField(page: page, name: $0) })
    }
}
