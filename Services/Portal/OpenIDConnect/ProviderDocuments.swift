import Domain
import Logging
import ServiceKit

/// What a provider has published, read when it is first needed and kept.
///
/// Both documents are read again after an hour, keys also when a token names an unknown one, though then at most once in
/// half a minute: anybody can make up a key's name. When reading again fails, the last good documents stay.
actor ProviderDocuments {
    private static let fresh: Int64 = 3600 * 1_000_000
    private static let unknownKeyPause: Int64 = 30 * 1_000_000

    private struct Kept<Document: Sendable> {
        let document: Document
        let readAt: Timestamp
    }

    private let issuer: String
    private let requests: ProviderRequests
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private var metadata: Kept<ProviderMetadata>?
    private var keys: Kept<ProviderKeys>?
    private var reading: Task<Result<ProviderKeys, SignInFailure>, Never>?

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
    func key(for head: IdentityTokenRules.Head) async throws(SignInFailure) -> ProviderKeys.Key {
        let known = keys?.document.key(head.keyID, for: head.algorithm)
        let due = known == nil ? Self.unknownKeyPause : Self.fresh
        if let keys, age(keys.readAt) < due {
            guard let known else { throw .badToken(.unknownKey) }
            return known
        }
        switch await readKeys() {
        case .success(let document): keys = Kept(document: document, readAt: now())
        case .failure(let error):
            guard let keys else { throw error }
            logger.warning("The provider's keys cannot be read again; the last ones stay", metadata: ["reason": "\(error)"])
            self.keys = Kept(document: keys.document, readAt: now())
        }
        guard let key = keys?.document.key(head.keyID, for: head.algorithm) else { throw .badToken(.unknownKey) }
        return key
    }

    /// However many wait for them, one reads.
    private func readKeys() async -> Result<ProviderKeys, SignInFailure> {
        if let reading { return await reading.value }
        let task = Task<Result<ProviderKeys, SignInFailure>, Never> {
            do throws(SignInFailure) {
                return .success(try await ProviderKeys(requests.document(provider().keysAddress, of: .keys)))
            } catch { return .failure(error) }
        }
        reading = task
        defer { reading = nil }
        return await task.value
    }

    private func age(_ time: Timestamp) -> Int64 { now().microseconds - time.microseconds }
}
