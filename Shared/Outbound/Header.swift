/// One header of an HTTP message or a mail.
public struct Header: Hashable, Sendable {
    public let name: String
    public let value: String

    /// - Throws: ``OutboundError/invalidHeader`` unless the name is a token (RFC 9110 section 5.6.2)
    ///   and the value is visible ASCII, spaces and tabs: neither can end the line.
    public init(_ name: String, _ value: String) throws(OutboundError) {
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isToken),
            value.utf8.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x09 })
        else { throw .invalidHeader }
        self.init(unchecked: name, value)
    }

    init(unchecked name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    func isNamed(_ other: String) -> Bool { name.lowercased() == other.lowercased() }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
