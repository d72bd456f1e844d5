public import HTTPTypes
public import Hummingbird

/// The routes of a service. Remembers each path's methods, so that a known path with another method is
/// answered 405 with `Allow` instead of 404.
public final class ServiceRoutes: RouterMethods {
    public typealias Context = ServiceRequestContext

    private let router: Router<ServiceRequestContext>
    private var methods: [String: (path: RouterPath, methods: Set<HTTPRequest.Method>)] = [:]

    init() {
        router = Router(context: ServiceRequestContext.self, options: .autoGenerateHeadEndpoints)
    }

    @discardableResult
    public func on<Responder: HTTPResponder>(
        _ path: RouterPath, method: HTTPRequest.Method, responder: Responder
    ) -> Self where Responder.Context == ServiceRequestContext {
        methods[path.description, default: (path, [])].methods.insert(method)
        router.on(path, method: method, responder: responder)
        return self
    }

    @discardableResult
    public func add(
        middleware: any MiddlewareProtocol<Request, Response, ServiceRequestContext>
    ) -> Self {
        router.add(middleware: middleware)
        return self
    }

    /// Method and path of every route, e.g. `GET /v1/alerts/{alert}`: what ``Endpoint/all`` and the OpenAPI document
    /// must name as well.
    public var addresses: Set<String> { Set(router.routes.map { "\($0.method) \($0.path)" }) }

    func buildResponder() -> RouterResponder<ServiceRequestContext> {
        for (path, known) in methods.values {
            // A GET route answers HEAD as well.
            let allowed = known.contains(.get) ? known.union([.head]) : known
            for method in Self.usualMethods where !allowed.contains(method) {
                router.on(path, method: method) { _, _ -> Response in
                    throw Problem.methodNotAllowed(Array(allowed))
                }
            }
        }
        return router.buildResponder()
    }

    private static let usualMethods: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .patch, .delete, .options, .trace,
    ] + [HTTPRequest.Method("QUERY")].compactMap(\.self)
}
