import Channels
import ClientText
import Contracts
import Directory
import Domain
import FoundationEssentials
import Outbound
import Persistence
import Synchronization

/// Opens contacts of people of the directory, where and when a message goes to one of them.
final class ContactBook: Sendable {
    private struct State {
        var masters: MasterKeys
        /// Who is reached by which URL, as far as addresses were opened here: what is known of an endpoint is known of them.
        var recipientsByURL: [String: Set<String>] = [:]
    }

    /// Before a person's id in deliveries; no name in the routes file can begin so.
    private static let prefix = "person:"

    private let keyFile: String
    private let state: Mutex<State>

    /// - Throws: ``MasterKeyError``, or ``UnreadableKeyFile``.
    init(keyFile: String) throws {
        self.keyFile = keyFile
        state = Mutex(State(masters: try Self.read(keyFile)))
    }

    static func recipient(_ person: PersonID) -> String { prefix + person.text }

    /// How a person is reached; nil for somebody who is not active any more, for a contact that is not there or cannot be
    /// opened, and for what is no person.
    /// - Parameter times: of the site's messages; the person's clock and hours go before them.
    func contact(
        of place: RecipientPlace, at times: MessageTimes? = nil, on connection: Connection
    ) throws -> Recipient.Contact? {
        guard place.id.hasPrefix(Self.prefix), let person = PersonID(place.id.dropFirst(Self.prefix.count)),
            let kind = ContactKind(rawValue: place.channel.rawValue),
            let row = try connection.run(Self.select, [.text(person.text), .text(kind.rawValue)]).first
        else { return nil }
        let sealed = SealedContact(
            person: person, kind: kind, sealed: WrappedKey(by: try row.text(0), bytes: try row.bytes(1)))
        guard let address = open(sealed).flatMap({ self.address(of: $0, at: place) }) else { return nil }
        return Recipient.Contact(
            address: address, language: try row.optionalText(2) ?? MessageTemplates.fallbackLanguage,
            // A system behind a webhook does not sleep.
            times: try kind == .email
                ? MessageTimes(of: times, timeZone: row.optionalText(3), hours: row.optionalText(4)) : nil)
    }

    /// Where somebody of the directory is told when a mail does not arrive: over their webhook. Nil where the directory has
    /// no other way than that one, where it cannot be opened, and for what is no person.
    func secondPlace(after place: RecipientPlace, on connection: Connection) throws -> RecipientPlace? {
        let second = RecipientPlace(id: place.id, channel: .webhook)
        guard place.channel == .email, try contact(of: second, on: connection) != nil else { return nil }
        return second
    }

    /// Recipients that a webhook of this URL serves.
    func webhookRecipients(of url: String) -> [String] {
        state.withLock { $0.recipientsByURL[url]?.sorted() ?? [] }
    }

    /// A key that is not known yet may have been added to the file since it was read.
    private func open(_ sealed: SealedContact) -> Contact? {
        do throws(ContactError) {
            return try sealed.open(with: state.withLock { $0.masters })
        } catch {
            guard case .noMasterKey = error.cause, let masters = try? Self.read(keyFile) else { return nil }
            state.withLock { $0.masters = masters }
            return try? sealed.open(with: masters)
        }
    }

    private func address(of contact: Contact, at place: RecipientPlace) -> Recipient.Address? {
        switch contact {
        case .email(let text): return (try? MailAddress(text)).map(Recipient.Address.email)
        case .webhook(let url, let keyID, let key):
            _ = state.withLock { $0.recipientsByURL[url, default: []].insert(place.id) }
            return .webhook(WebhookTarget(url: url, keys: [WebhookKey(id: keyID, bytes: key)]))
        case .phone: return nil
        }
    }

    private static func read(_ path: String) throws -> MasterKeys {
        guard let data = FileManager.default.contents(atPath: path) else { throw UnreadableKeyFile() }
        return try MasterKeys(text: String(decoding: data, as: UTF8.self))
    }

    private static let select: Statement = """
        select c.sealed_by, c.sealed, coalesce(p.language, s.language), coalesce(p.time_zone, s.time_zone),
               coalesce(p.working_hours, s.working_hours)
        from notification.contact c
        join published.directory_person p on p.person_id = c.person_id and p.active
        left join published.directory_site s on s.site = p.site
        where c.person_id = $1 and c.kind = $2 and c.sealed is not null
        """
}

struct UnreadableKeyFile: Error, CustomStringConvertible {
    var description: String { "it cannot be read" }
}
