import ArgumentParser
import Channels
import Contracts
import Domain
import FoundationEssentials
import Outbound
import ServiceKit

/// A message without an alert, sent now.
struct NotifyTestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Send a test message to a recipient, or to all of a route, and say each step of the conversation.",
        discussion: """
            Reads the settings that attune-notification reads (routes, texts, mail server, certificates), so run it \
            where that service runs. The message says that somebody is trying, and nothing else; quiet hours and limits \
            do not hold it. Nothing is recorded. Neither credentials nor addresses are printed. A recipient's inbox is \
            kept by the service and is only named, as are people of the directory. Status 0: everybody's server took the message over; 1: not \
            everybody's; 2: the settings are refused; 64: wrong arguments, or nobody of that name.
            """)

    @Option(help: "A recipient's id in the routes.")
    var recipient: String?

    @Option(help: "SITE:KIND, such as north:safety: all who would be told of such an alert.")
    var route: String?

    func validate() throws {
        guard (recipient == nil) != (route == nil) else { throw ValidationError("Give either --recipient or --route.") }
    }

    func run() throws {
        let (settings, templates, routes) = try setUp()
        let (places, people) = try chosen(in: routes)
        guard !places.isEmpty || !people.isEmpty else { throw ValidationError("The routes hold nobody of that name.") }
        for target in people { print("\(target.word): found in the directory when there is an alert; not tried") }
        var areAllTaken = true
        for place in places {
            guard let contact = routes.contact(of: place) else { continue }
            let trial = try MessageTrial(place: place, contact: contact, settings: settings, templates: templates)
            for line in trial.lines { print(line) }
            areAllTaken = areAllTaken && trial.isTaken
        }
        if !areAllTaken { throw ExitCode(1) }
    }

    private func setUp() throws -> (SendingSettings, MessageTemplates, Routes) {
        do {
            let settings = try Settings(ChannelSettings.all)
            let (templates, routes) = try ChannelSettings.load(settings)
            return (try ChannelSettings.sending(settings, for: routes), templates, routes)
        } catch {
            note("attune notify test: \(error)")
            throw ExitCode(2)
        }
    }

    private func chosen(in routes: Routes) throws -> ([RecipientPlace], [DirectoryRoutes.Target]) {
        if let recipient { return (routes.recipients(named: recipient), []) }
        let parts = (route ?? "").split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, let site = SiteID(parts[0]) else {
            throw ValidationError("--route must be SITE:KIND, such as north:safety.")
        }
        guard let kind = AlertKind(rawValue: parts[1]) else {
            let kinds = AlertKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("\(parts[1]) is no kind of alert; kinds are \(kinds).")
        }
        let choice = routes.choice(of: kind, .raised, at: site)
        return (choice.named.map(\.place), choice.people)
    }
}

/// One test message, and what was said about it.
struct MessageTrial {
    let lines: [String]
    let isTaken: Bool

    init(
        place: RecipientPlace, contact: Recipient.Contact, settings: SendingSettings, templates: MessageTemplates
    ) throws {
        let heading = "\(place.id) by \(place.channel.rawValue)"
        if case .inbox = contact.address {
            lines = ["\(heading): kept by the service, read after signing in; not tried"]
            isTaken = true
            return
        }
        let conversation = Conversation()
        let sender = try MessageSender(settings, templates, conversation: conversation)
        let now = Timestamp.now
        let message = OutgoingMessage(
            id: TimeOrderedIdentity.make(at: now),
            notice: Notice(.test, .normal, dueAt: now, site: SiteID(unchecked: "test")), contact: contact, createdAt: now)
        let (outcome, _) = sender.send(message)
        let said = conversation.lines.map { "  \($0)" }
        switch outcome {
        case .delivered(let reply, let template):
            lines = [heading] + said + ["  taken over (\(reply)), text \(template)"]
            isTaken = true
        case .transient(_, let reason, _):
            lines = [heading] + said + ["  not taken over, may be later: \(reason)"]
            isTaken = false
        case .permanent(_, let reason):
            lines = [heading] + said + ["  refused: \(reason)"]
            isTaken = false
        }
    }
}
