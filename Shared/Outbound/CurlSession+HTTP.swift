import CCurl

extension CurlSession {
    /// Sends a request and waits for the response, of whatever status. Redirects are not followed:
    /// whoever configured the URL did not vouch for another one.
    public func send(_ request: HTTPRequest) throws(OutboundError) -> HTTPResponse {
        let transfer = Transfer(limit: max(0, request.maxResponseBytes), upload: request.body)
        try prepare(
            transfer, url: request.url, protocols: "http,https", timeout: request.timeout,
            connectTimeout: request.connectTimeout)
        try set(CURLOPT_HEADERFUNCTION, Transfer.receiveHeader)
        try set(CURLOPT_HEADERDATA, pointer: transfer.context)
        try setMethod(of: request)
        let headers = try CurlList(Self.lines(for: request))
        try set(CURLOPT_HTTPHEADER, pointer: headers.head)
        let (status, result) = run(transfer)
        extendLifetime(headers)
        guard !transfer.isTooLarge else { throw .responseTooLarge(limit: request.maxResponseBytes) }
        guard result == CURLE_OK else { throw error(result) }
        return HTTPResponse(status: status, headers: transfer.headers, body: transfer.body)
    }

    private func setMethod(of request: HTTPRequest) throws(OutboundError) {
        switch request.method {
        case .get where request.body.isEmpty: try set(CURLOPT_HTTPGET, 1)
        case .head: try set(CURLOPT_NOBODY, 1)
        case .delete where request.body.isEmpty: try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        case .get, .post, .put, .patch, .delete:
            try set(CURLOPT_POST, 1)
            try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
            try set(CURLOPT_POSTFIELDSIZE_LARGE, offset: request.body.count)
        }
    }

    /// The request's headers in libcurl's notation, and those that libcurl would add unasked:
    /// a form's content type, and Expect, which costs a second where it is not understood.
    private static func lines(for request: HTTPRequest) -> [String] {
        var lines = request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        for name in ["Content-Type", "Expect"] where !request.headers.contains(where: { $0.isNamed(name) }) {
            lines.append("\(name):")
        }
        if !request.headers.contains(where: { $0.isNamed("User-Agent") }) { lines.append("User-Agent: attune") }
        return lines
    }
}
