public import Outbound

/// Small blocking requests to the services of this machine.
public enum LoopbackHTTP {
    /// The status of GET, or nil when nobody answers.
    public static func status(port: Int, path: String, timeout: Duration = .seconds(2)) -> Int? {
        get(port: port, path: path, timeout: timeout)?.status
    }

    /// The answer to GET, or nil when nobody answers.
    public static func get(
        port: Int, path: String, headers: [Header] = [], timeout: Duration = .seconds(2)
    ) -> HTTPResponse? {
        guard let session = try? CurlSession(proxy: .none),
            let request = try? HTTPRequest(
                .get, url: "http://127.0.0.1:\(port)\(path)", headers: headers, timeout: timeout, connectTimeout: timeout)
        else { return nil }
        return try? session.send(request)
    }
}
