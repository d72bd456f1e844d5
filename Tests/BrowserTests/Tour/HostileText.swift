import ServiceKit
import Testing

@testable import PortalFixture

/// Text that would do something, were it taken for anything but text.
struct HostileText: Sendable {
    /// It begins with what is found nowhere else.
    let text: String

    static let all = [
        #"qzx<script>window.hit=1</script>"'><img src=x onerror=window.hit=1>{{token}}{{{title}}}"#,
        "javascript:window.hit=1//{{^x}}",
        // Short enough to be whole where a page repeats only the beginning of what was typed.
        #""><script>window.hit=1</script>"#,
    ].map { HostileText(text: $0) }

    var beginning: String { String(text.prefix(3)) }

    /// What has come of it on the page as it stands: nothing but text.
    /// - Returns: whether it is shown.
    func expectNothingButText(
        on browser: Browser, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Bool {
        let found = try browser.script(
            """
            const [text, beginning] = arguments;
            const faults = [];
            if (window.hit !== undefined) faults.push('it ran');
            for (const css of ['script:not([src])', '[onerror]', 'img[src=x]']) {
                if (document.querySelector(css)) faults.push(css);
            }
            for (const one of document.querySelectorAll('[href], [src], [action]')) {
                for (const name of ['href', 'src', 'action']) {
                    if ((one.getAttribute(name) || '').trim().startsWith('javascript:')) faults.push(one.outerHTML.slice(0, 200));
                }
            }
            const texts = [];
            const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
            for (let node = walk.currentNode; node; node = walk.nextNode()) {
                if (node.nodeType === Node.TEXT_NODE) texts.push(node.data);
                else for (const attribute of node.attributes) texts.push(attribute.value);
            }
            const isLiteral = (part) => part.slice(0, text.length) === text.slice(0, part.length);
            const decoded = (part) => { try { return decodeURIComponent(part.replaceAll('+', ' ')); } catch { return part; } };
            let shown = 0;
            for (const one of texts) {
                const place = one.indexOf(beginning);
                if (place < 0 || /^javascript$/.test(one)) continue;
                shown += 1;
                const part = one.slice(place);
                if (!isLiteral(part) && !isLiteral(decoded(part))) faults.push('not as it was: ' + part.slice(0, 200));
            }
            return [shown > 0, ...faults];
            """, [.string(text), .string(beginning)])
        #expect(found.elements.dropFirst().compactMap(\.text) == [], "\(name)", sourceLocation: sourceLocation)
        let complaints = try browser.complaints().filter { $0.contains("Content Security Policy") }
        #expect(complaints == [], "\(name)", sourceLocation: sourceLocation)
        try browser.forgetComplaints()
        return found.elements.first?.isTrue == true
    }
}

/// A form of a page, filled in and sent by a script that knows no bounds.
struct HostileForm: Hashable {
    let page: PortalAddress
    let fields: [String]

    var hasFreeText: Bool { fields.contains { FreeTextField.all.contains(FreeTextField(page: page, name: $0)) } }

    /// Those of the page as it stands that send anything of their own.
    static func found(on browser: Browser, at page: PortalAddress) throws -> [(place: Int, form: HostileForm)] {
        let forms = try browser.script(
            """
            return [...document.forms].map(form => form.method === 'dialog' ? []
                : [...new Set([...form.elements].map(field => field.name).filter(name => name && name !== '_token'))]);
            """)
        return forms.elements.enumerated().compactMap { place, names in
            let fields = names.elements.compactMap(\.text)
            return fields.isEmpty ? nil : (place, HostileForm(page: page, fields: fields))
        }
    }

    /// Sends a form of the page, and waits for what comes back.
    /// - Parameter everywhere: false puts the text only where somebody can write what they like.
    static func send(_ text: HostileText, in place: Int, everywhere: Bool, from browser: Browser) throws {
        try browser.leave {
            try browser.script(
                """
                const [place, text, everywhere] = arguments;
                const form = document.forms[place], copy = document.createElement('form');
                const free = (field) => field.tagName === 'TEXTAREA' || ['text', 'search'].includes(field.type);
                const values = new Map(new FormData(form));
                for (const field of form.elements) {
                    if (field.name && field.name !== '_token' && (everywhere || free(field))) values.set(field.name, text);
                }
                [copy.method, copy.action] = [form.method, form.getAttribute('action')];
                for (const [name, value] of values) {
                    const field = document.createElement('textarea');
                    [field.name, field.value] = [name, value];
                    copy.append(field);
                }
                document.body.append(copy);
                HTMLFormElement.prototype.submit.call(copy);
                """, [.integer(place), .string(text.text), .bool(everywhere)])
        }
    }
}
