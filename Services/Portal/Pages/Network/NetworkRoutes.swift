import Domain
import Hummingbird
import ServiceKit

/// Outcome, alliance, drop-out and answers to alerts by site, service and group of clients.
///
/// - `GET /network?period=2026&measure=ors&by=site`: for those who answer for sites
struct NetworkRoutes: Sendable {
    let parts: PageParts
    private let counting: NetworkCounting

    init(parts: PageParts) {
        self.parts = parts
        counting = NetworkCounting(
            reading: NetworkReading(data: parts.data, cases: parts.cases), logger: parts.logger)
    }

    func add(to routes: RouterGroup<PageContext>) {
        routes.get("network", use: network)
    }

    private func network(_ request: Request, _ context: PageContext) async throws -> Response {
        let (visitor, _) = try context.visitor(to: .seeFigures)
        let words = parts.pages.words(context)
        let figures = try await counting.figures(for: visitor, patience: .seconds(8))
        let query = request.uri.queryParameters
        let page = NetworkPage(figures: figures, catalogue: parts.catalogue(), words: words)
        let values = page.values(
            period: query["period"].map(String.init), measure: query["measure"].map(String.init),
            grouping: query["by"].map(String.init))
        return parts.pages.page(.network, title: words["network.title"], in: .network, values, context)
    }
}
