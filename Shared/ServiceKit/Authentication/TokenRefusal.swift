/// Why an access token was refused: said to the caller, logged and counted, never with its content.
public enum TokenRefusal: String, Error, CaseIterable, Sendable {
    case malformed, unknownKey, wrongAlgorithm, wrongSignature, expired, notYetValid, wrongIssuer, wrongAudience
    case badClaims
    /// Nobody's token can be judged: the issuer's keys could not be read yet.
    case noKeys

    var explanation: String {
        switch self {
        case .malformed: "The token is malformed."
        case .unknownKey: "The token is signed with an unknown key."
        case .wrongAlgorithm: "The token's algorithm is not accepted."
        case .wrongSignature: "The token's signature is wrong."
        case .expired: "The token has expired."
        case .notYetValid: "The token is not valid yet."
        case .wrongIssuer: "The token is from another issuer."
        case .wrongAudience: "The token is for another audience."
        case .noKeys: "The keys of the issuer of tokens cannot be read at present."
        case .badClaims: "The token lacks a claim or has one of the wrong form."
        }
    }
}
