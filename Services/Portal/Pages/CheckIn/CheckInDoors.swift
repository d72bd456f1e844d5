import Domain
import HTTPTypes
import Hummingbird
import ServiceKit

/// The ways into a check-in.
///
/// - `GET /check-in/{token}`: what the link is. It changes nothing, for mail scanners follow links.
/// - `POST /check-in/{token}`: begins, once
/// - `GET /kiosk`, `POST /kiosk` with `code`: the same at a shared device
/// - `POST /check-in/{token}/leave`, `GET /check-in/thanks`: the end
struct CheckInDoors: Sendable {
    let checkIn: CheckInParts
    let attempts = CodeAttempts()

    func add(to routes: RouterGroup<PageContext>) {
        routes.get("check-in/:token", use: open)
        routes.post("check-in/:token", use: begin)
        routes.post("check-in/:token/leave", use: leave)
        routes.get("check-in/thanks") { _, context in closed(.thanks, context, status: .ok) }
        routes.get("kiosk") { _, context in kiosk(nil, context) }
        routes.post("kiosk", use: enterCode)
    }

    private func open(_ request: Request, _ context: PageContext) async throws -> Response {
        var context = context
        guard let id = context.parameters.get("token").flatMap({ checkIn.seal.invitation(in: $0) }) else {
            return closed(.forged, context)
        }
        guard let invitation = try await checkIn.invitations.find(id) else { return closed(.ended, context) }
        context.language = checkIn.language(of: invitation, request, context)
        switch invitation.state {
        case .ended: return closed(.ended, context)
        case .begun:
            if context.visitor?.client == invitation.client { return Pages.seeOther(checkIn.path(of: id) + "/next") }
            guard resumes(invitation, request) else { return closed(.used, context) }
            return closed(.resume, context, status: .ok, resumes: checkIn.path(of: id))
        case .open:
            let words = checkIn.parts.pages.words(context)
            return checkIn.parts.pages.page(
                .checkInOpen, title: words["checkin.open.title"], ["path": checkIn.path(of: id)], context)
        }
    }

    private func begin(_ request: Request, _ context: PageContext) async throws -> Response {
        guard let id = context.parameters.get("token").flatMap({ checkIn.seal.invitation(in: $0) }) else {
            return closed(.forged, context)
        }
        if let invitation = try await checkIn.invitations.begin(id) {
            return try await checkIn.enter(invitation, keepsIn: true, request, context)
        }
        guard let invitation = try await checkIn.invitations.find(id), invitation.state != .ended else {
            return closed(.ended, context)
        }
        guard resumes(invitation, request) else { return closed(.used, context) }
        return try await checkIn.enter(invitation, keepsIn: true, request, context)
    }

    /// Whether the check-in was begun in this browser, and not long ago.
    private func resumes(_ invitation: Invitation, _ request: Request) -> Bool {
        guard case .begun(let begun) = invitation.state, checkIn.isKept(invitation.id, in: request) else { return false }
        return Timestamp.now.microseconds - begun.microseconds < CheckInParts.resumption.components.seconds * 1_000_000
    }

    private func leave(_ request: Request, _ context: PageContext) async throws -> Response {
        var response = Pages.seeOther("/check-in/thanks")
        if let visitor = context.visitor { try await checkIn.parts.entry.end(visitor, on: &response) }
        checkIn.parts.entry.cookies.remove(.checkIn, on: &response)
        return response
    }

    // MARK: - Codes

    private func enterCode(_ request: Request, _ context: PageContext) async throws -> Response {
        let address = context.peer ?? ""
        guard await attempts.begin(from: address) else {
            return kiosk("checkin.kiosk.wait", context, status: .tooManyRequests)
        }
        guard let code = KioskCode(context.form["code"] ?? "") else {
            // What is no code at all guesses nothing.
            await attempts.wasRight(from: address)
            return kiosk("checkin.kiosk.notEight", context, status: .unprocessableContent)
        }
        guard let invitation = try await checkIn.invitations.begin(codeHashes: checkIn.seal.hashes(of: code)) else {
            return kiosk("checkin.kiosk.wrong", context, status: .unprocessableContent)
        }
        await attempts.wasRight(from: address)
        return try await checkIn.enter(invitation, keepsIn: false, request, context)
    }

    private func kiosk(_ fault: String?, _ context: PageContext, status: HTTPResponse.Status = .ok) -> Response {
        let words = checkIn.parts.pages.words(context)
        return checkIn.parts.pages.page(
            .kiosk, title: words["checkin.kiosk.title"],
            [
                "fault": fault.map { words[$0] } ?? "", "hasFault": fault != nil,
                // A wrong code is shown again, so that the wrong digit is seen.
                "typed": fault == nil ? "" : String((context.form["code"] ?? "").prefix(40)),
            ], context, status: status)
    }

    // MARK: - Pages that only say something

    private enum Closing: String { case forged, ended, used, resume, thanks }

    private func closed(
        _ closing: Closing, _ context: PageContext, status: HTTPResponse.Status = .gone, resumes path: String? = nil
    ) -> Response {
        checkIn.parts.pages.closedCheckIn(
            closing.rawValue, context, status: closing == .forged ? .notFound : status, resumes: path)
    }
}

extension Pages {
    /// A page without a check-in.
    ///
    /// - Parameters:
    ///   - name: of the words, `checkin.<name>.title` and `checkin.<name>.text`.
    ///   - path: where the browser may go on with it all the same.
    func closedCheckIn(
        _ name: String, _ context: PageContext, status: HTTPResponse.Status, resumes path: String? = nil
    ) -> Response {
        let words = words(context)
        return page(
            .checkInClosed, title: words["checkin.\(name).title"],
            ["explanation": words["checkin.\(name).text"], "path": path ?? "", "resumes": path != nil], context,
            status: status)
    }
}
