import Contracts
import Domain
import FoundationEssentials
import Yams

/// Who is told about which alerts: as much of the routes file as that takes, without addresses and keys. Whether the file
/// is right in every respect is for the notification service to say.
struct RoutesOutline: Decodable {
    struct Recipient: Decodable {
        /// Nil for somebody of the directory: who that was at the time cannot be told from the file.
        let place: (id: String, channel: NotificationChannel)?
        /// Nil for all.
        private let kinds: Set<AlertKind>?
        private let takesEscalations: Bool

        private enum Fields: String, CodingKey { case id, channel, person, role, kinds, escalations }
        private struct Anything: Decodable {}

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Fields.self)
            place = try Self.place(fields)
            let words = try fields.decodeIfPresent([String].self, forKey: .kinds)
            kinds = words.flatMap { $0.contains("all") ? nil : Set($0.compactMap(AlertKind.init(rawValue:))) }
            takesEscalations = try fields.decodeIfPresent(Bool.self, forKey: .escalations) ?? true
        }

        private static func place(
            _ fields: KeyedDecodingContainer<Fields>
        ) throws -> (id: String, channel: NotificationChannel)? {
            guard !fields.contains(.person), !fields.contains(.role) else { return nil }
            let ways = try fields.decode([String: Anything].self, forKey: .channel).keys
            guard ways.count == 1, let way = ways.first.flatMap(NotificationChannel.init(rawValue:)) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .channel, in: fields, debugDescription: "must be one of email, webhook and inbox")
            }
            return (try fields.decode(String.self, forKey: .id), way)
        }

        fileprivate func takes(_ kind: AlertKind, isEscalation: Bool) -> Bool {
            (kinds?.contains(kind) ?? true) && (takesEscalations || !isEscalation)
        }
    }

    private let `default`: [Recipient]
    private let sites: [String: [Recipient]]?

    static func read(_ file: String) throws -> RoutesOutline {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw UnreadableRoutes(file: file, reason: "cannot be read")
        }
        do {
            return try YAMLDecoder().decode(RoutesOutline.self, from: String(decoding: data, as: UTF8.self))
        } catch {
            throw UnreadableRoutes(file: file, reason: "is not a routes file as the notification service reads it")
        }
    }

    /// Those of the site, or those of the default where the site has nobody for it.
    func recipients(of kind: AlertKind, isEscalation: Bool, at site: SiteID) -> [Recipient] {
        let own = (sites?[site.text] ?? []).filter { $0.takes(kind, isEscalation: isEscalation) }
        return own.isEmpty ? `default`.filter { $0.takes(kind, isEscalation: isEscalation) } : own
    }
}

struct UnreadableRoutes: Error, CustomStringConvertible {
    let file: String
    let reason: String
    var description: String { "\(file) \(reason)" }
}
