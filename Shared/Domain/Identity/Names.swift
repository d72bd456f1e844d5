/// A short identifying name: 1 to 64 of `a-z`, `0-9`, `.`, `_`, `-`, starting with a letter or digit.
///
/// Sites, instruments, norm sets, models and services are named, not numbered, because people
/// write these names in configuration and read them in logs.
public protocol Name: Hashable, Comparable, Sendable, CustomStringConvertible {
    var text: String { get }
    init(unchecked text: String)
}

extension Name {
    /// Checks the form; nil for anything that is not a name.
    public init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        guard (1...64).contains(bytes.count), let first = bytes.first, Self.isAlphanumeric(first),
            bytes.allSatisfy({ Self.isAlphanumeric($0) || $0 == 0x2E || $0 == 0x5F || $0 == 0x2D })
        else { return nil }
        self.init(unchecked: String(text))
    }

    public var description: String { text }
    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }
}

/// A clinic of the network; what isolation is drawn around.
public struct SiteID: Name {
    public let text: String
    public init(unchecked text: String) { self.text = text }
}

/// A group with which clients describe themselves: one of the site's own vocabulary.
public struct ClientGroup: Name {
    public let text: String
    public init(unchecked text: String) { self.text = text }
}

/// A measure such as `ors` or `phq-9`.
public struct InstrumentID: Name {
    public let text: String
    public init(unchecked text: String) { self.text = text }
}

/// One published set of cut-off and reliable change for an instrument and a population.
public struct NormSetID: Name {
    public let text: String
    public init(unchecked text: String) { self.text = text }
}

/// An expected-response model.
public struct ModelID: Name {
    public let text: String
    public init(unchecked text: String) { self.text = text }
}

/// An instrument in one of its versions: what a rating names.
public struct InstrumentReference: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let id: InstrumentID
    /// As published, e.g. `"2001"`; compared as text, never ordered in time.
    public let version: String

    public init(id: InstrumentID, version: String) {
        self.id = id
        self.version = version
    }

    public var description: String { "\(id)@\(version)" }
    public static func < (left: Self, right: Self) -> Bool {
        (left.id.text, left.version) < (right.id.text, right.version)
    }
}
