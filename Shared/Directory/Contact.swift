import FoundationEssentials

/// The ways in which a person can be reached; at most one contact of each.
public enum ContactKind: String, CaseIterable, Hashable, Sendable {
    case email
    case phone
    case webhook
}

/// Where a person is reached. Its descriptions show the kind and nothing else.
public enum Contact: Hashable, Sendable {
    /// A plain mail address.
    case email(String)
    /// In international form: `+` and digits.
    case phone(String)
    case webhook(url: String, keyID: String, key: [UInt8])

    public var kind: ContactKind {
        switch self {
        case .email: .email
        case .phone: .phone
        case .webhook: .webhook
        }
    }

    /// What is sealed: the value, or the webhook's three on lines of their own, none of which can hold a line break.
    var plain: [UInt8] {
        switch self {
        case .email(let text), .phone(let text): Array(text.utf8)
        case .webhook(let url, let keyID, let key): Array("\(url)\n\(keyID)\n\(Data(key).base64EncodedString())".utf8)
        }
    }

    init?(_ kind: ContactKind, plain: [UInt8]) {
        guard let text = String(validating: plain, as: UTF8.self) else { return nil }
        switch kind {
        case .email: self = .email(text)
        case .phone: self = .phone(text)
        case .webhook:
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            guard lines.count == 3, let key = Data(base64Encoded: lines[2]) else { return nil }
            self = .webhook(url: lines[0], keyID: lines[1], key: Array(key))
        }
    }
}

extension Contact: CustomStringConvertible, CustomReflectable {
    public var description: String { "Contact(\(kind.rawValue))" }
    public var customMirror: Mirror { Mirror(self, children: ["kind": kind]) }
}
