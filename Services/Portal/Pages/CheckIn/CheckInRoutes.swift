import Catalogue
import Contracts
import Domain
import HTTPTypes
import Hummingbird
import Intake
import ServiceKit

/// The measures of a check-in that has begun.
///
/// - `GET /check-in/{token}/next`: to the first measure without an answer, in the end to the summary
/// - `GET /check-in/{token}/m/{instrument}`, `POST` with the answers, or with `decline`
/// - `GET /check-in/{token}/summary`: what was recorded
struct CheckInRoutes: Sendable {
    let checkIn: CheckInParts

    func add(to routes: RouterGroup<PageContext>) {
        routes.get("check-in/:token/next", use: next)
        routes.get("check-in/:token/m/:instrument", use: measure)
        routes.post("check-in/:token/m/:instrument", use: answer)
        routes.get("check-in/:token/summary", use: summary)
    }

    /// Where somebody is in a check-in.
    private struct Place {
        let visitor: Visitor
        let invitation: Invitation
        let path: String
    }

    /// The check-in of this visitor; nil where it is not theirs, or not any more.
    private func place(_ context: PageContext) async throws -> Place? {
        guard let id = context.parameters.get("token").flatMap({ checkIn.seal.invitation(in: $0) }),
            let visitor = context.visitor, let client = visitor.client,
            let invitation = try await checkIn.invitations.find(id), invitation.client == client,
            case .begun = invitation.state
        else { return nil }
        return Place(visitor: visitor, invitation: invitation, path: checkIn.path(of: id))
    }

    /// Leads to the link's own page, which says what is the matter.
    private func door(_ context: PageContext) -> Response {
        Pages.seeOther("/check-in/\(context.parameters.get("token") ?? "")")
    }

    // MARK: - Reading

    /// - Parameter isShown: false where nothing of the episode reaches the page.
    private func read(_ place: Place, isShown: Bool) async throws -> CheckIn {
        let (cases, catalogue) = (checkIn.parts.cases, checkIn.parts.catalogue())
        let invitation = place.invitation
        let found: CheckIn?
        if isShown {
            found = try await checkIn.parts.data.look(.checkIn, by: place.visitor, as: .client) { connection, looks in
                let found = try cases.one(invitation.episode, asOf: looks.now.day, on: connection)
                if let found { looks.note(found.episode, at: found.site, of: invitation.participant) }
                return found.map { CheckIn(invitation, of: $0, catalogue: catalogue) }
            }
        } else {
            found = try await checkIn.parts.data.read(by: place.visitor) { connection in
                try cases.one(invitation.episode, asOf: Timestamp.now.day, on: connection)
                    .map { CheckIn(invitation, of: $0, catalogue: catalogue) }
            }
        }
        guard let found else { throw Problem.notFound }
        return found
    }

    private func wording(_ instrument: Instrument, _ context: PageContext) -> MeasureWording? {
        MeasureWording(of: instrument.reference, in: context.language, from: checkIn.parts.texts)
    }

    // MARK: - Pages

    private func next(_ request: Request, _ context: PageContext) async throws -> Response {
        guard let place = try await place(context) else { return door(context) }
        let found = try await read(place, isShown: false)
        let due = found.measures.first { $0.answer == nil && wording($0.instrument, context) != nil }
        return Pages.seeOther(
            due.map { "\(place.path)/m/\($0.instrument.reference.id)" } ?? "\(place.path)/summary")
    }

    private func measure(_ request: Request, _ context: PageContext) async throws -> Response {
        guard let place = try await place(context) else { return door(context) }
        let found = try await read(place, isShown: true)
        let measure = try measure(found, context)
        if case .scored = measure.answer { return Pages.seeOther("\(place.path)/summary") }
        return page(measure.instrument, of: found, place, nil, request, context)
    }

    private func measure(_ found: CheckIn, _ context: PageContext) throws -> CheckIn.Measure {
        guard let measure = found.measure(try context.name("instrument")) else { throw Problem.notFound }
        return measure
    }

