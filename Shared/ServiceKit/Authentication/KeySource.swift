import Dispatch
import FoundationEssentials
import Outbound

/// Where the public keys of access tokens come from.
public enum KeySource: Hashable, Sendable {
    case file(String)
    /// - caFile: certificates (PEM) to trust in place of the system's.
    case url(String, caFile: String?)

    private static let timeout = Duration.seconds(5)
    private static let connectTimeout = Duration.seconds(2)
    private static let longestDocument = 512 << 10

    /// As the settings say: a file or an address, and one of them.
    init(_ settings: Settings) throws(SettingsError) {
        switch (settings[TokenSettings.keySet], settings[TokenSettings.keySetURL]) {
        case (let file?, nil): self = .file(file)
        case (nil, let url?):
            guard Self.isSafe(url) else {
                throw SettingsError(
                    TokenSettings.keySetURL.name, "is an address whose answer others could change",
                    "Use https; http only for this machine.")
            }
            self = .url(url.absoluteString, caFile: settings[TokenSettings.caFile])
        case (nil, nil):
            throw SettingsError(
                TokenSettings.keySet.name, "is not set", "Set it, or \(TokenSettings.keySetURL.name), to the issuer's keys.")
        case (_?, _?):
            throw SettingsError(
                TokenSettings.keySet.name, "is set beside \(TokenSettings.keySetURL.name)", "Set one of them.")
        }
    }

    /// Keys come over https, or from this machine, where nobody else can listen.
    private static func isSafe(_ url: URL) -> Bool {
        url.scheme == "https" || ["localhost", "127.0.0.1", "::1"].contains(url.host())
    }

    /// When keys are read again: a withdrawn one is refused after a minute from a file, after five from an address.
    var schedule: IssuerKeys<KeySetError>.Schedule {
        switch self {
        case .file: .init(freshSeconds: 60, pauseSeconds: 5)
        case .url: .init(freshSeconds: 240, graceSeconds: 60, pauseSeconds: 10)
        }
    }

    func read() async throws(KeySetError) -> KeySet {
        switch self {
        case .file(let file):
            guard let data = try? Data(contentsOf: URL(filePath: file)), data.count <= Self.longestDocument else {
                throw KeySetError("cannot be read")
            }
            let document = try Self.document(Array(data))
            try Self.refusePrivateKeys(in: document)
            return try await KeySet(document)
        case .url(let url, let caFile):
            let result = await withCheckedContinuation { continuation in
                // libcurl blocks: not on a thread of the task pool, which answers everybody.
                DispatchQueue.global().async { continuation.resume(returning: Self.fetch(url, caFile: caFile)) }
            }
            return try await KeySet(try Self.document(try result.get()))
        }
    }

    private static func document(_ text: [UInt8]) throws(KeySetError) -> JSON {
        guard let document = try? JSON.parse(text, limits: JSONLimits(allowsExponents: true)) else {
            throw KeySetError("is not JSON")
        }
        return document
    }

    /// A private key among the public ones is most likely the signer's own file.
    private static func refusePrivateKeys(in document: JSON) throws(KeySetError) {
        guard case .array(let entries)? = document["keys"] else { return }
        for (index, entry) in entries.enumerated() where entry["d"] != nil || entry["k"] != nil {
            throw KeySetError("holds a private key in entry \(index), which does not belong here")
        }
    }

    private static func fetch(_ url: String, caFile: String?) -> Result<[UInt8], KeySetError> {
        do throws(OutboundError) {
            let request = try HTTPRequest(
                .get, url: url, headers: [Header("Accept", "application/json")], timeout: timeout,
                connectTimeout: connectTimeout, maxResponseBytes: longestDocument)
            let response = try CurlSession(caFile: caFile).send(request)
            guard response.status == 200 else { return .failure(KeySetError("was answered with \(response.status)")) }
            return .success(response.body)
        } catch { return .failure(KeySetError("cannot be fetched: \(error)")) }
    }
}
