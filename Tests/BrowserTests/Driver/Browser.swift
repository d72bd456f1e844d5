import Dispatch
import Foundation
import Outbound
import ServiceKit
import Synchronization

/// A session of headless chromium. Calls block until the browser has done it.
final class Browser: Sendable {
    let setting: BrowserSetting
    private let driver: ChromeDriver
    private let session: String
    private let noted = Mutex<[String]>([])

    /// Opens a session, runs the body where it may block, and closes the session.
    static func run<Outcome: Sendable>(
        _ setting: BrowserSetting = .desktop, _ body: @escaping @Sendable (Browser) throws -> Outcome
    ) async throws -> Outcome {
        try await withTaskExecutorPreference(BlockingQueue()) { try await opened(setting, body) }
    }

    private nonisolated static func opened<Outcome: Sendable>(
        _ setting: BrowserSetting, _ body: @Sendable (Browser) throws -> Outcome
    ) async throws -> Outcome {
        let browser = try Browser(setting)
        defer { browser.close() }
        return try body(browser)
    }

    /// The same with two, of two people.
    static func runTwo<Outcome: Sendable>(
        _ body: @escaping @Sendable (Browser, Browser) throws -> Outcome
    ) async throws -> Outcome {
        try await run { first in
            let second = try Browser(.desktop)
            defer { second.close() }
            return try body(first, second)
        }
    }

    private init(_ setting: BrowserSetting) throws {
        self.setting = setting
        driver = try ChromeDriver.shared()
        let answer = try driver.send(.post, "/session", ChromeDriver.capabilities(setting))
        guard let session = answer["sessionId"]?.text else {
            throw WebDriverError(command: "/session", error: "no session", message: "")
        }
        self.session = session
        try prepare()
    }

    private func prepare() throws {
        let media: [(String, String)] =
            [("prefers-color-scheme", setting.isDark ? "dark" : "light")]
            + (setting.prefersReducedMotion ? [("prefers-reduced-motion", "reduce")] : [])
        try devTools(
            "Emulation.setEmulatedMedia",
            ["features": .array(media.map { ["name": .string($0.0), "value": .string($0.1)] })])
        if !setting.isPhone || setting.zoomPercent != 100 {
            try devTools(
                "Emulation.setDeviceMetricsOverride",
                [
                    "width": .integer(setting.width * 100 / setting.zoomPercent),
                    "height": .integer(setting.height * 100 / setting.zoomPercent),
                    "deviceScaleFactor": .number(JSONNumber(Int64(setting.zoomPercent), decimals: 2)),
                    "mobile": .bool(setting.isPhone),
                ])
        }
    }

    private func close() { _ = try? driver.send(.delete, "/session/\(session)") }

    // MARK: - Commands

    @discardableResult
    func command(_ method: HTTPMethod, _ path: String, _ body: JSON? = nil) throws -> JSON {
        try driver.send(method, "/session/\(session)\(path)", body)
    }

    /// A command of the Chrome DevTools Protocol.
    @discardableResult
    func devTools(_ name: String, _ parameters: JSON = .object([])) throws -> JSON {
        try command(.post, "/goog/cdp/execute", ["cmd": .string(name), "params": parameters])
    }

    /// Loads a page and waits for it.
    func open(_ url: String) throws { try command(.post, "/url", ["url": .string(url)]) }
    func reload() throws { try command(.post, "/refresh", .object([])) }
    func back() throws { try command(.post, "/back", .object([])) }

    var url: String { get throws { try command(.get, "/url").text ?? "" } }
    var title: String { get throws { try command(.get, "/title").text ?? "" } }
    var source: String { get throws { try command(.get, "/source").text ?? "" } }

    func deleteCookies() throws { try command(.delete, "/cookie") }

    /// From now on, for what pages ask for themselves (a service worker is another target and is not slowed down).
    func network(_ condition: NetworkCondition) throws {
        try devTools("Network.enable")
        try devTools("Network.emulateNetworkConditions", condition.parameters)
    }

    /// Runs the body of a function in the page, whatever its content security policy says, and returns what it returns.
    @discardableResult
    func script(_ body: String, _ arguments: [JSON] = []) throws -> JSON {
        try command(.post, "/execute/sync", ["script": .string(body), "args": .array(arguments)])
    }

    /// The same for a function whose last argument is to be called with the result.
    func scriptLater(_ body: String, _ arguments: [JSON] = []) throws -> JSON {
        try command(.post, "/execute/async", ["script": .string(body), "args": .array(arguments)])
    }

    /// Looks again and again until the condition holds. The deadline is a minute; a test never depends on it.
    func wait(for what: String, until holds: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try !isThere(holds) {
            guard ContinuousClock.now < deadline else { throw NeverCame(what: what, page: (try? url) ?? "") }
            Thread.sleep(forTimeInterval: 0.02)
        }
    }

    /// What is asked of a page that another is taking the place of does not hold yet.
    private func isThere(_ holds: () throws -> Bool) throws -> Bool {
        do {
            return try holds()
        } catch let error as WebDriverError where error.isOfPageThatWent {
            return false
        }
    }

    struct NeverCame: Error, CustomStringConvertible {
        let what: String
        let page: String
        var description: String { "after a minute still not: \(what), on \(page)" }
    }

    // MARK: - Pictures

    /// The window as a PNG file's bytes.
    func screenshot() throws -> [UInt8] { try Self.bytes(command(.get, "/screenshot")) }

    /// The whole page as a PNG file's bytes.
    /// - Parameter height: in CSS pixels; what is below is left out.
    func wholePage(atMost height: Int = 20_000) throws -> [UInt8] {
        let size = try script("return [innerWidth, Math.ceil(document.body.getBoundingClientRect().bottom + scrollY)]").elements
        let whole = size.last.flatMap { if case .number(let number) = $0 { Int(number.text) } else { nil } } ?? height
        let clip: JSON = [
            "x": 0, "y": 0, "width": size.first ?? 800, "height": .integer(min(whole, height)), "scale": 1,
        ]
        let answer = try devTools(
            "Page.captureScreenshot", ["format": "png", "captureBeyondViewport": true, "clip": clip])
        return try Self.bytes(answer["data"] ?? .null)
    }

    private static func bytes(_ value: JSON) throws -> [UInt8] {
        guard let data = value.text.flatMap({ Data(base64Encoded: $0) }) else {
            throw WebDriverError(command: "screenshot", error: "no picture", message: "")
        }
        return Array(data)
    }

    // MARK: - The console

    /// Errors of the console so far, violations of the content security policy and failed requests among them: a
    /// page that is in order has none.
    func complaints() throws -> [String] {
        let new = try consoleLines()
        return noted.withLock { noted in
            noted += new
            return noted
        }
    }

    /// Forgets them, where a test has made some on purpose.
    func forgetComplaints() throws {
        _ = try consoleLines()
        noted.withLock { $0 = [] }
    }

    private func consoleLines() throws -> [String] {
        try command(.post, "/se/log", ["type": "browser"]).elements.compactMap { entry in
            let message = entry["message"]?.text ?? ""
            let isPolicy = message.contains("Content Security Policy")
            guard entry["level"] == "SEVERE" || isPolicy else { return nil }
            return "\(entry["source"]?.text ?? "?"): \(message)"
        }
    }
}

/// Runs a test's task on a thread outside the task pool, which serves the pages that the browser waits for. The task
/// stays the test's own, so that expectations know which test they belong to.
private final class BlockingQueue: TaskExecutor {
    private let queue = DispatchQueue(label: "browser")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
