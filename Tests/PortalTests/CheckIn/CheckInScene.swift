import Catalogue
import Contracts
import Domain
import Foundation
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import PortalFixture
@testable import attune_portal

/// An episode, somebody who treats and may invite, and what the ledger has of it.
struct CheckInScene {
    let server: PortalServer
    let episode: StoredEpisode
    let clinician: Browser

    init(_ server: PortalServer, _ episode: StoredEpisode = StoredEpisode()) async throws {
        self.server = server
        self.episode = episode
        try episode.store(on: server.database.connect())
        clinician = try await server.browser(.clinician, as: "c-01")
    }

    /// What stands on the page of a new invitation.
    func invite(
        session: String = "3", language: String = "en", participant: ParticipantID? = nil
    ) async throws -> (link: String, code: String) {
        let asked = try await clinician.get("/episodes/\(episode.id)/invitations")
        let answer = try await clinician.post(
            "/episodes/\(episode.id)/invitations",
            [
                ("_token", try #require(asked.token)), ("participant", "\(participant ?? episode.rater)"),
                ("session", session), ("language", language),
            ])
        try #require(answer.status == 200, "\(answer.text)")
        let link = try #require(answer.text.firstMatch(of: #/http://127\.0\.0\.1:8080(/check-in/[^<]+)</#)).1
        let code = try #require(answer.text.firstMatch(of: #/<strong>([0-9]{4} [0-9]{4})</#)).1
        return (String(link), String(code))
    }

    /// A browser in which a new invitation's check-in has begun, and the path of its pages.
    func begun(language: String = "en") async throws -> (browser: Browser, path: String) {
        let (link, _) = try await invite(language: language)
        let browser = server.browser()
        let answer = try await browser.post(link, [])
        try #require(answer.location == link + "/next")
        return (browser, link)
    }

    /// Events of the episode after its opening.
    func recorded() throws -> [EpisodeEvent] {
        try Ledger.events(stream: episode.id, category: .episode, on: server.database.connect()).dropFirst().map {
            try EpisodeEventCodec.decode($0.payload, type: try #require(EventType(rawValue: $0.type))).event
        }
    }

    var ratings: [Rating] {
        get throws { try recorded().compactMap { if case .ratingRecorded(let rating) = $0 { rating } else { nil } } }
    }

    func accesses(_ episode: EpisodeID) throws -> [AccessEvent] {
        try Ledger.events(stream: episode, category: .access, on: server.database.connect()).map {
            try AccessEventCodec.decode($0.payload, type: try #require(EventType(rawValue: $0.type)))
        }
    }
}

extension Browser {
    /// Fills in a measure's form and sends it.
    func answer(
        _ path: String, _ answers: [String], button: String = "answer", more: [(String, String)] = []
    ) async throws -> Answer {
        let page = try await get(path)
        let token = try #require(page.token, "\(page.status) \(page.text)")
        let fields = answers.enumerated().map { ("item\($0 + 1)", $1) }
        return try await post(path, [("_token", token), (button, "1")] + fields + more)
    }
}
