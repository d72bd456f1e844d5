import Domain
import HTTPTypes
import Hummingbird
import Intake
import Persistence
import ServiceKit

extension Request {
    /// The version in `If-Match: "N"`; nil where the header is missing or `*`.
    func expectedVersion() throws(Problem) -> UInt64? {
        guard let text = headers[.ifMatch], text != "*" else { return nil }
        guard text.count > 2, text.first == "\"", text.last == "\"",
            let version = UInt64(text.dropFirst().dropLast())
        else {
            throw .badRequest("If-Match must hold one version in quotes, such as \"7\", as ETag gave it.")
        }
        return version
    }
}

extension Submission {
    /// What a sender learns of a recorded command.
    func document(_ receipt: Receipt) -> [JSON.Member] {
        var members: [JSON.Member] = [.init("episodeId", .text(receipt.episode))]
        if let rating = rating { members.append(.init("ratingId", .text(rating))) }
        members.append(.init("version", .integer(receipt.version)))
        members.append(.init("eventId", .text(receipt.event)))
        return members
    }
}

extension Problem {
    init(_ refusal: IntakeRefusal) {
        switch refusal {
        case .unknownEpisode: self = .unknownEpisode
        case .unavailable: self = .databaseUnavailable
        }
    }
}
