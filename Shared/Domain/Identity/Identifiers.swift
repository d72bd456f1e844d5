public import FoundationEssentials

/// A 128-bit identity that belongs to one kind of thing.
///
/// Every kind has its own type, so that a rating's id cannot be handed over where an
/// episode's is meant. Ids made by Attune are time-ordered (UUIDv7 or UUIDv8); ids given
/// by a sender may be any UUID but nil.
public protocol Identity: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible
where RawValue == UUID {
    init(rawValue: UUID)
}

extension Identity {
    /// Reads the canonical form, e.g. `018f2c1e-7a00-7000-8000-000000000001`; nil for anything else.
    @inlinable
    public init?(_ text: some StringProtocol) {
        guard let uuid = UUIDText.parse(text) else { return nil }
        self.init(rawValue: uuid)
    }

    /// Reads the canonical form from its bytes.
    @inlinable
    public init?(utf8 text: [UInt8]) {
        guard let uuid = text.withUnsafeBufferPointer({ UUIDText.parse($0) }) else { return nil }
        self.init(rawValue: uuid)
    }

    /// Reads 16 raw bytes in network order; nil for another length.
    @inlinable
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var raw: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        withUnsafeMutableBytes(of: &raw) { $0.copyBytes(from: bytes) }
        self.init(rawValue: UUID(uuid: raw))
    }

    /// The 16 raw bytes in network order.
    @inlinable
    public var bytes: [UInt8] {
        withUnsafeBytes(of: rawValue.uuid) { Array($0) }
    }

    /// Lower-case canonical form.
    public var description: String { UUIDText.format(rawValue) }

    /// By bytes, as PostgreSQL orders them.
    @inlinable
    public static func < (left: Self, right: Self) -> Bool {
        withUnsafeBytes(of: left.rawValue.uuid) { left in
            withUnsafeBytes(of: right.rawValue.uuid) { right in
                for offset in [0, 8] {
                    let one = UInt64(bigEndian: left.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                    let other = UInt64(bigEndian: right.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                    if one != other { return one < other }
                }
                return false
            }
        }
    }
}

/// An episode of care: one or more clients, one service, one site. The unit of order.
public struct EpisodeID: Identity {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// Somebody who rates in an episode: a client, a caretaker, another person.
public struct ParticipantID: Identity {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// The key under which a participant's words are sealed.
public struct ClientKeyID: Identity {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One rating, chosen by its sender or derived from the sender's own key.
public struct RatingID: Identity {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One appointment, held or missed.
public struct SessionID: Identity {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One hand-over of an episode from clinician to clinician.
public struct TransferID: Identity {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One entry that a rating was talked about with the client.
public struct DiscussionID: Identity {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One change of what a participant consents to.
public struct ConsentID: Identity {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One measure that a participant would rather not answer.
public struct DeclineID: Identity {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One filling in of the inventory of preferences.
public struct PreferencesID: Identity {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One talk about a preference.
public struct PreferenceReviewID: Identity {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One look back on the course of an episode.
public struct ReviewID: Identity {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One time for which a clinician shares the page of their own figures.
public struct ReflectionShareID: Identity {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One event, anywhere in the system.
public struct EventID: Identity {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One alert over its whole life.
public struct AlertID: Identity {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One notification to one recipient over one channel, however many attempts it takes.
public struct DeliveryID: Identity {
    public let rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}
