import CCurl

/// Sends requests and mails one after another and keeps connections open between them.
///
/// Calls block the thread, which must be always the same: a session belongs to one thread, so it
/// is not `Sendable`. No signals are used for timeouts. As libcurl asks of programs that forgo its
/// signal handling, the process should ignore SIGPIPE.
public final class CurlSession {
    /// Whether requests go through the proxy that `http_proxy`, `https_proxy` and `no_proxy` name.
    public enum Proxy: Hashable, Sendable {
        case fromEnvironment
        case none
    }

    private let handle: UnsafeMutableRawPointer
    private let caFile: String?
    private let proxy: Proxy
    private let sockets: OpenSockets
    private let conversation: Conversation?

    /// - Parameters:
    ///   - caFile: certificates (PEM) to trust in place of the system's.
    ///   - addresses: which may be connected to; with a proxy that is the proxy's own address.
    ///   - conversation: hears what is said.
    public init(
        caFile: String? = nil, proxy: Proxy = .fromEnvironment, addresses: AddressRule = .any,
        conversation: Conversation? = nil
    ) throws(OutboundError) {
        guard Self.libraryState == CURLE_OK else { throw OutboundError(Self.libraryState) }
        guard let handle = curl_easy_init() else { throw OutboundError(CURLE_FAILED_INIT) }
        self.handle = handle
        self.caFile = caFile
        self.proxy = proxy
        self.conversation = conversation
        sockets = OpenSockets(addresses)
    }

    /// Kept connections are cut first: libcurl would say goodbye to a mail server and wait two
    /// minutes for the answer.
    deinit {
        sockets.cut()
        withExtendedLifetime(sockets) { curl_easy_cleanup(handle) }
    }

    /// libcurl asks to be initialised once, before any other use: a static is computed once,
    /// whichever threads come first.
    private static let libraryState: CURLcode = attune_global_init()

    /// Drops the settings of the exchange before, not its connection, and sets those common to all.
    func prepare(
        _ transfer: Transfer, url: String, protocols: String, timeout: Duration, connectTimeout: Duration
    ) throws(OutboundError) {
        curl_easy_reset(handle)
        try set(CURLOPT_URL, url)
        try set(CURLOPT_PROTOCOLS_STR, protocols)
        try set(CURLOPT_NOSIGNAL, 1)
        try check(attune_setopt_opensocket(handle, OpenSockets.open))
        try set(CURLOPT_OPENSOCKETDATA, pointer: sockets.context)
        try check(attune_setopt_closesocket(handle, OpenSockets.close))
        try set(CURLOPT_CLOSESOCKETDATA, pointer: sockets.context)
        try set(CURLOPT_TIMEOUT_MS, timeout.milliseconds)
        try set(CURLOPT_CONNECTTIMEOUT_MS, connectTimeout.milliseconds)
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let caFile { try set(CURLOPT_CAINFO, caFile) }
        if proxy == .none { try set(CURLOPT_PROXY, "") }
        try set(CURLOPT_WRITEFUNCTION, Transfer.receive)
        try set(CURLOPT_WRITEDATA, pointer: transfer.context)
        try set(CURLOPT_READFUNCTION, Transfer.send)
        try set(CURLOPT_READDATA, pointer: transfer.context)
        try check(attune_setopt_seek(handle, Transfer.seek))
        try set(CURLOPT_SEEKDATA, pointer: transfer.context)
        if let conversation {
            try set(CURLOPT_VERBOSE, 1)
            try check(attune_setopt_debug(handle, Conversation.listen))
            try set(CURLOPT_DEBUGDATA, pointer: conversation.context)
        }
    }

    /// Runs the exchange that has been set up.
    /// - Returns: the last status or reply code and, if it failed, why.
    func run(_ transfer: Transfer) -> (code: Int, result: CURLcode) {
        sockets.hasRefused = false
        let result = withExtendedLifetime(transfer) { curl_easy_perform(handle) }
        var code = 0
        attune_getinfo_long(handle, CURLINFO_RESPONSE_CODE, &code)
        return (code, result)
    }

    /// What libcurl's result means, given what the session knows beside it.
    func error(_ result: CURLcode) -> OutboundError {
        result == CURLE_COULDNT_CONNECT && sockets.hasRefused ? .refusedAddress : OutboundError(result)
    }

    func set(_ option: CURLoption, _ value: Int) throws(OutboundError) {
        try check(attune_setopt_long(handle, option, value))
    }

    func set(_ option: CURLoption, offset: Int) throws(OutboundError) {
        try check(attune_setopt_offset(handle, option, curl_off_t(offset)))
    }

    /// libcurl keeps a copy.
    func set(_ option: CURLoption, _ value: String) throws(OutboundError) {
        try check(attune_setopt_string(handle, option, value))
    }

    /// libcurl keeps the pointer: it must stay valid until the exchange has run.
    func set(_ option: CURLoption, pointer: UnsafeRawPointer?) throws(OutboundError) {
        try check(attune_setopt_pointer(handle, option, pointer))
    }

    func set(_ option: CURLoption, _ value: attune_curl_transfer) throws(OutboundError) {
        try check(attune_setopt_transfer(handle, option, value))
    }

    private func check(_ code: CURLcode) throws(OutboundError) {
        guard code == CURLE_OK else { throw OutboundError(code) }
    }
}

@available(*, unavailable)
extension CurlSession: Sendable {}

extension Duration {
    /// Rounded up and at least 1.
    var wholeSeconds: Int { (milliseconds + 999) / 1_000 }

    /// Rounded up and at least 1: to libcurl, 0 means no limit.
    fileprivate var milliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds < 1_000_000 else { return 1_000_000_000 }
        return max(1, Int(seconds) * 1_000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
    }
}
