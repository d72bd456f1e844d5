import HTTPTypes
public import Hummingbird
import HummingbirdCore
public import Logging
import Metrics
import NIOCore
public import ServiceLifecycle

/// The HTTP side of a service: operational routes, own routes, and how requests are treated.
public struct ServiceHTTP {
    /// Most bytes of a body unless a route says otherwise.
    public static let defaultBodyLimit = 1 << 20

    /// Routes that anybody may ask.
    public let routes: ServiceRoutes
    /// Counts the requests of each caller; held for tokens here, and by whoever knows callers in another way.
    public let callerRate: CallerRate

    private let settings: Settings
    private let registry: PrometheusRegistry
    private let verifier: TokenVerifier?
    private let logger: Logger

    /// Prepares the routes.
    ///
    /// - Parameters:
    ///   - settings: with ``HTTPSettings`` declared.
    ///   - contract: the OpenAPI document of the service.
    ///   - verifier: needed for ``authenticated(_:to:)``.
    public init(
        settings: Settings, health: Health, registry: PrometheusRegistry, contract: [UInt8],
        verifier: TokenVerifier? = nil, logger: Logger
    ) {
        self.settings = settings
        self.registry = registry
        self.verifier = verifier
        self.logger = logger
        routes = ServiceRoutes()
        callerRate = CallerRate(
            perSecond: settings[HTTPSettings.callerRate], burst: settings[HTTPSettings.callerBurst], factory: registry)
        registry.describe(HTTPDescriptions.all)
        routes.add(middleware: RequestObservation(limit: settings[HTTPSettings.requestLimit], registry: registry))
        routes.add(middleware: AddressLimit())
        OperationalRoutes.add(to: routes, health: health, registry: registry, contract: contract)
    }

    /// Routes for callers with a good token and one of the roles that an action asks for. What they see of a site's data
    /// is for ``ScopedReading`` to hold.
    public func authenticated(_ path: RouterPath = "", to action: Action) -> RouterGroup<CallerContext> {
        guard let verifier else { preconditionFailure("a service with authenticated routes needs a token verifier") }
        return routes.group(path)
            .add(middleware: BearerAuthentication(verifier: verifier, roles: Set(action.roles), factory: registry))
            .add(middleware: CallerRateLimit(rate: callerRate))
            .group(context: CallerContext.self)
    }

    /// The server. It listens when it runs, and drains when the service stops.
    ///
    /// - Parameter onListening: told the actual port, which a setting of 0 leaves open.
    public func service(onListening: @escaping @Sendable (Int) -> Void = { _ in }) -> some Service {
        let (readLimit, writeLimit) = (settings[HTTPSettings.readLimit], settings[HTTPSettings.writeLimit])
        let portFile = settings[HTTPSettings.portFile]
        let (logger, registry) = (self.logger, self.registry)
        let channel = HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                ConnectionRules(readLimit: readLimit, writeLimit: writeLimit, factory: registry)
            ],
            idleTimeout: TimeAmount(settings[HTTPSettings.idleLimit]),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: HeadRefusal.largestField, maxHeaderListSize: HeadRefusal.largestHead,
                maxHeaderFieldCount: HeadRefusal.mostFields))
        return Application(
            responder: routes.buildResponder(),
            server: .http1(configuration: channel),
            configuration: .init(
                address: .hostname(settings[HTTPSettings.host], port: settings[HTTPSettings.port]),
                availableConnectionsDelegate: OpenConnections(
                    limit: settings[HTTPSettings.connectionLimit], factory: registry)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? 0
                logger.info("Listening", metadata: ["port": .stringConvertible(port)])
                Self.announce(port, in: portFile, logger)
                onListening(port)
            },
            logger: logger)
    }

    private static func announce(_ port: Int, in file: String?, _ logger: Logger) {
        guard let file else { return }
        do throws(FileError) {
            try PrivateFile.replace(file, Array("\(port)\n".utf8), mode: 0o644)
        } catch {
            logger.error("Port file cannot be written", metadata: ["path": "\(error.path)", "reason": "\(error)"])
        }
    }
}

/// Refuses addresses that are longer than any of ours (414).
struct AddressLimit: RouterMiddleware {
    typealias Context = ServiceRequestContext
    static let limit = 4096

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard request.uri.description.utf8.count <= Self.limit else {
            throw Problem(
                "address-too-long", .uriTooLong, title: "The address is too long",
                detail: "At most \(Self.limit) bytes are accepted.")
        }
        return try await next(request, context)
    }
}
