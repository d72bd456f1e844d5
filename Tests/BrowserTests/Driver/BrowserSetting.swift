import ServiceKit

/// The circumstances in which somebody looks at a page.
struct BrowserSetting: Sendable {
    /// Of the window, in CSS pixels at 100 %.
    var width = 1280
    var height = 900
    /// A touch screen that reports itself as a phone's, with two device pixels for each of CSS.
    var isPhone = false
    var isDark = false
    var prefersReducedMotion = false
    /// False: pages run no script at all.
    var hasScripts = true
    /// As in Accept-Language, e.g. `de` or `de,en`.
    var language = "en"
    /// Of the browser, in percent: at 200 a page has half as many CSS pixels (WCAG 1.4.4, 1.4.10).
    var zoomPercent = 100

    static let desktop = BrowserSetting()
    /// As narrow as WCAG 1.4.10 asks for (320 CSS pixels).
    static let narrow = BrowserSetting(width: 320, height: 640, isPhone: true)
    static let phone = BrowserSetting(width: 360, height: 740, isPhone: true)

    var preferences: JSON {
        var members: [JSON.Member] = [.init("intl.accept_languages", .string(language))]
        if !hasScripts { members.append(.init("profile.managed_default_content_settings.javascript", 2)) }
        return .object(members)
    }
}

/// What the network lets through.
enum NetworkCondition: Sendable {
    case unhindered
    case offline
    /// Every request waits so long before anything comes, and bytes come no faster, both ways.
    case slow(latencyMilliseconds: Int, bytesPerSecond: Int)

    var parameters: JSON {
        switch self {
        case .unhindered: Self.parameters(isOffline: false, latency: 0, bytes: -1)
        case .offline: Self.parameters(isOffline: true, latency: 0, bytes: 0)
        case .slow(let latency, let bytes): Self.parameters(isOffline: false, latency: latency, bytes: bytes)
        }
    }

    private static func parameters(isOffline: Bool, latency: Int, bytes: Int) -> JSON {
        [
            "offline": .bool(isOffline), "latency": .integer(latency), "downloadThroughput": .integer(bytes),
            "uploadThroughput": .integer(bytes),
        ]
    }
}
