import Domain
import Logging
import ServiceKit

/// What a provider has published, read when it is first needed and kept.
///
/// Both documents are read again after an hour, keys also when a token names an unknown one. When reading again fails, the
/// last good documents stay.
actor ProviderDocuments {
    private static let fresh: Int64 = 3600 * 1_000_000

    private struct Kept {
        let document: ProviderMetadata
        let readAt: Timestamp
    }

    private let issuer: String
    private let requests: ProviderRequests
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private var metadata: Kept?
    private var keys: IssuerKeys<SignInFailure>?

    init(issuer: String, requests: ProviderRequests, now: @escaping @Sendable () -> Timestamp, logger: Logger) {
        (self.issuer, self.requests, self.now, self.logger) = (issuer, requests, now, logger)
    }

    func provider() async throws(SignInFailure) -> ProviderMetadata {
        if let metadata, age(metadata.readAt) < Self.fresh { return metadata.document }
        do throws(SignInFailure) {
            let address = try ProviderMetadata.address(of: issuer)
            let document = try ProviderMetadata(await requests.document(address, of: .discovery), of: issuer)
            metadata = Kept(document: document, readAt: now())
            return document
        } catch {
            guard let metadata else { throw error }
            logger.warning("The provider cannot be read again; what it said stays", metadata: ["reason": "\(error)"])
            self.metadata = Kept(document: metadata.document, readAt: now())
            return metadata.document
        }
    }

    /// The key that a token is to be verified with.
    func key(for head: IdentityTokenRules.Head) async throws(SignInFailure) -> KeySet.Key {
        guard let key = try await issuerKeys().key(head.keyID, for: head.algorithm) else { throw .badToken(.unknownKey) }
        return key
    }

    private func issuerKeys() -> IssuerKeys<SignInFailure> {
        if let keys { return keys }
        let logger = self.logger
        let keys = IssuerKeys<SignInFailure>(.init(freshSeconds: 3600, pauseSeconds: 30), now: now) {
            [self] () throws(SignInFailure) in try await readKeys()
        } failed: { error in
            logger.warning("The provider's keys cannot be read again; the last ones stay", metadata: ["reason": "\(error)"])
        }
        self.keys = keys
        return keys
    }

    private func readKeys() async throws(SignInFailure) -> KeySet {
        let document = try await requests.document(provider().keysAddress, of: .keys)
        do { return try await KeySet(document) } catch { throw .providerFaulty(.noUsableKey) }
    }

    private func age(_ time: Timestamp) -> Int64 { now().microseconds - time.microseconds }
}
