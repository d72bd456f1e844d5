import CCurl

/// What of a URL may be shown and has to be checked. Path and query of a webhook are often its
/// secret, so neither is kept here.
struct Destination: Hashable, Sendable {
    let scheme: String
    let host: String
    let port: String
    let hasUserInfo: Bool
    let hasPath: Bool

    /// Takes the URL apart as libcurl will when it connects.
    init(url: String, schemes: Set<String>) throws(OutboundError) {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }), let parts = curl_url() else { throw .refusedURL }
        defer { curl_url_cleanup(parts) }
        guard curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK else { throw .refusedURL }
        func part(_ part: CURLUPart, flags: UInt32 = 0) -> String? {
            var text: UnsafeMutablePointer<CChar>?
            guard curl_url_get(parts, part, &text, flags) == CURLUE_OK, let text else { return nil }
            defer { curl_free(text) }
            return String(cString: text)
        }
        guard let scheme = part(CURLUPART_SCHEME), schemes.contains(scheme), let host = part(CURLUPART_HOST),
            !host.isEmpty, let port = part(CURLUPART_PORT, flags: UInt32(CURLU_DEFAULT_PORT))
        else { throw .refusedURL }
        self.scheme = scheme
        self.host = host
        self.port = port
        hasUserInfo = part(CURLUPART_USER) != nil || part(CURLUPART_PASSWORD) != nil
        hasPath = (part(CURLUPART_PATH) ?? "/") != "/" || part(CURLUPART_QUERY) != nil
    }

    var isLoopback: Bool { ["localhost", "127.0.0.1", "[::1]"].contains(host) }
}

extension Destination: CustomStringConvertible {
    var description: String { "\(scheme)://\(host):\(port)" }
}
