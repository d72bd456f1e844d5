import Dispatch
import Outbound
import ServiceKit
import Synchronization

/// Requests to the provider, made on a few threads of their own: libcurl blocks, and the threads of the task pool, which
/// answer everybody, must not wait for somebody else's server.
final class ProviderRequests: Sendable {
    static let timeout = Duration.seconds(10)
    static let connectTimeout = Duration.seconds(5)
    static let longestAnswer = 512 << 10

    private static let atOnce = 4
    /// One more is refused at once: whoever waits behind so many would wait in vain.
    private static let waitingLimit = 64

    private let caFile: String?
    private let proxy: CurlSession.Proxy
    private let queue: DispatchQueue
    private let places = DispatchSemaphore(value: atOnce)
    private let waiting = Mutex(0)

    /// - Parameter caFile: certificates (PEM) to trust in place of the system's.
    init(caFile: String? = nil, proxy: CurlSession.Proxy = .fromEnvironment) {
        self.caFile = caFile
        self.proxy = proxy
        queue = DispatchQueue(label: "attune-provider")
    }

    func send(_ request: HTTPRequest) async throws(SignInFailure) -> HTTPResponse {
        let isAdmitted = waiting.withLock { waiting in
            guard waiting < Self.waitingLimit else { return false }
            waiting += 1
            return true
        }
        guard isAdmitted else { throw .providerUnreachable(nil) }
        let result: Result<HTTPResponse, OutboundError> = await withCheckedContinuation { continuation in
            queue.async { [self] in
                // The queue is one thread that hands out the places, so that no more threads wait than there are places.
                places.wait()
                DispatchQueue.global().async { [self] in
                    let result = perform(request)
                    places.signal()
                    waiting.withLock { $0 -= 1 }
                    continuation.resume(returning: result)
                }
            }
        }
        do { return try result.get() } catch { throw .providerUnreachable(error) }
    }

    /// A JSON document at an address.
    func document(_ url: String, of endpoint: SignInFailure.Endpoint) async throws(SignInFailure) -> JSON {
        let request: HTTPRequest
        do {
            request = try HTTPRequest(
                .get, url: url, headers: [Header("Accept", "application/json")], timeout: Self.timeout,
                connectTimeout: Self.connectTimeout, maxResponseBytes: Self.longestAnswer)
        } catch { throw .providerUnreachable(error) }
        let response = try await send(request)
        guard response.status == 200 else { throw .providerFaulty(.status(of: endpoint, response.status)) }
        guard let document = try? JSON.parse(response.body, limits: JSONLimits(allowsExponents: true)) else {
            throw .providerFaulty(.notJSON(of: endpoint))
        }
        return document
    }

    private func perform(_ request: HTTPRequest) -> Result<HTTPResponse, OutboundError> {
        do throws(OutboundError) {
            return .success(try CurlSession(caFile: caFile, proxy: proxy).send(request))
        } catch { return .failure(error) }
    }
}
