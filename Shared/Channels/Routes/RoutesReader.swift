import Contracts
import Domain
import FoundationEssentials

extension Routes {
    /// Reads the routes file.
    ///
    ///     default:                     # for sites that are not listed, and for what a site gives to nobody
    ///       - id: duty-desk
    ///         channel:
    ///           email: {address: duty@clinic.example}
    ///         second_channel:          # when a message over the first was given up; of another kind than that
    ///           inbox: {user: u-17}    # the subject that they sign in under
    ///         language: de             # en if left out
    ///         kinds: [all]             # or safety, deteriorating, not_on_track, alliance; all if left out
    ///         escalations: true        # also told when nobody has answered in time; true if left out
    ///     sites:
    ///       north:
    ///         - id: north-bridge
    ///           channel:
    ///             webhook: {url: "https://bridge.example/alerts", key_id: "2026-1", key_file: bridge.key}
    ///         - role: clinician        # of the alert's episode: ``DirectoryRoutes``
    ///     times:                       # of mails that are not urgent; `default` for sites that are not listed
    ///       north: {time_zone: Europe/Berlin, quiet: {from: "20:00", to: "07:00"}, digest: "08:00",
    ///               limit: {messages: 20, minutes: 60}}
    ///     rearm: {default: 72, north: 24}   # hours: ``Rearm``
    ///     untold: [guarded]            # kinds that nobody need be told of
    ///
    /// A recipient may be listed at several sites, with the same contact, and may have `times` of their own. A key file
    /// is looked for beside the routes file; its text without the line break at the end is the key of the signature,
    /// byte for byte.
    ///
    /// - Parameter languages: those that there are texts in.
    public static func load(
        file: String, languages: Set<String> = MessageTemplates.builtInLanguages
    ) throws(RoutesError) -> Routes {
        try read(try TextFile.read(file), file: file, languages: languages)
    }

    /// Reads the text of a routes file.
    static func read(_ text: String, file: String, languages: Set<String>) throws(RoutesError) -> Routes {
        let root = try RouteNode.compose(text, file: file)
        var reader = RoutesReader(
            addresses: AddressReader(folder: URL(filePath: file).deletingLastPathComponent()), languages: languages)
        let fields = try root.fields(knowing: "default", "sites", "times", "rearm", "untold")
        let fallback = try fields.required("default")
        let standard = try reader.recipients(fallback)
        try RoutesReader.requireSomebody(
            for: fallback, standard, untold: try fields.optional("untold").map(RoutesReader.kinds) ?? [])
        var sites: [SiteID: [Recipient]] = [:]
        var people: [SiteID: [DirectoryRoutes.Entry]] = [:]
        for (name, place) in try fields.optional("sites")?.fields(RoutesReader.refusalOfSite) ?? [] {
            sites[SiteID(unchecked: name)] = try reader.recipients(place)
            people[SiteID(unchecked: name)] = try DirectoryRoutes.entries(place)
        }
        var times: [SiteID: MessageTimes] = [:]
        var defaultTimes: MessageTimes?
        for (name, place) in try fields.optional("times")?.fields(RoutesReader.refusalOfSite) ?? [] {
            if name == "default" {
                defaultTimes = try place.messageTimes()
            } else {
                times[SiteID(unchecked: name)] = try place.messageTimes()
            }
        }
        return Routes(
            default: standard, sites: sites, defaultTimes: defaultTimes, siteTimes: times,
            people: DirectoryRoutes(default: try DirectoryRoutes.entries(fallback), sites: people),
            rearm: try Rearm(fields.optional("rearm")))
    }
}

struct RoutesReader {
    let addresses: AddressReader
    let languages: Set<String>
    private var known: [RecipientPlace: Recipient.Contact] = [:]

    init(addresses: AddressReader, languages: Set<String>) {
        self.addresses = addresses
        self.languages = languages
    }

    static func refusalOfSite(_ name: String) -> String? {
        SiteID(name) == nil ? "\"\(name)\" is not a site name: \(nameForm)" : nil
    }

    /// What a site gives to nobody goes to those of the default, so somebody must be there: for safety always, for
    /// other kinds unless the file says that nobody need be told. What episodes lack is raised only where a site chooses so:
    /// files that never heard of it stay good.
    static func requireSomebody(
        for place: RouteNode, _ standard: [Recipient], untold: Set<AlertKind>
    ) throws(RoutesError) {
        guard !untold.contains(.safety) else {
            throw place.refusal("somebody must take safety alerts, whatever the site: they cannot be untold")
        }
        // Safety first: of several faults it is the one to hear of.
        for kind in [AlertKind.safety] + AlertKind.allCases where kind.isOfCourse && !untold.contains(kind) {
            for isEscalation in [false, true]
            where !standard.contains(where: { $0.takes(kind, isEscalation: isEscalation) }) {
                throw place.refusal(
                    "somebody must take \(kind.rawValue) alerts\(isEscalation ? " and their escalations" : ""), "
                        + "whatever the site" + (kind == .safety ? "" : "; or list the kind under untold"))
            }
        }
    }

    mutating func recipients(_ place: RouteNode) throws(RoutesError) -> [Recipient] {
        var recipients: [Recipient] = []
        for entry in try place.list() where !DirectoryRoutes.holds(entry) {
            let recipient = try recipient(entry)
            guard !recipients.contains(where: { $0.place == recipient.place }) else {
                throw entry.refusal("\(recipient.id) is listed twice here for the same channel")
            }
            if let contact = known[recipient.place], contact != recipient.contact {
                throw entry.refusal("\(recipient.id) is listed elsewhere with another address, language or times")
            }
            known[recipient.place] = recipient.contact
            recipients.append(recipient)
        }
        return recipients
    }

    private func recipient(_ place: RouteNode) throws(RoutesError) -> Recipient {
        let fields = try place.fields(
            knowing: "id", "channel", "second_channel", "language", "times", "kinds", "escalations")
        let id = try fields.required("id")
        guard let name = RecipientName(try id.text()) else { throw id.refusal("is not a name: \(nameForm)") }
        return Recipient(
            id: name.text, contact: try contact(fields),
            kinds: try fields.optional("kinds").map(Self.kinds) ?? Set(AlertKind.allCases),
            takesEscalations: try fields.optional("escalations")?.flag() ?? true)
    }

    private func contact(_ fields: RouteFields) throws(RoutesError) -> Recipient.Contact {
        let first = try addresses.address(try fields.required("channel"))
        let second = fields.optional("second_channel")
        let secondAddress = try second.map(addresses.address)
        if let second, secondAddress?.channel == first.channel {
            throw second.refusal("must be of another kind than the first")
        }
        let language = fields.optional("language")
        let tag = try language?.text() ?? MessageTemplates.fallbackLanguage
        guard languages.contains(tag) else {
            throw (language ?? fields.place).refusal(
                "there are no texts in it; known are \(languages.sorted().joined(separator: ", "))")
        }
        return Recipient.Contact(
            address: first, second: secondAddress, language: tag, times: try fields.optional("times")?.messageTimes())
    }

    static func kinds(_ place: RouteNode) throws(RoutesError) -> Set<AlertKind> {
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
}

/// The form of a recipient's id.
private struct RecipientName: Name {
    let text: String
    init(unchecked text: String) { self.text = text }
}

private let nameForm = "1 to 64 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit"

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
