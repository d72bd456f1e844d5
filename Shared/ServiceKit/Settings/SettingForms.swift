public import FoundationEssentials

/// A host and a port, e.g. `localhost:9092` or `[::1]:9092`.
public struct HostPort: Hashable, Sendable, CustomStringConvertible {
    public let host: String
    public let port: Int

    /// Reads `host:port`; an IPv6 address stands in brackets. Nil for anything else.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (1...65_535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") || host.contains("[") {
            return nil
        }
        guard !host.isEmpty, host.allSatisfy({ !$0.isWhitespace && $0 != "/" }) else { return nil }
        self.host = String(host)
        self.port = port
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension Setting where Value == String {
    /// Text that is not empty.
    public static func string(
        _ name: String, _ meaning: String, default defaultText: String? = nil, secret: Bool = false
    ) -> Self {
        Setting(name: name, meaning: meaning, form: "text", defaultText: defaultText, isSecret: secret) {
            (text) throws(SettingProblem) in
            guard !text.isEmpty else { throw SettingProblem(problem: "is empty", remedy: "Give a text, or unset it.") }
            return text
        }
    }

    /// A file or folder of this machine. Existence is for whoever opens it to judge.
    public static func path(_ name: String, _ meaning: String, default defaultText: String? = nil) -> Self {
        Setting(name: name, meaning: meaning, form: "path", defaultText: defaultText) {
            (text) throws(SettingProblem) in
            guard !text.isEmpty, !text.utf8.contains(0) else {
                throw SettingProblem(problem: "is not a path", remedy: "Give the path of a file or folder.")
            }
            return text
        }
    }

    /// One of a few words.
    public static func choice(
        _ name: String, _ meaning: String, of words: [String], default defaultText: String? = nil
    ) -> Self {
        let form = words.joined(separator: ", ")
        return Setting(name: name, meaning: meaning, form: "one of \(form)", defaultText: defaultText) {
            (text) throws(SettingProblem) in
            guard words.contains(text) else {
                throw SettingProblem(problem: "is not a known word", remedy: "Use one of \(form).")
            }
            return text
        }
    }
}

extension Setting where Value == Int {
    /// A whole number within a range.
    public static func int(
        _ name: String, _ meaning: String, default defaultValue: Int? = nil, in range: ClosedRange<Int>
    ) -> Self {
        let form = "whole number \(range.lowerBound) to \(range.upperBound)"
        return Setting(name: name, meaning: meaning, form: form, defaultText: defaultValue.map(String.init)) {
            (text) throws(SettingProblem) in
            guard let number = Int(text) else {
                throw SettingProblem(problem: "is not a whole number", remedy: "Use a \(form).")
            }
            guard range.contains(number) else {
                throw SettingProblem(problem: "is out of range", remedy: "Use a \(form).")
            }
            return number
        }
    }
}

extension Setting where Value == Bool {
    /// `true` or `false`.
    public static func flag(_ name: String, _ meaning: String, default defaultValue: Bool? = nil) -> Self {
        Setting(name: name, meaning: meaning, form: "true or false", defaultText: defaultValue.map { "\($0)" }) {
            (text) throws(SettingProblem) in
            guard let value = Bool(text) else {
                throw SettingProblem(problem: "is neither true nor false", remedy: "Use true or false.")
            }
            return value
        }
    }
}

extension Setting where Value == Duration {
    /// A time span: a whole number with its unit, e.g. `500ms`, `5s`, `2m`, `1h`, `90d`.
    public static func duration(
        _ name: String, _ meaning: String, default defaultText: String? = nil,
        in range: ClosedRange<Duration> = .zero ... .seconds(366 * 86_400)
    ) -> Self {
        let form = "duration such as 500ms, 5s, 2m, 1h or 3d"
        return Setting(name: name, meaning: meaning, form: form, defaultText: defaultText) {
            (text) throws(SettingProblem) in
            guard let duration = Duration(settingText: text) else {
                throw SettingProblem(problem: "is not a duration", remedy: "Use a whole number with ms, s, m, h or d.")
            }
            guard range.contains(duration) else {
                throw SettingProblem(
                    problem: "is out of range", remedy: "Use \(range.lowerBound) to \(range.upperBound).")
            }
            return duration
        }
    }
}

extension Setting where Value == URL {
    /// An absolute URL with a host and one of the given schemes.
    public static func url(
        _ name: String, _ meaning: String, default defaultText: String? = nil,
        schemes: [String] = ["http", "https"]
    ) -> Self {
        let form = "URL (\(schemes.joined(separator: ", ")))"
        return Setting(name: name, meaning: meaning, form: form, defaultText: defaultText) {
            (text) throws(SettingProblem) in
            guard let url = URL(string: text), let scheme = url.scheme, schemes.contains(scheme),
                let host = url.host(), !host.isEmpty
            else { throw SettingProblem(problem: "is not such a URL", remedy: "Use an absolute \(form).") }
            return url
        }
    }
}

extension Setting where Value == [String] {
    /// Texts separated by commas; blanks around them are dropped, empty ones refused.
    public static func list(_ name: String, _ meaning: String, default defaultText: String? = nil) -> Self {
        Setting(name: name, meaning: meaning, form: "list separated by commas", defaultText: defaultText) {
            (text) throws(SettingProblem) in
            if text.isEmpty { return [] }
            let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(trimmed)
            guard !parts.contains("") else {
                throw SettingProblem(problem: "has an empty entry", remedy: "Separate entries by single commas.")
            }
            return parts
        }
    }
}

extension Setting where Value == [HostPort] {
    /// One or more `host:port`, separated by commas.
    public static func hostPorts(_ name: String, _ meaning: String, default defaultText: String? = nil) -> Self {
        Setting(name: name, meaning: meaning, form: "list of host:port", defaultText: defaultText) {
            (text) throws(SettingProblem) in
            var places: [HostPort] = []
            for part in text.split(separator: ",", omittingEmptySubsequences: false).map(trimmed) {
                guard let place = HostPort(part) else {
                    throw SettingProblem(
                        problem: "is not host:port", remedy: "Use host:port with a port of 1 to 65535, commas between.")
                }
                places.append(place)
            }
            return places
        }
    }
}

extension Setting where Value == HostPort {
    /// `host:port`.
    public static func hostPort(_ name: String, _ meaning: String, default defaultText: String? = nil) -> Self {
        Setting(name: name, meaning: meaning, form: "host:port", defaultText: defaultText) {
            (text) throws(SettingProblem) in
            guard let place = HostPort(text) else {
                throw SettingProblem(
                    problem: "is not host:port", remedy: "Use host:port with a port of 1 to 65535.")
            }
            return place
        }
    }
}

private func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
}

extension Duration {
    /// Reads a whole number followed by `ms`, `s`, `m`, `h` or `d`; nil for anything else.
    init?(settingText text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits.count <= 9, let count = Int64(digits) else { return nil }
        switch text[digits.endIndex...] {
        case "ms": self = .milliseconds(count)
        case "s": self = .seconds(count)
        case "m": self = .seconds(count * 60)
        case "h": self = .seconds(count * 3600)
        case "d": self = .seconds(count * 86_400)
        default: return nil
        }
    }
}
