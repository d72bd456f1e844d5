import Channels
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
        /// Nil for whoever is not named by role.
        fileprivate let role: AlertAudience?
        /// Nil for all.
        private let kinds: Set<AlertKind>?
        private let takesEscalations: Bool

        private enum Fields: String, CodingKey { case id, channel, person, role, kinds, escalations }
        private struct Anything: Decodable {}

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Fields.self)
            place = try Self.place(fields)
            role = try fields.decodeIfPresent(String.self, forKey: .role).flatMap(AlertAudience.init(rawValue:))
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

        fileprivate func takes(_ kind: AlertKind, _ telling: Telling) -> Bool {
            guard kinds?.contains(kind) ?? true else { return false }
            switch telling {
            case .raised, .assigned: return true
            case .passedOn(let audience): return takesEscalations && (audience == nil || role == nil || role == audience)
            }
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

    /// Those of the site, or those of the default where the site has nobody for it; of an alert that was given to another
    /// clinician that one alone.
    func recipients(of kind: AlertKind, _ telling: Telling, at site: SiteID) -> [Recipient] {
        let own = (sites?[site.text] ?? []).filter { $0.takes(kind, telling) }
        let chosen = own.isEmpty ? `default`.filter { $0.takes(kind, telling) } : own
        return telling == .assigned ? chosen.filter { $0.role == .clinician } : chosen
    }
}

struct UnreadableRoutes: Error, CustomStringConvertible {
    let file: String
    let reason: String
    var description: String { "\(file) \(reason)" }
}