    private func page(
        _ instrument: Instrument, of found: CheckIn, _ place: Place, _ sent: MeasureAnswers?, _ request: Request,
        _ context: PageContext
    ) -> Response {
        let words = checkIn.parts.pages.words(context)
        guard let wording = wording(instrument, context) else {
            return checkIn.parts.pages.page(
                .checkInUnworded, title: instrument.title,
                MeasurePage.unworded(instrument, path: place.path, token: context.formToken, words), context)
        }
        let answerable = found.measures.filter { self.wording($0.instrument, context) != nil }
        let page = MeasurePage(
            instrument: instrument, wording: wording, path: place.path,
            place: (answerable.firstIndex { $0.instrument.reference == instrument.reference } ?? 0) + 1,
            count: answerable.count, sent: sent, takesComments: checkIn.takesComments,
            // On a shared device nothing is left behind.
            keptAs: checkIn.isKept(place.invitation.id, in: request) ? place.invitation.id.description : nil, words: words)
        return checkIn.parts.pages.page(
            .checkInMeasure, title: page.title, page.values, context, status: sent == nil ? .ok : .unprocessableContent)
    }

    private func summary(_ request: Request, _ context: PageContext) async throws -> Response {
        guard let place = try await place(context) else { return door(context) }
        let found = try await read(place, isShown: true)
        let words = checkIn.parts.pages.words(context)
        let page = SummaryPage(
            found: found, path: place.path, words: words, keptAs: place.invitation.id.description,
            title: { wording($0, context)?.texts.title ?? $0.title }, isWorded: { wording($0, context) != nil })
        return checkIn.parts.pages.page(.checkInSummary, title: words["checkin.summary.title"], page.values, context)
    }

    // MARK: - Recording

    private func answer(_ request: Request, _ context: PageContext) async throws -> Response {
        guard let place = try await place(context) else { return door(context) }
        let found = try await read(place, isShown: false)
        let measure = try measure(found, context)
        let content: DraftContent
        if context.form["decline"] != nil {
            content = .decline(declined(measure.instrument, place.invitation))
        } else {
            guard wording(measure.instrument, context) != nil else { throw Problem.notFound }
            let sent = MeasureAnswers(context.form, for: measure.instrument)
            guard let answers = sent.answers else {
                return page(measure.instrument, of: found, place, sent, request, context)
            }
            content = .rating(
                rating(answers, sent.comment, on: measure.instrument.reference, place.invitation))
        }
        do {
            try await checkIn.parts.commands.record(
                CommandDraft(episode: place.invitation.episode, site: place.invitation.site, content: content),
                by: place.visitor, trace: context.trace)
        } catch let refused as CommandRefused {
            // The first answer stands: it is what the next page shows.
            guard refused.refusal == .idReused else { throw Problem.conflict("not-recorded", title: "Nothing was recorded") }
        }
        return Pages.seeOther("\(place.path)/next")
    }

    private func rating(
        _ answers: Answers, _ comment: String?, on instrument: InstrumentReference, _ invitation: Invitation
    ) -> RatingDraft {
        RatingDraft(
            name: .id(invitation.ratingID(on: instrument)), participant: invitation.participant, instrument: instrument,
            session: invitation.session, day: invitation.day, answers: answers,
            comment: checkIn.takesComments ? comment : nil)
    }

    private func declined(_ instrument: Instrument, _ invitation: Invitation) -> RatingDeclined {
        RatingDeclined(
            id: invitation.declineID(on: instrument.reference), participant: invitation.participant,
            instrument: instrument.reference, purpose: instrument.purpose, session: invitation.session,
            day: invitation.day)
    }
}

extension Invitation {
    /// The day of what is answered.
    fileprivate var day: CalendarDay {
        switch state {
        case .begun(let begun): begun.day
        case .open, .ended: Timestamp.now.day
        }
    }
}
