import Domain

@testable import Contracts

/// Protobuf messages: values of records, payloads of the ledger, and what services store.
enum EventFuzz {
    /// The first byte chooses the type that the header claims; the rest is the message.
    /// - Returns: the type, where a codec has read the message as one.
    @discardableResult static func events(_ bytes: [UInt8]) throws(FuzzFault) -> EventType? {
        guard let choice = bytes.first else { return nil }
        let type = EventType.allCases[Int(choice) % EventType.allCases.count]
        let payload = Array(bytes.dropFirst())
        let isRead = [
            try stable(
                payload, { try EpisodeEventCodec.decode($0, type: type) },
                { try EpisodeEventCodec.encode($0.event, actor: $0.actor) }, { $0 == $1 }),
            try stable(
                payload, { try ClientEventCodec.decode($0, type: type) },
                { try ClientEventCodec.encode($0.event, actor: $0.actor) }, { $0 == $1 }),
            try stable(payload, { try AlertEventCodec.decode($0, type: type) }, AlertEventCodec.encode, ==),
            try stable(
                payload, { try NotificationEventCodec.decode($0, type: type) }, NotificationEventCodec.encode, ==),
            try stable(payload, { try AccessEventCodec.decode($0, type: type) }, AccessEventCodec.encode, ==),
        ]
        // These two are told apart by their topic alone.
        let isReseal = try stable(payload, LogResealCodec.decode, LogResealCodec.encode, ==)
        let update = try decoded { try TrajectoryCodec.decode(payload) }
        if let update { _ = "\(update)" }
        switch type {
        case .logResealed: return isReseal ? type : nil
        case .trajectoryUpdated: return update == nil ? nil : type
        default: return isRead.contains(true) ? type : nil
        }
    }

    static func stored(_ bytes: [UInt8]) throws(FuzzFault) {
        _ = try stable(bytes, CourseCodec.decode, CourseCodec.encode, ==)
        _ = try stable(bytes, TrajectoryCodec.decodeSignals, { try TrajectoryCodec.encode($0) }, ==)
        _ = try stable(bytes, TrajectoryCodec.decodeParticipants, { try TrajectoryCodec.encode($0) }, ==)
    }

    /// What was read, written again, reads as the same; and it can be shown.
    /// - Returns: whether it was read.
    private static func stable<Value>(
        _ bytes: [UInt8], _ decode: ([UInt8]) throws -> Value, _ encode: (Value) throws -> [UInt8],
        _ isSame: (Value, Value) -> Bool
    ) throws(FuzzFault) -> Bool {
        guard let value = try decoded({ try decode(bytes) }) else { return false }
        guard let written = read({ try encode(value) }) else {
            throw FuzzFault("\(Value.self) was read and cannot be written")
        }
        guard let again = read({ try decode(written) }) else {
            throw FuzzFault("\(Value.self) cannot be read as it was written")
        }
        try hold(isSame(value, again), "\(Value.self) is another one after it was written and read")
        _ = "\(value)"
        return true
    }

    private static func decoded<Value>(_ decode: () throws -> Value) throws(FuzzFault) -> Value? {
        let failure: any Error
        do { return try decode() } catch { failure = error }
        guard let malformed = failure as? MalformedEvent else {
            throw FuzzFault("an unexpected error: \(type(of: failure))")
        }
        try hold(!malformed.field.isEmpty && !malformed.problem.isEmpty, "a malformed event does not say where")
        return nil
    }
}
