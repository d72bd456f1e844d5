import Outbound

/// Why somebody could not be signed in. No case carries a token, a code, a secret or a claim's content.
enum SignInFailure: Error, Hashable {
    /// The answer does not belong to the attempt that this browser has begun: the page was opened twice, went stale, or
    /// somebody else made it.
    case strangeAnswer(AnswerFault)
    /// The provider ended the attempt; the code is of RFC 6749 section 4.1.2.1 or OpenID Connect Core 3.1.2.6.
    case refusedByProvider(code: String)
    /// No answer, or too many people wait for one.
    case providerUnreachable(OutboundError?)
    /// The provider's document or its answer is not what it should be.
    case providerFaulty(ProviderFault)
    /// The provider does not take our credentials or the code.
    case exchangeRefused(code: String)
    case badToken(TokenFault)
    /// A claim that says who somebody is or what they may do has a form that cannot be read.
    case unreadableClaim(String)

    enum AnswerFault: String, Hashable, Sendable {
        case unreadable, wrongState, otherIssuer, noCode, expired
    }

    enum ProviderFault: Hashable, Sendable {
        case status(of: Endpoint, Int)
        case notJSON(of: Endpoint)
        case otherIssuer
        case missing(String)
        /// Not https, and not on this machine.
        case insecure(String)
        case noUsableKey
        case noIDToken
    }

    enum Endpoint: String, Hashable, Sendable {
        case discovery, keys, token
    }

    /// What whoever stands before it can do.
    enum Remedy: Hashable, Sendable {
        case startAgain, tryLater, askTheSite
    }

    var remedy: Remedy {
        switch self {
        case .strangeAnswer: .startAgain
        case .refusedByProvider(let code):
            switch code {
            case "temporarily_unavailable", "server_error": .tryLater
            case "access_denied", "login_required", "interaction_required", "consent_required",
                "account_selection_required":
                .startAgain
            default: .askTheSite
            }
        case .providerUnreachable: .tryLater
        case .providerFaulty(.status(_, let status)): status >= 500 || status == 429 ? .tryLater : .askTheSite
        case .providerFaulty: .askTheSite
        case .exchangeRefused(let code): code == "invalid_grant" ? .startAgain : .askTheSite
        case .badToken(let fault): fault == .expired || fault == .wrongNonce ? .startAgain : .askTheSite
        case .unreadableClaim: .askTheSite
        }
    }
}

extension SignInFailure: CustomStringConvertible {
    /// For the log.
    var description: String {
        switch self {
        case .strangeAnswer(let fault): "the provider's answer does not fit the attempt: \(fault.rawValue)"
        case .refusedByProvider(let code): "the provider ended the attempt: \(code)"
        case .providerUnreachable(let error?): "the provider does not answer: \(error)"
        case .providerUnreachable(nil): "the provider does not answer: too many requests wait for it"
        case .providerFaulty(.status(let endpoint, let status)): "the provider's \(endpoint.rawValue) answers \(status)"
        case .providerFaulty(.notJSON(let endpoint)): "the provider's \(endpoint.rawValue) is not the JSON it should be"
        case .providerFaulty(.otherIssuer): "the provider's document names another issuer than ATTUNE_OIDC_ISSUER"
        case .providerFaulty(.missing(let name)): "the provider's document has no usable \(name)"
        case .providerFaulty(.insecure(let name)): "\(name) is neither https nor on this machine"
        case .providerFaulty(.noUsableKey): "the provider has no RS256, ES256 or EdDSA key for signatures"
        case .providerFaulty(.noIDToken): "the provider's token answer has no ID token"
        case .exchangeRefused(let code): "the provider refuses the exchange of the code: \(code)"
        case .badToken(let fault): "the ID token is not good: \(fault.rawValue)"
        case .unreadableClaim(let name): "the claim \(name) cannot be read"
        }
    }
}

/// Why an ID token is not believed.
enum TokenFault: String, Error, CaseIterable, Hashable {
    case malformed, refusedAlgorithm, unknownKey, wrongAlgorithm, wrongSignature, wrongIssuer, wrongAudience
    case wrongAuthorizedParty, expired, notYetValid, issuedInFuture, issuedTooLongAgo, wrongNonce, badClaims
}
