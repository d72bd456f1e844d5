import Hummingbird
import Logging
import NIOCore
import ServiceKit

/// How the pipeline runs, for whoever keeps it running. No client data, so that no look is written down.
///
/// - `GET /operations`; `GET /operations/figures`: the part of it that changes, for a script
struct OperationsPages: Sendable {

    let parts: PageParts
    let watch: OperationsWatch

    func add(to routes: RouterGroup<PageContext>) {
        routes.get("operations", use: page)
        routes.get("operations/figures", use: figures)
    }

    private func page(_ request: Request, _ context: PageContext) async throws -> Response {
        let view = try await view(context)
        return parts.pages.page(
            .operations, title: parts.pages.words(context)["operations.title"], in: .operations, view, context)
    }

    private func figures(_ request: Request, _ context: PageContext) async throws -> Response {
        Pages.html(parts.pages.part(.operationsFigures, try await view(context), context))
    }

    private func view(_ context: PageContext) async throws -> [String: Any] {
        let (visitor, _) = try context.visitor(to: .operate)
        let samples = try await watch.history()
        let state = try await parts.data.read(by: visitor) { try OperationsState(on: $0) }
        return OperationsView(
            figures: OperationsFigures(samples: samples), state: state, words: parts.pages.words(context)
        ).values
    }
}
