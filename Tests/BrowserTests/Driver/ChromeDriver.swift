import Foundation
import LocalStack
import Outbound
import ServiceKit
import Testing

/// Debian's chromedriver as a child process that ends with the test run, and chromium with it.
///
/// One serves all tests: sessions are apart from each other, each with a profile of its own.
final class ChromeDriver: Sendable {
    /// Debian's packages chromium, chromium-driver and a font.
    static let isAvailable = [driver, browser].allSatisfy(FileManager.default.isExecutableFile)
    static let absence: Comment = "needs Debian's packages chromium, chromium-driver and fonts-dejavu-core"

    private static let driver = "/usr/bin/chromedriver"
    private static let browser = "/usr/bin/chromium"
    private static let started = Result { try ChromeDriver() }

    static func shared() throws -> ChromeDriver { try started.get() }

    private let process: ManagedProcess
    private let port: Int

    private init() throws {
        let log = FileManager.default.temporaryDirectory.appending(path: "chromedriver-\(UUID().uuidString).log")
        process = ManagedProcess(
            Command(
                name: "chromedriver", executable: URL(filePath: Self.driver), arguments: ["--port=0"], output: .file(log)))
        try process.start()
        var found: Int?
        // The driver takes a free port and names it.
        try process.waitUntilReady(within: .seconds(60)) { [process] in
            // ChromeDriver was started successfully on port 41234.
            let log = process.logTail()
            guard let said = log.firstRange(of: "successfully on port ") else { return false }
            let rest = log[said.upperBound...]
            guard rest.contains("."), let port = Int(rest.prefix(while: \.isNumber)) else { return false }
            found = port
            return true
        }
        guard let found else { throw WebDriverError(command: "start", error: "no port", message: process.logTail()) }
        port = found
    }

    /// Sends a command of the WebDriver protocol (https://www.w3.org/TR/webdriver2/) and returns its value.
    /// - Throws: ``WebDriverError`` for what the driver refuses.
    func send(_ method: HTTPMethod, _ path: String, _ body: JSON? = nil) throws -> JSON {
        let request = try HTTPRequest(
            method, url: "http://127.0.0.1:\(port)\(path)",
            headers: body == nil ? [] : [Header("Content-Type", "application/json")], body: body?.encoded ?? [],
            timeout: .seconds(120), maxResponseBytes: 64 << 20)
        let response = try CurlSession(proxy: .none).send(request)
        let limits = JSONLimits(depth: 64, values: 1_000_000, allowsExponents: true)
        let value = try JSON.parse(response.body, limits: limits)["value"] ?? .null
        guard response.status == 200 else {
            throw WebDriverError(command: path, error: value["error"]?.text ?? "", message: value["message"]?.text ?? "")
        }
        return value
    }

    /// What a new session asks for.
    static func capabilities(_ setting: BrowserSetting) -> JSON {
        var arguments = [
            "--headless=new", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run", "--mute-audio",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
            "--force-color-profile=srgb", "--window-size=\(setting.width),\(setting.height)",
            "--accept-lang=\(setting.language)", "--lang=\(setting.language)",
            // Through a pipe the browser hears at once when the driver is gone, and ends.
            "--remote-debugging-pipe",
        ]
        // Chromium does not sandbox itself as root.
        if geteuid() == 0 { arguments.append("--no-sandbox") }
        var options: [JSON.Member] = [
            .init("binary", .string(browser)), .init("args", .array(arguments.map { .string($0) })),
            .init("prefs", setting.preferences),
        ]
        if setting.isPhone {
            options.append(
                .init(
                    "mobileEmulation",
                    [
                        "deviceMetrics": [
                            "width": .integer(setting.width), "height": .integer(setting.height), "pixelRatio": 2,
                            "mobile": true, "touch": true,
                        ]
                    ]))
        }
        return [
            "capabilities": [
                "alwaysMatch": [
                    "browserName": "chrome", "goog:chromeOptions": .object(options), "goog:loggingPrefs": ["browser": "ALL"],
                    "timeouts": ["implicit": 0, "pageLoad": 60_000, "script": 60_000],
                ]
            ]
        ]
    }
}

/// What the driver refused, as it says.
struct WebDriverError: Error, CustomStringConvertible {
    let command: String
    /// One of the error codes of WebDriver, e.g. `no such element`.
    let error: String
    let message: String

    /// The page was going while it was looked at.
    var isOfPageThatWent: Bool {
        error == "stale element reference" || error == "no such element" || message.contains("does not belong to the document")
    }

    var description: String { "\(command): \(error): \(message.prefix(600))" }
}

extension JSON {
    /// The text of a string.
    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var elements: [JSON] {
        if case .array(let elements) = self { elements } else { [] }
    }

    var isTrue: Bool { self == .bool(true) }
}
