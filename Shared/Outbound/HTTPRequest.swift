public enum HTTPMethod: String, Hashable, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
}

/// A request over `http` or `https`. Its descriptions show the method and the host, nothing else.
public struct HTTPRequest: Sendable {
    public let method: HTTPMethod
    public let url: String
    public let headers: [Header]
    public let body: [UInt8]
    /// For the whole exchange, connecting included.
    public let timeout: Duration
    public let connectTimeout: Duration
    /// Longer answers end in ``OutboundError/responseTooLarge(limit:)``.
    public let maxResponseBytes: Int
    let destination: Destination

    /// - Throws: ``OutboundError/refusedURL`` unless `url` is an absolute `http` or `https` URL.
    public init(
        _ method: HTTPMethod, url: String, headers: [Header] = [], body: [UInt8] = [],
        timeout: Duration = .seconds(30), connectTimeout: Duration = .seconds(10),
        maxResponseBytes: Int = 1 << 20
    ) throws(OutboundError) {
        destination = try Destination(url: url, schemes: ["http", "https"])
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.maxResponseBytes = maxResponseBytes
    }
}

extension HTTPRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "\(method.rawValue) \(destination)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

public struct HTTPResponse: Hashable, Sendable {
    /// Of the final response. Redirects are not followed: a 3xx stands here like any other.
    public let status: Int
    /// In the order received.
    public let headers: [Header]
    public let body: [UInt8]

    /// The first value of a header, whatever the case of its name.
    public func header(_ name: String) -> String? { headers.first { $0.isNamed(name) }?.value }
}
