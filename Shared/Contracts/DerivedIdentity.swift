import Crypto
import FoundationEssentials
public import Domain

/// Ids that follow from what caused them, so that doing the work twice gives the same event.
public enum DerivedIdentity {
    /// A UUIDv8: the time prefix of `cause` (so that derived ids stay in time order beside it), the
    /// rest from a hash of the cause and `rule`.
    ///
    /// - Parameter rule: whatever else the result depends on, e.g. model version or alert kind.
    public static func following<ID: Identity>(_ cause: EventID, rule: String) -> ID {
        var bytes = cause.bytes
        let hash = digest(of: [cause.bytes, Array(rule.utf8)])
        for index in 6..<16 { bytes[index] = hash[index] }
        return identity(bytes)
    }

    /// The id of the trajectory event that follows from an episode event: another norm set or model gives another.
    public static func trajectory(following cause: EventID, on basis: ScoringBasis) -> EventID {
        following(cause, rule: "trajectory \(basis.provenanceText)")
    }

    /// A UUIDv8 from a sender's own key: the same key always names the same thing.
    public static func named<ID: Identity>(_ parts: String...) -> ID {
        identity(Array(digest(of: parts.map { Array($0.utf8) }).prefix(16)))
    }

    /// SHA-256 over the parts, each preceded by its length, so that no two lists of parts collide.
    public static func digest(of parts: [[UInt8]]) -> [UInt8] {
        var hash = SHA256()
        for part in parts {
            withUnsafeBytes(of: UInt64(part.count).bigEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: part)
        }
        return Array(hash.finalize())
    }

    private static func identity<ID: Identity>(_ bytes: [UInt8]) -> ID {
        var raw: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &raw) { $0.copyBytes(from: bytes) }
        raw.6 = raw.6 & 0x0F | 0x80
        raw.8 = raw.8 & 0x3F | 0x80
        return ID(rawValue: UUID(uuid: raw))
    }
}

/// Ids that are time-ordered: 48 bits of Unix milliseconds, the rest random (RFC 9562, version 7).
public enum TimeOrderedIdentity {
    public static func make<ID: Identity>(at time: Timestamp) -> ID {
        let milliseconds = UInt64(max(0, time.microseconds / 1000))
        let high = milliseconds << 16 | 0x7000 | UInt64.random(in: 0...0x0FFF)
        let low = UInt64.random(in: 0...UInt64.max) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        var raw: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &raw) { bytes in
            bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return ID(rawValue: UUID(uuid: raw))
    }
}
