import Contracts
import Domain
import Hummingbird
import Intake
import ServiceKit

/// The page of somebody else's own figures, as long as they share it.
///
/// - `GET /supervision/shared/{share}`: for the supervisors of the site with whom it is shared. Whether they may see it is
///   for the database to say; all others are told that there is nothing, which is written down.
struct SharedReflectionRoutes: Sendable {
    private enum Seen: Sendable {
        /// The visitor's own.
        case own
        case shared(ReflectionShare, OwnPracticeReading.Found)
    }

    let parts: PageParts

    func add(to routes: RouterGroup<PageContext>) {
        routes.get("supervision/shared/:share", use: shared)
    }

    private func shared(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, role) = try context.visitor(to: .seeSharedPractice)
        let id: ReflectionShareID = try context.identity("share")
        let reading = OwnPracticeReading(cases: parts.cases)
        let seen = try await parts.data.look(.reflection, by: visitor, as: role) { connection, looks -> Seen? in
            guard let share = try ShareReading().one(id, on: connection) else { return nil }
            if share.clinician == visitor.subject { return .own }
            looks.note(share.id.stream, at: share.site)
            return .shared(share, try reading.found(of: share.clinician, at: share.site, &looks, on: connection))
        }
        switch seen {
        case .own: return Pages.seeOther("/reflection#sharing")
        case .shared(let share, let found): return page(share, found, context)
        case nil:
            try await parts.data.refuse(id, to: visitor)
            throw Problem.notFound
        }
    }

    private func page(_ share: ReflectionShare, _ found: OwnPracticeReading.Found, _ context: PageContext) -> Response {
        let words = parts.pages.words(context)
        let until = words.time(share.endsAt, in: parts.policy(share.site).zone)
        var values = ReflectionPage(practice: found.practice, isCut: found.isCut, words: words).values
        values["lead"] = words("reflection.shared.lead", ["clinician": share.clinician, "time": until])
        values["isShared"] = true
        let title = words("reflection.shared.title", ["clinician": share.clinician])
        return parts.pages.page(.reflection, title: title, in: .supervision, values, context)
    }
}
