public import HTTPTypes

/// An address of a service, and who is let in there.
public struct Endpoint: Hashable, Sendable {
    /// How somebody shows that they may.
    public enum Entry: Hashable, Sendable {
        /// Anybody may ask; the sentence says why that harms nobody.
        case anybody(because: String)
        /// An access token, or in the portal a session, with one of the action's roles.
        case role(Action)
        /// A link or code that was given to one person.
        case invitation
    }

    /// What of clients' data is behind it, and so what the caller's sites must hold.
    public enum Reach: String, Hashable, Sendable {
        /// Nothing of clients.
        case none
        /// One thing, named in the path or body: of another site it looks as if it were not there, or is refused.
        case thing
        /// A list or figures: what is of other sites is not in it.
        case list
    }

    public let service: String
    public let method: HTTPRequest.Method
    /// As the router writes it, e.g. `/v1/alerts/{alert}`.
    public let path: String
    public let entry: Entry
    public let reach: Reach

    /// The action, where one is asked for.
    public var action: Action? { if case .role(let action) = entry { action } else { nil } }

    /// Those of a service, the operational ones among them.
    public static func all(of service: String) -> [Endpoint] { all.filter { $0.service == service } }

    /// Every address of every service.
    public static let all: [Endpoint] = ingestion + alerting + notification + audit + scoring + portal

    /// What every service has.
    static func operational(_ service: String) -> [Endpoint] {
        let table = EndpointTable(service)
        let health = Entry.anybody(because: "it says what works, and nothing of clients")
        let contract = Entry.anybody(because: "it says how to ask, which is no secret")
        return [
            table.get("/live", health), table.get("/ready", health),
            table.get("/metrics", .anybody(because: "figures of the process without client data; kept inside by the network")),
            table.get("/openapi.yaml", contract), table.get("/asyncapi.yaml", contract),
        ]
    }
}

/// Short forms for the lists of endpoints.
struct EndpointTable {
    let service: String
    init(_ service: String) { self.service = service }

    func get(_ path: String, _ entry: Endpoint.Entry, _ reach: Endpoint.Reach = .none) -> Endpoint {
        Endpoint(service: service, method: .get, path: path, entry: entry, reach: reach)
    }

    func post(_ path: String, _ entry: Endpoint.Entry, _ reach: Endpoint.Reach = .none) -> Endpoint {
        Endpoint(service: service, method: .post, path: path, entry: entry, reach: reach)
    }
}
