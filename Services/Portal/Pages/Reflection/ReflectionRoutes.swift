import Contracts
import Domain
import Hummingbird
import Intake
import Persistence
import ServiceKit

/// A clinician's own figures: for them alone, unless they share the page with the supervisors of a site.
///
/// - `GET /reflection`: of whoever asks
/// - `POST /reflection/share`, `POST /reflection/share/end`: sharing it for some days, and taking it back
struct ReflectionRoutes: Sendable {
    let parts: PageParts

    func add(to routes: RouterGroup<PageContext>) {
        routes.get("reflection", use: reflection)
        routes.post("reflection/share", use: share)
        routes.post("reflection/share/end", use: end)
    }

    private func reflection(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, role) = try context.visitor(to: .seeOwnPractice)
        let reading = OwnPracticeReading(cases: parts.cases)
        let (found, sharing) = try await parts.data.look(.reflection, by: visitor, as: role) { connection, looks in
            let found = try reading.found(of: visitor.subject, &looks, on: connection)
            let (running, others) = try ShareReading().own(of: visitor.subject, at: looks.now, on: connection)
            let next: ReflectionShareID = TimeOrderedIdentity.make(at: looks.now)
            return (found, SharingPart.Shown(running: running, others: others, next: next))
        }
        let words = parts.pages.words(context)
        let part = SharingPart(shown: sharing, zone: { parts.policy($0).zone }, words: words)
        var values = ReflectionPage(practice: found.practice, isCut: found.isCut, words: words).values
        values["lead"] = part.lead
        values["sharing"] = part.values
        return parts.pages.page(.reflection, title: words["reflection.title"], in: .reflection, values, context)
    }

    private func share(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, _) = try context.visitor(to: .seeOwnPractice)
        let words = parts.pages.words(context)
        let form = FormReading(context.form, words)
        let id: ReflectionShareID = try form.identity("id")
        guard let days = try Int(context.form.required("days")), ReflectionSharing.days.contains(days) else {
            throw FieldError(pointer: "/days", detail: words["reflection.sharing.fault"])
        }
        guard let site = SiteID(try context.form.required("site")) else { throw Problem.notFound }
        let caller = visitor.caller
        do {
            try await parts.commands.asIntake { connection in
                try ReflectionSharing.share(id, at: site, days: days, by: caller, on: connection)
            }
        } catch SharingRefusal.notYours {
            throw Problem.notFound
        } catch SharingRefusal.isShared {
            // The page shows what is running.
        } catch let error as DatabaseError {
            // An old form sent once more for another site: its share is known by then, and the page has a new form.
            guard case .uniqueViolation = error.kind else { throw error }
        }
        return Pages.seeOther("/reflection#sharing")
    }

    private func end(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, _) = try context.visitor(to: .seeOwnPractice)
        let id: ReflectionShareID = try FormReading(context.form, parts.pages.words(context)).identity("id")
        let caller = visitor.caller
        do {
            try await parts.commands.asIntake { connection in try ReflectionSharing.end(id, by: caller, on: connection) }
        } catch is SharingRefusal {
            throw Problem.notFound
        }
        return Pages.seeOther("/reflection#sharing")
    }
}
