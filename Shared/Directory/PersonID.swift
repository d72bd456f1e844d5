/// Somebody of a clinic, as episodes, alerts and the directory name them: opaque, never a name or an address.
///
/// 1 to 64 letters, digits, '.', '_' and '-', beginning with a letter or digit; upper and lower case differ.
public struct PersonID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let text: String

    /// Nil for text of another form.
    public init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        guard (1...64).contains(bytes.count), let first = bytes.first, Self.isAlphanumeric(first),
            bytes.allSatisfy({ Self.isAlphanumeric($0) || $0 == 0x2E || $0 == 0x5F || $0 == 0x2D })
        else { return nil }
        self.text = String(text)
    }

    public static let form = "1 to 64 letters, digits, '.', '_' and '-', beginning with a letter or digit"

    public var description: String { text }
    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
    }
}

/// What somebody does at a site.
public enum DirectoryRole: String, CaseIterable, Hashable, Comparable, Sendable {
    case clinician
    case supervisor
    /// Is told when nobody else can be.
    case dutyDesk = "duty_desk"
    case siteAdmin = "site_admin"

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
