import Foundation
import Outbound
import ServiceKit
import Testing

/// One episode with one client, at the site north.
struct Clinic {
    let system: SystemStack
    let token: String
    let episode = UUID().uuidString.lowercased()
    let participant = UUID().uuidString.lowercased()

    init(_ system: SystemStack, token: String, clinician: String = "c-1") throws {
        self.system = system
        self.token = token
        let opened = try system.call(
            .post, .ingestion, "/v1/episodes", token: token,
            body: """
                {"episodeId": "\(episode)", "site": "north", "service": "adult", "openedOn": "2026-01-05",
                 "clinician": "\(clinician)",
                 "participants": [{"participantId": "\(participant)", "role": "self", "ageBand": "adult"}]}
                """)
        #expect(opened.status == 201)
    }

    /// A rating by ORS, unless another instrument and its answers are given.
    func rate(
        session: Int, id: UUID = UUID(), instrument: String = "ors", version: String = "2000",
        answers: String = #""total": 20.5"#
    ) throws -> HTTPResponse {
        try system.call(
            .post, .ingestion, "/v1/episodes/\(episode)/ratings", token: token,
            body: """
                {"ratingId": "\(id.uuidString.lowercased())", "participantId": "\(participant)",
                 "instrument": "\(instrument)", "version": "\(version)", "session": \(session),
                 "day": "2026-02-0\(session)", \(answers)}
                """
        ).response
    }

    /// An answer that tells of danger. Returns at once.
    func tellOfDanger() throws {
        let answer = try rate(
            session: 1, instrument: "phq-9", version: "2001", answers: #""items": [1, 1, 1, 1, 1, 1, 1, 1, 2]"#)
        #expect(answer.status == 201)
    }

    /// The id of the safety alert of this episode, as soon as there is one.
    func safetyAlert() throws -> String {
        var id: String?
        _ = try system.eventually {
            let answer = try system.call(.get, .alerting, "/v1/alerts?episode=\(episode)&status=all", token: token)
            guard case .array(let alerts)? = answer.json?["alerts"], case .string(let text)? = alerts.first?["alertId"]
            else { return false }
            id = text
            return true
        }
        return try #require(id)
    }
}
