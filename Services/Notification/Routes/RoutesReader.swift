import Contracts
import Domain
import FoundationEssentials
import Outbound

extension Routes {
    /// Reads the routes file.
    ///
    ///     default:                     # for sites that are not listed, and for what a site gives to nobody
    ///       - id: duty-desk
    ///         channel:
    ///           email: {address: duty@clinic.example}
    ///         kinds: [all]             # or safety, deteriorating, not_on_track, alliance; all if left out
    ///         escalations: true        # also told when nobody has answered in time; true if left out
    ///     sites:
    ///       north:
    ///         - id: north-bridge
    ///           channel:
    ///             webhook: {url: "https://bridge.example/alerts", key_id: "2026-1", key_file: bridge.key}
    ///
    /// A recipient may be listed at several sites, with the same address. A key file is looked for beside
    /// the routes file; its text without the line break at the end is the key of the signature, byte for byte.
    static func load(file: String) throws(RoutesError) -> Routes {
        let root = try RouteNode.compose(try TextFile.read(file), file: file)
        var reader = RoutesReader(folder: URL(filePath: file).deletingLastPathComponent())
        let fields = try root.fields(knowing: "default", "sites")
        let fallback = try fields.required("default")
        let standard = try reader.recipients(fallback)
        for isEscalation in [false, true]
        where !standard.contains(where: { $0.takes(.safety, isEscalation: isEscalation) }) {
            throw fallback.refusal(
                "somebody must take safety alerts\(isEscalation ? " and their escalations" : ""), whatever the site")
        }
        var sites: [SiteID: [Recipient]] = [:]
        for (name, place) in try fields.optional("sites")?.fields(RoutesReader.refusalOfSite) ?? [] {
            sites[SiteID(unchecked: name)] = try reader.recipients(place)
        }
        return Routes(default: standard, sites: sites)
    }
}

struct RoutesReader {
    /// Shorter keys could be guessed by trying; 256 bits in base64 are 44 characters.
    static let keyLength = 32...1024

    let folder: URL
    private var known: [RecipientPlace: Recipient.Address] = [:]

    init(folder: URL) { self.folder = folder }

    static func refusalOfSite(_ name: String) -> String? {
        SiteID(name) == nil ? "\"\(name)\" is not a site name: \(nameForm)" : nil
    }

    mutating func recipients(_ place: RouteNode) throws(RoutesError) -> [Recipient] {
        var recipients: [Recipient] = []
        // People of the directory are for ``DirectoryRoutes``.
        for entry in try place.list() where !DirectoryRoutes.holds(entry) {
            let recipient = try recipient(entry)
            guard !recipients.contains(where: { $0.place == recipient.place }) else {
                throw entry.refusal("\(recipient.id) is listed twice here for the same channel")
            }
            if let address = known[recipient.place], address != recipient.address {
                throw entry.refusal("\(recipient.id) is listed elsewhere with another address")
            }
            known[recipient.place] = recipient.address
            recipients.append(recipient)
        }
        return recipients
    }

    private func recipient(_ place: RouteNode) throws(RoutesError) -> Recipient {
        let fields = try place.fields(knowing: "id", "channel", "kinds", "escalations")
        let id = try fields.required("id")
        guard let name = RecipientName(try id.text()) else { throw id.refusal("is not a name: \(nameForm)") }
        return Recipient(
            id: name.text, address: try address(try fields.required("channel")),
            kinds: try Self.kinds(fields.optional("kinds")),
            takesEscalations: try fields.optional("escalations")?.flag() ?? true)
    }

    static func kinds(_ place: RouteNode?) throws(RoutesError) -> Set<AlertKind> {
        guard let place else { return Set(AlertKind.allCases) }
        var kinds: Set<AlertKind> = []
        for entry in try place.list() {
            let word = try entry.text()
            if word == "all" {
                kinds.formUnion(AlertKind.allCases)
            } else if let kind = AlertKind(rawValue: word) {
                kinds.insert(kind)
            } else {
                throw entry.refusal(
                    "must be all or one of " + AlertKind.allCases.map(\.rawValue).joined(separator: ", "))
            }
        }
        guard !kinds.isEmpty else { throw place.refusal("must not be empty") }
        return kinds
    }

    private func address(_ place: RouteNode) throws(RoutesError) -> Recipient.Address {
        let fields = try place.fields(knowing: "email", "webhook")
        switch (fields.optional("email"), fields.optional("webhook")) {
        case (let email?, nil): return .email(try mailAddress(email))
        case (nil, let webhook?): return .webhook(try target(webhook))
        case (nil, nil), (.some, .some): throw place.refusal("must be either email or webhook")
        }
    }

    private func mailAddress(_ place: RouteNode) throws(RoutesError) -> MailAddress {
        let address = try place.fields(knowing: "address").required("address")
        let text = try address.text()
        do throws(OutboundError) {
            return try MailAddress(text)
        } catch {
            throw address.refusal("must be a plain mail address, local@domain")
        }
    }

    private func target(_ place: RouteNode) throws(RoutesError) -> WebhookTarget {
        let fields = try place.fields(knowing: "url", "key_id", "key_file")
        let url = try fields.required("url")
        let keyID = try fields.required("key_id")
        guard Self.isKeyID(try keyID.text()) else {
            throw keyID.refusal("must be 1 to 64 letters, digits, '.', '_' and '-'")
        }
        return WebhookTarget(
            url: try webhookURL(url), keyID: try keyID.text(), key: try key(try fields.required("key_file")))
    }

    private func webhookURL(_ place: RouteNode) throws(RoutesError) -> String {
        let text = try place.text()
        guard let url = URL(string: text), let host = url.host(), url.user() == nil, url.password() == nil,
            url.fragment() == nil, (try? HTTPRequest(.post, url: text)) != nil
        else { throw place.refusal("must be an absolute https URL without user, password and fragment") }
        guard url.scheme == "https" || Loopback.isHost(host) else {
            throw place.refusal("must be https, except on this machine")
        }
        return text
    }

    private func key(_ place: RouteNode) throws(RoutesError) -> [UInt8] {
        let path = URL(filePath: try place.text(), relativeTo: folder).path
        guard let content = FileManager.default.contents(atPath: path) else {
            throw place.refusal("the key file cannot be read")
        }
        var key = Array(content)
        while let last = key.last, last == 0x0A || last == 0x0D { key.removeLast() }
        guard Self.keyLength.contains(key.count) else {
            throw place.refusal(
                "the key file must hold \(Self.keyLength.lowerBound) to \(Self.keyLength.upperBound) bytes")
        }
        return key
    }

    private static func isKeyID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

/// The form of a recipient's id.
private struct RecipientName: Name {
    let text: String
    init(unchecked text: String) { self.text = text }
}

private let nameForm = "1 to 64 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit"

/// Hosts that are this machine itself.
enum Loopback {
    static func isHost(_ host: String) -> Bool { ["localhost", "127.0.0.1", "::1", "[::1]"].contains(host) }
}

private enum TextFile {
    static func read(_ file: String) throws(RoutesError) -> String {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw RoutesError(file: file, line: nil, reason: "cannot be read")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw RoutesError(file: file, line: nil, reason: "is not UTF-8 text")
        }
        return text
    }
}
