import Contracts
import Domain
import FHIR
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Persistence
import ServiceKit

/// FHIR R4 for an EHR to fetch: an alert as Flag and as Task, a notification as Communication.
///
/// - `GET /fhir/R4/metadata` (for everybody)
/// - `GET /fhir/R4/{Flag|Task|Communication}?patient=&status=&date=&_lastUpdated=&_count=`
/// - `GET /fhir/R4/{Flag|Task|Communication}/{id}`
struct FHIRRoutes {
    static let baseURL = Setting.url(
        "ATTUNE_FHIR_BASE_URL",
        "Base URL under which other systems reach /fhir/R4, for links in answers; without it links are relative to it.",
        schemes: ["https", "http"]
    ).optional

    let reading: ScopedReading
    /// Without a slash at the end.
    let base: String?
    let version: String

    init(reading: ScopedReading, base: URL?, version: String) {
        self.reading = reading
        let text = base?.absoluteString
        self.base = text.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        self.version = version
    }

    func add(to http: ServiceHTTP) {
        let statement = FHIRCapability.statement(base: base, version: version)
        http.routes.get("fhir/R4/metadata") { _, _ in Self.answer(statement) }
        let reading = http.authenticated("fhir/R4", to: .readRecords)
        reading.get("Flag", use: searchFlags)
        reading.get("Flag/:id") { request, context in try await alert(context, as: \.flag) }
        reading.get("Task", use: searchTasks)
        reading.get("Task/:id") { request, context in try await alert(context, as: \.task) }
        reading.get("Communication", use: searchCommunications)
        reading.get("Communication/:id", use: communication)
    }

    // MARK: - Search

    private func searchFlags(_ request: Request, _ context: CallerContext) async throws -> Response {
        let query = try Self.query(request, knowing: FHIRCapability.flag)
        var search = try Self.search(query, context.caller, "date")
        let wanted = try query.codes("status", of: ["active", "inactive"])
        search.isOpenOnly = wanted == ["active"]
        // Open ones have an index of their own; the others are what is left.
        if wanted == ["inactive"] { search.statuses = ["resolved", "superseded", "withdrawn"] }
        if wanted == [] { search.statuses = [] }
        let chosen = search
        let page = try await reading.answer(to: context.caller) { try FHIRStore.alerts(chosen, withModels: true, on: $0) }
        return answer("Flag", page.resources.map(\.flag), query, page.next)
    }

    private func searchTasks(_ request: Request, _ context: CallerContext) async throws -> Response {
        let query = try Self.query(request, knowing: FHIRCapability.task)
        var search = try Self.search(query, context.caller, "authored-on", "date")
        let wanted = try query.codes("status", of: Set(FHIRAlertState.allCases.map(\.taskStatus)))
        if let wanted {
            let states = FHIRAlertState.states(wanted)
            search.statuses = states.map(\.rawValue)
            let closed: Set<FHIRAlertState> = [.resolved, .superseded, .withdrawn]
            search.isOpenOnly = closed.isDisjoint(with: states)
        }
        let chosen = search
        let page = try await reading.answer(to: context.caller) { try FHIRStore.alerts(chosen, withModels: false, on: $0) }
        return answer("Task", page.resources.map(\.task), query, page.next)
    }

    private func searchCommunications(_ request: Request, _ context: CallerContext) async throws -> Response {
        let query = try Self.query(request, knowing: FHIRCapability.communication)
        var search = try Self.search(query, context.caller, "date")
        let wanted = try query.codes("status", of: Set(FHIRNotification.statuses.values))
        search.statuses = wanted.map { codes in
            FHIRNotification.statuses.filter { codes.contains($0.value) }.map(\.key).sorted()
        }
        let chosen = search
        let page = try await reading.answer(to: context.caller) { try FHIRStore.notifications(chosen, on: $0) }
        return answer("Communication", page.resources.map(\.communication), query, page.next)
    }

    private static func query(_ request: Request, knowing known: [FHIRCapability.Parameter]) throws(Problem) -> FHIRQuery {
        let names = Set(known.map(\.name)).union(["patient:identifier", "subject", "subject:identifier"])
        return try FHIRQuery(
            request.uri.queryParameters.map { (String($0.key), String($0.value)) }, knowing: names)
    }

    private static func search(_ query: FHIRQuery, _ caller: Caller, _ dateNames: String...) throws(Problem) -> FHIRSearch {
        var dates = FHIRDateBounds()
        for name in dateNames where !query.values(name).isEmpty { dates = try query.dates(name) }
        return FHIRSearch(
            sites: caller.sites.listed, patients: try query.patients(), dates: dates,
            lastUpdated: try query.dates("_lastUpdated"), cursor: try query.cursor(), count: try query.count())
    }

    // MARK: - Read

    private func alert(_ context: CallerContext, as form: @Sendable (FHIRAlert) -> JSON) async throws -> Response {
        let id = try context.identity("id", as: AlertID.self)
        // Another site's alert is not there.
        guard let alert = try await reading.answer(to: context.caller, { try FHIRStore.alert(id, on: $0) }) else {
            throw Problem.notFound
        }
        return Self.answer(form(alert))
    }

    private func communication(_ request: Request, _ context: CallerContext) async throws -> Response {
        let id = try context.identity("id", as: DeliveryID.self)
        guard let notification = try await reading.answer(to: context.caller, { try FHIRStore.notification(id, on: $0) })
        else { throw Problem.notFound }
        return Self.answer(notification.communication)
    }

    // MARK: - Answers

    private func answer(_ type: String, _ resources: [JSON], _ query: FHIRQuery, _ next: FHIRQuery.Cursor?) -> Response {
        Self.answer(
            FHIRElement.searchset(
                resources, own: query.own(type), next: next.map { query.next(type, behind: $0) }, base: base))
    }

    private static func answer(_ document: JSON) -> Response { document.response(type: FHIRElement.mediaType) }
}
