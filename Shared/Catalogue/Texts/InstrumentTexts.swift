import Crypto
public import Domain

/// The wording of an instrument in one language, as a site has loaded it: checked against the definition and
/// pinned by checksum.
public struct InstrumentTexts: Hashable, Sendable {
    public let instrument: InstrumentReference
    public let language: LanguageTag
    public let title: String?
    /// What the resource says about rights; to be shown wherever the wording is.
    public let copyright: String?
    /// Texts that stand before the first item.
    public let introduction: [String]
    /// One per item of the definition, in its order.
    public let items: [ItemText]
    /// Link ids of questions that do not count, and of a field for the total.
    public let unscored: [String]
    /// SHA-256 of the resource's bytes, in hexadecimal.
    public let checksum: String

    static func checksum(of bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}

/// The wording of one item.
public struct ItemText: Hashable, Sendable {
    /// Counted from 1.
    public let item: Int
    public let text: String
    /// In the order of the form; empty where a number is entered.
    public let choices: [AnswerText]
}

/// One choice of an item.
public struct AnswerText: Hashable, Sendable {
    /// The answer that it stands for, in steps, before any reversal.
    public let answer: Int
    public let text: String
}

/// A language as BCP 47 writes it, e.g. `en`, `pt-BR`; in small letters, so that equal tags are equal.
public struct LanguageTag: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let text: String

    /// Nil for what is not letters and digits in parts of 1 to 8, the first of 2 or 3 letters.
    public init?(_ text: some StringProtocol) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard (1...5).contains(parts.count), let first = parts.first, (2...3).contains(first.count),
            first.allSatisfy(Self.isLetter),
            parts.dropFirst().allSatisfy({
                (1...8).contains($0.count) && $0.allSatisfy { Self.isLetter($0) || (0x30...0x39).contains($0) }
            })
        else { return nil }
        self.text = text.lowercased()
    }

    public var description: String { text }
    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
}
