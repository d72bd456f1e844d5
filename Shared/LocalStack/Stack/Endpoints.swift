/// Where the parts of a running stack answer.
public struct Endpoints: Sendable {
    /// libpq URL of the superuser, with password: not for logs.
    public var database: String
    public var kafka: String
    public var smtp: String
    public var webhook: String
    public var ports: [StackService: Int]

    /// `http://127.0.0.1:PORT` of a service; nil while it is not running.
    public func url(_ service: StackService) -> String? {
        ports[service].map { "http://127.0.0.1:\($0)" }
    }
}
