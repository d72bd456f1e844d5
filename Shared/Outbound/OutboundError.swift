/// Why a request or a mail did not get through.
///
/// No case carries a URL, a header, a body or a server's free text: errors are logged, those are not.
public enum OutboundError: Error, Hashable, Sendable {
    /// The host's name has no address, or nothing answers there.
    case couldNotConnect
    /// The connection was not made, or the exchange not finished, in the time given.
    /// What was sent may have been received.
    case timedOut
    /// The connection broke before the answer was complete. What was sent may have been received.
    case connectionLost
    /// No encrypted connection to a host with a valid certificate; libcurl's code says more.
    case tls(code: Int)
    /// The answer was longer than allowed. What was sent was received.
    case responseTooLarge(limit: Int)
    /// Not a URL of an allowed scheme, or one with a part that is not allowed.
    case refusedURL
    /// The host's name leads to an address that the session may not connect to.
    case refusedAddress
    /// A header's name or value holds a character that could start another header.
    case invalidHeader
    /// A mail that could not be rendered safely.
    case invalidMail(MailDefect)
    /// The mail server refused the mail: 4xx for now, 5xx for good (RFC 5321 section 4.2.1).
    case rejected(code: Int)
    /// The mail server refused the credentials, or offers no way to present them.
    case loginDenied
    /// Anything else, by libcurl's code and its fixed text for it.
    case other(code: Int, text: String)

    /// Whether the same request may succeed later. True also for faults that somebody has to put
    /// right elsewhere (a certificate, a password) and for unknown ones: a message tried once more
    /// does less harm than one given up too early.
    public var isTransient: Bool {
        switch self {
        case .couldNotConnect, .timedOut, .connectionLost, .tls, .loginDenied, .other: true
        case .rejected(let code): code < 500
        case .responseTooLarge, .refusedURL, .refusedAddress, .invalidHeader, .invalidMail: false
        }
    }
}

extension OutboundError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .couldNotConnect: "could not connect"
        case .timedOut: "timed out"
        case .connectionLost: "connection lost before the answer was complete"
        case .tls(let code): "no trusted encrypted connection (libcurl \(code))"
        case .responseTooLarge(let limit): "response longer than \(limit) bytes"
        case .refusedURL: "URL refused"
        case .refusedAddress: "the address is not a public one, and the routes do not allow that"
        case .invalidHeader: "header name or value refused"
        case .invalidMail(let defect): "mail refused: \(defect)"
        case .rejected(let code): "mail server answered \(code)"
        case .loginDenied: "mail server denied the login"
        case .other(let code, let text): "\(text) (libcurl \(code))"
        }
    }
}
