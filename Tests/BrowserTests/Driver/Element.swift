import ServiceKit

/// Something on the page.
struct Element: Sendable {
    private static let key = "element-6066-11e4-a52e-4f735466cecf"

    let browser: Browser
    let id: String

    fileprivate init(_ browser: Browser, _ value: JSON) throws {
        guard let id = value[Self.key]?.text else {
            throw WebDriverError(command: "element", error: "no such element", message: "")
        }
        (self.browser, self.id) = (browser, id)
    }

    /// As an argument of a script.
    var reference: JSON { .object([.init(Self.key, .string(id))]) }

    /// The text that a reader sees.
    var text: String { get throws { try read("text").text ?? "" } }
    /// Its role and name for assistive technology, as the browser computes them.
    var role: String { get throws { try read("computedrole").text ?? "" } }
    var label: String { get throws { try read("computedlabel").text ?? "" } }
    var isDisplayed: Bool { get throws { try read("displayed").isTrue } }
    var isEnabled: Bool { get throws { try read("enabled").isTrue } }
    var isSelected: Bool { get throws { try read("selected").isTrue } }

    /// As written in the page; nil where it is not.
    func attribute(_ name: String) throws -> String? { try read("attribute/\(name)").text }
    /// What it is now, e.g. a field's `value`.
    func property(_ name: String) throws -> JSON { try read("property/\(name)") }
    /// A computed style, e.g. `color`.
    func style(_ name: String) throws -> String { try read("css/\(name)").text ?? "" }

    /// The place and size in CSS pixels.
    func box() throws -> (x: Double, y: Double, width: Double, height: Double) {
        let box = try read("rect")
        func side(_ name: String) -> Double {
            if case .number(let number)? = box[name] { Double(number.text) ?? 0 } else { 0 }
        }
        return (side("x"), side("y"), side("width"), side("height"))
    }

    /// Whether its page is no longer shown.
    var hasGone: Bool {
        get throws {
            do {
                _ = try read("name")
                return false
            } catch let error as WebDriverError where error.isOfPageThatWent {
                return true
            }
        }
    }

    func click() throws { try command("click") }
    func clear() throws { try command("clear") }
    func type(_ text: String) throws { try command("value", ["text": .string(text)]) }

    func find(_ css: String) throws -> Element {
        try Element(browser, browser.command(.post, "/element/\(id)/element", Browser.selector(css)))
    }

    func all(_ css: String) throws -> [Element] {
        try browser.command(.post, "/element/\(id)/elements", Browser.selector(css)).elements
            .map { try Element(browser, $0) }
    }

    private func read(_ what: String) throws -> JSON { try browser.command(.get, "/element/\(id)/\(what)") }

    private func command(_ what: String, _ body: JSON = .object([])) throws {
        try browser.command(.post, "/element/\(id)/\(what)", body)
    }
}

extension Browser {
    fileprivate static func selector(_ css: String) -> JSON { ["using": "css selector", "value": .string(css)] }

    /// The first that matches.
    func find(_ css: String) throws -> Element { try Element(self, command(.post, "/element", Self.selector(css))) }

    func all(_ css: String) throws -> [Element] {
        try command(.post, "/elements", Self.selector(css)).elements.map { try Element(self, $0) }
    }

    /// Clicks what leads to another page, and waits until that is there.
    func follow(_ css: String) throws { try leave { try find(css).click() } }

    /// Does what leads to another page, and waits until that is there. A click by itself returns before the browser has
    /// begun to ask for the page, so that what is looked at next may still be the old one.
    func leave(by act: () throws -> Void) throws {
        let page = try find("html")
        try act()
        try wait(for: "the next page") {
            guard try page.hasGone else { return false }
            // Where scripts are forbidden the driver cannot ask, and waits by itself for a page that has begun to load.
            return try !setting.hasScripts || script("return document.readyState === 'complete'").isTrue
        }
    }

    /// What has the focus.
    func focused() throws -> Element { try Element(self, command(.get, "/element/active")) }

    /// Presses and releases keys one after the other, wherever the focus is.
    func press(_ keys: Key...) throws {
        let steps = keys.flatMap(\.steps)
        try command(
            .post, "/actions", ["actions": [["type": "key", "id": "keyboard", "actions": .array(steps)]]])
    }
}

/// A key of the keyboard.
enum Key: Sendable {
    case tab, backwardTab, enter, escape, space, up, down, left, right, home, end, pageUp, pageDown
    case character(Character)

    fileprivate var steps: [JSON] {
        switch self {
        case .backwardTab:
            [Self.step("keyDown", "\u{E008}")] + Self.tab.steps + [Self.step("keyUp", "\u{E008}")]
        default: [Self.step("keyDown", code), Self.step("keyUp", code)]
        }
    }

    private static func step(_ type: String, _ value: String) -> JSON { ["type": .string(type), "value": .string(value)] }

    /// By WebDriver's table of keys.
    private var code: String {
        switch self {
        case .tab, .backwardTab: "\u{E004}"
        case .enter: "\u{E007}"
        case .escape: "\u{E00C}"
        case .space: " "
        case .up: "\u{E013}"
        case .down: "\u{E015}"
        case .left: "\u{E012}"
        case .right: "\u{E014}"
        case .home: "\u{E011}"
        case .end: "\u{E010}"
        case .pageUp: "\u{E00E}"
        case .pageDown: "\u{E00F}"
        case .character(let character): String(character)
        }
    }
}
