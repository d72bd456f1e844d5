import CCurl

extension CurlSession {
    /// Hands a mail to a server for all its recipients or, if one of them is refused, for none.
    ///
    /// After ``OutboundError/timedOut`` and ``OutboundError/connectionLost`` the server may have
    /// the mail all the same; send it again with the same message id.
    ///
    /// - Parameter sender: of the envelope, where reports of what becomes of the mail go; nil: as in the mail.
    public func send(
        _ mail: Mail, from sender: MailAddress? = nil, through endpoint: SMTPEndpoint
    ) throws(OutboundError) -> SMTPReply {
        let message = mail.rendered
        let transfer = Transfer(limit: 65_536, upload: message)
        try prepare(
            transfer, url: endpoint.url, protocols: "smtp,smtps", timeout: endpoint.timeout,
            connectTimeout: endpoint.connectTimeout)
        let encryption = endpoint.requireTLS ? CURLUSESSL_ALL : CURLUSESSL_TRY
        try set(CURLOPT_USE_SSL, Int(encryption.rawValue))
        // A server that has fallen silent is told QUIT at the end and given this many seconds to answer.
        try set(CURLOPT_SERVER_RESPONSE_TIMEOUT, endpoint.timeout.wholeSeconds)
        // Credentials go with the AUTH command (RFC 4954 section 4): one round trip less.
        try set(CURLOPT_SASL_IR, 1)
        if let username = endpoint.username { try set(CURLOPT_USERNAME, username) }
        if let password = endpoint.currentPassword?() ?? endpoint.password { try set(CURLOPT_PASSWORD, password) }
        try set(CURLOPT_MAIL_FROM, "<\((sender ?? mail.from).address)>")
        try set(CURLOPT_UPLOAD, 1)
        try set(CURLOPT_INFILESIZE_LARGE, offset: message.count)
        let recipients = try CurlList(mail.to.map { "<\($0.address)>" })
        try set(CURLOPT_MAIL_RCPT, pointer: recipients.head)
        let (code, result) = run(transfer)
        extendLifetime(recipients)
        if let failure = failure(result, code: code) { throw failure }
        return SMTPReply(code: code)
    }

    /// libcurl reports a refused command as a failed send, and the server's word beside it.
    private func failure(_ result: CURLcode, code: Int) -> OutboundError? {
        if result == CURLE_OK { return nil }
        let failure = error(result)
        switch failure {
        case .connectionLost, .other: return (400...599).contains(code) ? .rejected(code: code) : failure
        default: return failure
        }
    }
}
