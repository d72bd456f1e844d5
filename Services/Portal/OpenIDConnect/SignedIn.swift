import Domain
import ServiceKit

/// Somebody whom the provider has vouched for.
struct SignedIn: Hashable, Sendable {
    let caller: Caller
    /// Of a client: whose course they may see. From its own claim, or the subject where that is such an id.
    let participant: ParticipantID?
    /// Hint for signing out at the provider. Not a credential here, but personal: it belongs into the session alone.
    let idToken: String
    let at: Timestamp

    /// Reads who somebody is from claims that have been verified. Unknown roles give nothing: a provider may serve other
    /// systems as well.
    /// - Throws: ``SignInFailure/unreadableClaim(_:)``
    init(claims: JSON, names: OpenIDClient.ClaimNames, idToken: String, at: Timestamp) throws(SignInFailure) {
        do { caller = try names.caller.caller(claims) } catch { throw .unreadableClaim(error.name) }
        if !caller.roles.contains(.client) {
            participant = nil
        } else if let value = CallerClaims.value(names.participant, in: claims) {
            guard case .string(let text) = value, let id = ParticipantID(text) else {
                throw .unreadableClaim(names.participant)
            }
            participant = id
        } else {
            participant = ParticipantID(caller.subject)
        }
        self.idToken = idToken
        self.at = at
    }
}
