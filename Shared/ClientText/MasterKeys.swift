import Crypto
import FoundationEssentials

/// The keys of an installation under which every client's own key is wrapped. They live in a file, apart from the
/// database: who has only one of the two can read nothing.
///
/// The file has a line for each: a name, a blank, 32 bytes in base64. The last one wraps; the ones before it still
/// unwrap what they have wrapped, so a new line is all it takes to change the key.
public struct MasterKeys: Sendable {
    private let keys: [String: SymmetricKey]
    /// Names the key that wraps.
    public let current: String

    /// - Parameter text: the content of the file.
    public init(text: String) throws(MasterKeyError) {
        var keys: [String: SymmetricKey] = [:]
        var last: String?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.allSatisfy(\.isWhitespace) || line.hasPrefix("#") { continue }
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count == 2, let bytes = Data(base64Encoded: String(words[1])), bytes.count == 32 else {
                throw .malformedLine(index + 1)
            }
            guard keys.updateValue(SymmetricKey(data: bytes), forKey: String(words[0])) == nil else {
                throw .repeatedName(String(words[0]))
            }
            last = String(words[0])
        }
        guard let last else { throw .empty }
        self.keys = keys
        current = last
    }

    /// A line with a new key.
    public static func line(named name: String) -> String {
        "\(name) \(SymmetricKey(size: .bits256).withUnsafeBytes { Data($0).base64EncodedString() })"
    }

    func key(named name: String) -> SymmetricKey? { keys[name] }
}

/// What is wrong with a file of master keys; without any part of a key.
public enum MasterKeyError: Error, Hashable, Sendable, CustomStringConvertible {
    case malformedLine(Int)
    case repeatedName(String)
    case empty

    public var description: String {
        switch self {
        case .malformedLine(let number): "line \(number) is not a name and 32 bytes in base64"
        case .repeatedName(let name): "the name \(name) stands twice"
        case .empty: "there is no key in it; `attune keys` makes one"
        }
    }
}
