public import Contracts
public import Domain
public import Hummingbird
import NIOCore

/// What is known about a request before its caller is.
public struct ServiceRequestContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// The `X-Request-Id` the caller gave, or one made here.
    public internal(set) var requestID: String
    /// The caller's trace, or a new one where none came that can be read.
    public internal(set) var trace: TraceContext
    /// Who asks, once a token was verified.
    public internal(set) var caller: Caller?

    /// The address at the other end of the connection, without its port: of a proxy, where one stands in between.
    public let peer: String?

    /// Most bytes a body may have unless a route says otherwise.
    public var maxUploadSize: Int { ServiceHTTP.defaultBodyLimit }

    public init(source: Source) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress
        requestID = ""
        trace = .root()
    }
}

/// A request whose caller is known.
public struct CallerContext: ChildRequestContext {
    public var coreContext: CoreRequestContextStorage
    public let requestID: String
    /// What is caused by the request belongs to this trace.
    public let trace: TraceContext
    public let caller: Caller

    /// Most bytes a body may have unless a route says otherwise.
    public var maxUploadSize: Int { ServiceHTTP.defaultBodyLimit }

    public init(context: ServiceRequestContext) throws {
        guard let caller = context.caller else { throw Problem.missingToken }
        self.caller = caller
        coreContext = context.coreContext
        requestID = context.requestID
        trace = context.trace
    }
}

extension RequestContext {
    /// An id in the path; text of another form is no address (404).
    public func identity<ID: Identity>(_ parameter: String, as type: ID.Type = ID.self) throws(Problem) -> ID {
        guard let text = parameters.get(parameter), let id = ID(text) else { throw Problem.notFound }
        return id
    }

    /// A name in the path; text of another form is no address (404).
    public func name<N: Name>(_ parameter: String, as type: N.Type = N.self) throws(Problem) -> N {
        guard let text = parameters.get(parameter), let name = N(text) else { throw Problem.notFound }
        return name
    }
}
