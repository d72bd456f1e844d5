import Directory
import Domain
import Foundation
import Outbound

/// Turns entries into records, each value checked by itself, and then all together.
struct DirectoryReader {
    /// Where key files of webhooks are looked for.
    let folder: URL
    private(set) var content = DirectoryContent()
    private(set) var faults: [DirectoryFault] = []
    /// Where each record stands, for the checks that see them all.
    private var entries: [String: DirectoryEntry] = [:]

    init(folder: URL) { self.folder = folder }

    mutating func read(_ list: [DirectoryEntry]) {
        for entry in list {
            do throws(DirectoryFault) {
                try note(entry)
                switch entry.kind {
                case .site: content.sites.append(try site(entry))
                case .team: content.teams.append(try team(entry))
                case .person:
                    let person = try person(entry)
                    content.people.append(person)
                    content.contacts[person.id] = try contacts(entry)
                }
            } catch {
                faults.append(error)
            }
        }
        // What could not be read would be missed by everything that refers to it.
        guard faults.isEmpty else { return }
        faults = DirectoryReferences(content, entries).faults()
    }

    private mutating func note(_ entry: DirectoryEntry) throws(DirectoryFault) {
        let key = "\(entry.kind.rawValue) \(entry.values["id"] ?? "")"
        if let other = entries.updateValue(entry, forKey: key) {
            throw entry.fault("id", "stands in \(other.place) already", "give each \(entry.kind.rawValue) once")
        }
    }

    // MARK: - Records

    private func site(_ entry: DirectoryEntry) throws(DirectoryFault) -> SiteRecord {
        let zone = try entry.required("time_zone")
        return SiteRecord(
            id: try siteID(entry, "id"), timeZone: try Self.timeZone(zone, entry), language: try language(entry),
            workingHours: try hours(entry), dutyDesk: try entry.optionalID("duty_desk"))
    }

    private func team(_ entry: DirectoryEntry) throws(DirectoryFault) -> TeamRecord {
        TeamRecord(id: try entry.id("id"), site: try siteID(entry, "site"))
    }

    private func person(_ entry: DirectoryEntry) throws(DirectoryFault) -> PersonRecord {
        PersonRecord(
            id: try entry.id("id"), site: try siteID(entry, "site"), team: try entry.optionalID("team"),
            roles: try roles(entry), supervisor: try entry.optionalID("supervisor"), language: try language(entry),
            timeZone: try entry.values["time_zone"].map { zone throws(DirectoryFault) in try Self.timeZone(zone, entry) },
            workingHours: try hours(entry))
    }

    private func siteID(_ entry: DirectoryEntry, _ field: String) throws(DirectoryFault) -> SiteID {
        guard let site = SiteID(try entry.required(field)) else {
            throw entry.fault(
                field, "is not a site name", "give 1 to 64 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit")
        }
        return site
    }

    private func roles(_ entry: DirectoryEntry) throws(DirectoryFault) -> Set<DirectoryRole> {
        var roles: Set<DirectoryRole> = []
        for word in try entry.required("roles").split(whereSeparator: { $0 == " " || $0 == ";" }) {
            guard let role = DirectoryRole(rawValue: String(word)) else {
                throw entry.fault(
                    "roles", "holds something that is no role",
                    "choose from " + DirectoryRole.allCases.map(\.rawValue).joined(separator: ", "))
            }
            roles.insert(role)
        }
        return roles
    }

    private static func timeZone(_ name: String, _ entry: DirectoryEntry) throws(DirectoryFault) -> String {
        guard name.contains("/") || name == "UTC", TimeZone(identifier: name) != nil else {
            throw entry.fault("time_zone", "is not a time zone", "give an IANA name such as Europe/Berlin, or UTC")
        }
        return name
    }

    private func language(_ entry: DirectoryEntry) throws(DirectoryFault) -> String? {
        guard let tag = entry.values["language"] else { return nil }
        let parts = tag.split(separator: "-", omittingEmptySubsequences: false)
        let isTag = parts.enumerated().allSatisfy { index, part in
            (index == 0 ? 2...3 : 2...8).contains(part.utf8.count) && part.utf8.allSatisfy(\.isASCIILetterOrDigit)
        }
        guard isTag, parts.count <= 3 else {
            throw entry.fault("language", "is not a language tag", "give one such as de or pt-BR")
        }
        return tag
    }

    private func hours(_ entry: DirectoryEntry) throws(DirectoryFault) -> String? {
        guard let text = entry.values["working_hours"] else { return nil }
        do throws(WeeklyHoursError) {
            return try WeeklyHours(text).description
        } catch {
            throw entry.fault("working_hours", "\(error)", "write mon-fri 08:00-12:00 13:00-17:00; sat 09:00-12:00")
        }
    }

    // MARK: - Contacts

    private func contacts(_ entry: DirectoryEntry) throws(DirectoryFault) -> [ContactKind: Contact] {
        var contacts: [ContactKind: Contact] = [:]
        if let text = entry.values["email"] {
            guard (try? MailAddress(text)) != nil else {
                throw entry.fault("email", "is not a plain mail address", "give it as local@domain")
            }
            contacts[.email] = .email(text)
        }
        if let text = entry.values["phone"] {
            let digits = text.dropFirst().filter { $0 != " " }
            guard text.first == "+", (7...15).contains(digits.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
            else {
                throw entry.fault("phone", "is not an international number", "give + and 7 to 15 digits (E.164)")
            }
            contacts[.phone] = .phone("+" + digits)
        }
        if entry.values.keys.contains(where: { $0.hasPrefix("webhook_") }) { contacts[.webhook] = try webhook(entry) }
        return contacts
    }

    private func webhook(_ entry: DirectoryEntry) throws(DirectoryFault) -> Contact {
        let url = try entry.required("webhook_url")
        guard let parsed = URL(string: url), parsed.scheme == "https", parsed.host() != nil, parsed.user() == nil,
            parsed.fragment() == nil, (try? HTTPRequest(.post, url: url)) != nil
        else {
            throw entry.fault("webhook_url", "is not a webhook", "give an absolute https URL without user and fragment")
        }
        guard let keyID = PersonID(try entry.required("webhook_key_id")) else {
            throw entry.fault("webhook_key_id", "is not a name", "give \(PersonID.form)")
        }
        let path = URL(filePath: try entry.required("webhook_key_file"), relativeTo: folder).path
        var key = FileManager.default.contents(atPath: path).map { Array($0) } ?? []
        while let last = key.last, last == 0x0A || last == 0x0D { key.removeLast() }
        guard (32...1024).contains(key.count) else {
            throw entry.fault(
                "webhook_key_file", "cannot be read or is not a key", "name a file of 32 to 1024 bytes beside the directory")
        }
        return .webhook(url: url, keyID: keyID.text, key: key)
    }
}

extension DirectoryEntry {
    func required(_ field: String) throws(DirectoryFault) -> String {
        guard let value = values[field] else { throw fault(field, "is missing", "every \(kind.rawValue) needs it here") }
        return value
    }

    func id(_ field: String) throws(DirectoryFault) -> PersonID {
        guard let id = PersonID(try required(field)) else { throw fault(field, "is not an id", "give \(PersonID.form)") }
        return id
    }

    func optionalID(_ field: String) throws(DirectoryFault) -> PersonID? {
        values[field] == nil ? nil : try id(field)
    }
}

extension UInt8 {
    fileprivate var isASCIILetterOrDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
    }
}
