import Glibc

/// Which addresses a session may connect to. It is asked about the address itself, behind the host's name: a name that
/// pointed elsewhere when somebody checked it gains nothing.
public enum AddressRule: Hashable, Sendable {
    case any
    /// No loopback, link-local, private or otherwise special address (IANA's registries of special-purpose addresses).
    case publicOnly

    func admits(_ address: UnsafeRawPointer, family: Int32) -> Bool {
        switch (self, family) {
        case (.any, _): true
        case (.publicOnly, AF_INET):
            Self.isPublic(v4: Self.bytes(address, at: MemoryLayout<sockaddr_in>.offset(of: \.sin_addr), count: 4))
        case (.publicOnly, AF_INET6):
            Self.isPublic(v6: Self.bytes(address, at: MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr), count: 16))
        case (.publicOnly, _): false
        }
    }

    private static func bytes(_ address: UnsafeRawPointer, at offset: Int?, count: Int) -> [UInt8] {
        guard let offset else { return [] }
        return Array(UnsafeRawBufferPointer(start: address + offset, count: count))
    }

    /// - Parameter bytes: the four of an IPv4 address in network order.
    static func isPublic(v4 bytes: [UInt8]) -> Bool {
        guard bytes.count == 4 else { return false }
        switch (bytes[0], bytes[1], bytes[2]) {
        // This network, private, loopback; multicast and reserved.
        case (0, _, _), (10, _, _), (127, _, _), (224..., _, _): return false
        // Shared by carriers, link-local, private.
        case (100, 64..<128, _), (169, 254, _), (172, 16..<32, _), (192, 168, _): return false
        // Protocol assignments, the old relays between IPv4 and IPv6, benchmarks, examples.
        case (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 18...19, _), (198, 51, 100), (203, 0, 113): return false
        default: return true
        }
    }

    /// - Parameter bytes: the sixteen of an IPv6 address in network order.
    static func isPublic(v6 bytes: [UInt8]) -> Bool {
        guard bytes.count == 16 else { return false }
        // IPv4 in the clothes of IPv6, mapped or translated, is what it is inside.
        if bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF])
            || bytes.starts(with: [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0])
        {
            return isPublic(v4: Array(bytes[12...]))
        }
        // Only 2000::/3 is handed out; of it not: protocol assignments, examples, 6to4 around any IPv4 address.
        guard bytes[0] & 0xE0 == 0x20 else { return false }
        if bytes[0] == 0x20, bytes[1] == 0x01, bytes[2] < 0x02 { return false }
        if bytes.starts(with: [0x20, 0x01, 0x0D, 0xB8]) || bytes.starts(with: [0x20, 0x02]) { return false }
        return !(bytes[0] == 0x3F && bytes[1] == 0xFF && bytes[2] < 0x10)
    }
}
