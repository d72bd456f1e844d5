import Contracts
import Domain
import HTTPTypes
import Hummingbird
import ServiceKit

/// Inviting somebody to a check-in.
///
/// - `GET /episodes/{id}/invitations`: whom, and for which session
/// - `POST /episodes/{id}/invitations` with `participant`, `session`, `language`: the link and the code, shown once
struct InvitationRoutes: Sendable {
    private static let sessions = 1...9999

    let checkIn: CheckInParts

    func add(to routes: RouterGroup<PageContext>) {
        routes.get("episodes/:episode/invitations", use: ask)
        routes.post("episodes/:episode/invitations", use: make)
    }

    private func ask(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, role) = try context.visitor(to: .invite)
        return form(try await found(context, visitor, role), [:], context)
    }

    /// The episode, with the look written down; a refusal is written down where there is such an episode.
    private func found(_ context: PageContext, _ visitor: Visitor, _ role: Role) async throws -> EpisodeCase {
        let id: EpisodeID = try context.identity("episode")
        let cases = checkIn.parts.cases
        let found = try await checkIn.parts.data.look(.checkIn, by: visitor, as: role) { connection, looks in
            let found = try cases.one(id, asOf: looks.now.day, on: connection)
            if let found { looks.note(found.episode, at: found.site) }
            return found
        }
        guard let found else {
            try await checkIn.parts.data.refuse(.checkIn, of: id, to: visitor)
            throw Problem.notFound
        }
        return found
    }

    private func make(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, role) = try context.visitor(to: .invite)
        let found = try await found(context, visitor, role)
        let words = checkIn.parts.pages.words(context)
        let participant = context.form["participant"].flatMap { ParticipantID($0) }
        let session = context.form["session"].flatMap { Int($0) }
        var faults: [String: String] = [:]
        if !found.view.participants.contains(where: { $0.id == participant }) {
            faults["participant"] = words["checkin.invite.noParticipant"]
        }
        if session.map(Self.sessions.contains) != true { faults["session"] = words["checkin.invite.noSession"] }
        if found.closedOn != nil { faults["session"] = words["checkin.invite.closed"] }
        guard faults.isEmpty, let participant, let session else { return form(found, faults, context) }
        let draft = InvitationStore.Draft(
            site: found.site, client: Visitor.Client(episode: found.episode, participant: participant), session: session,
            language: context.form["language"].flatMap(Language.init(rawValue:)) ?? context.language,
            madeBy: visitor.subject)
        return try await made(draft, context)
    }

    private func made(_ draft: InvitationStore.Draft, _ context: PageContext) async throws -> Response {
        // Another invitation may have the same code; that eight of them are taken does not happen.
        let codes = (0..<8).map { _ in KioskCode.random() }
        let kept = try await checkIn.invitations.make(draft, codeHashes: codes.map(checkIn.seal.hash), at: .now)
        guard let kept else { throw Problem.unavailable("codes", retryAfterSeconds: 1) }
        let words = checkIn.parts.pages.words(context)
        return checkIn.parts.pages.page(
            .invited, title: words["checkin.invited.title"], in: .caseload,
            [
                "link": checkIn.base + checkIn.path(of: kept.id), "code": codes[kept.code].text,
                "kiosk": checkIn.base + "/kiosk", "back": "/episodes/\(draft.client.episode)",
                "forWhom": words(
                    "checkin.invited.forWhom",
                    [
                        "client": CodeName.text(of: draft.client.episode), "session": words.integer(draft.session),
                    ]),
                "linkEnds": words("checkin.invited.linkEnds", ["time": duration(checkIn.invitations.linkLifetime, words)]),
                "codeEnds": words("checkin.invited.codeEnds", ["time": duration(checkIn.invitations.codeLifetime, words)]),
            ], context)
    }

    private func duration(_ duration: Duration, _ words: Words) -> String {
        let minutes = Int(duration.components.seconds) / 60
        if minutes >= 2880 { return words("checkin.invited.days", count: minutes / 1440) }
        if minutes >= 120 { return words("checkin.invited.hours", count: minutes / 60) }
        return words("checkin.invited.minutes", count: minutes)
    }

    private func form(_ found: EpisodeCase, _ faults: [String: String], _ context: PageContext) -> Response {
        let words = checkIn.parts.pages.words(context)
        let held = found.view.sessions.map(\.number).max() ?? 0
        let chosen = context.form["participant"]
        return checkIn.parts.pages.page(
            .invite, title: words("checkin.invite.title", ["client": CodeName.text(of: found.episode)]), in: .caseload,
            [
                "action": "/episodes/\(found.episode)/invitations", "isOpen": found.closedOn == nil,
                "session": context.form["session"].map { String($0.prefix(8)) } ?? String(held + 1),
                "participantFault": faults["participant"] ?? "", "hasParticipantFault": faults["participant"] != nil,
                "sessionFault": faults["session"] ?? "", "hasSessionFault": faults["session"] != nil,
                "participants": found.view.participants.enumerated().map { index, participant in
                    [
                        "id": participant.id.description,
                        "who": words(
                            "checkin.invite.\(Self.word(participant.role))", ["code": CodeName.text(of: participant.id)]),
                        "isChosen": chosen.map { $0 == participant.id.description } ?? (index == 0),
                    ] as [String: Any]
                },
                "spoken": Language.allCases.map {
                    ["code": $0.rawValue, "name": $0.ownName, "isChosen": $0 == context.language] as [String: Any]
                },
            ], context, status: faults.isEmpty ? .ok : .unprocessableContent)
    }

    private static func word(_ role: RaterRole) -> String {
        switch role {
        case .`self`: "client"
        case .caretaker: "caretaker"
        case .clinician: "clinician"
        case .collateral: "collateral"
        }
    }
}
