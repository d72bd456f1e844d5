import Domain
import Foundation
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import PortalFixture

/// A portal with a course that goes off track and a couple of whom one agrees.
final class CourseSite: PortalSite {
    let offTrack: StoredEpisode
    let couple: StoredEpisode
    private let database: TestDatabase
    private let portal: PortalProcess

    init() throws {
        database = try TestDatabase.make()
        offTrack = Self.offTrackCourse()
        couple = Self.coupleCourse()
        let owner = try database.connect()
        try offTrack.store(on: owner)
        try couple.store(on: owner)
        let folder = FileManager.default.temporaryDirectory.appending(path: "course-\(UUID().uuidString)")
        portal = try PortalProcess(on: database, in: folder)
    }

    func url(_ path: String) -> String { portal.url(path) }

    func signIn(_ browser: Browser, _ query: String) throws {
        try browser.open(url("/demo-sign-in?site=north&\(query)"))
    }

    func signInAsClinician(_ browser: Browser) throws { try signIn(browser, "role=clinician&subject=c-01") }

    func signInAsClient(_ browser: Browser, of episode: StoredEpisode) throws {
        try signIn(browser, "role=client&subject=p-1&episode=\(episode.id)&participant=\(episode.rater)")
    }

    private static func offTrackCourse() -> StoredEpisode {
        var episode = StoredEpisode()
        episode.rate([183, 201, 176, 142, 128, 121])
        episode.rate([372, 368, 345, 331, 362, 371], on: .srs, holdingSessions: false)
        let missed = CalendarDay(daysSinceEpoch: 20_418)
        episode.add(.sessionMissed(SessionMissed(id: SessionID(rawValue: UUID()), day: missed, reason: .notAttended)))
        episode.add(.reviewHeld(ReviewHeld(id: ReviewID(rawValue: UUID()), kind: .joint, day: missed, by: "c-01")))
        return episode
    }

    private static func coupleCourse() -> StoredEpisode {
        let partners = (0..<2).map { _ in
            Participant(id: ParticipantID(rawValue: UUID()), role: .`self`, ageBand: .adult)
        }
        var couple = StoredEpisode(participants: partners)
        couple.rate([183, 201, 214])
        couple.rate([251, 240, 262], by: partners[1].id, holdingSessions: false)
        for (place, partner) in partners.enumerated() where place == 0 {
            couple.add(
                .consentChanged(
                    ConsentChange(
                        id: ConsentID(rawValue: UUID()), participant: partner.id, jointView: true,
                        day: CalendarDay(daysSinceEpoch: 20_401))))
        }
        return couple
    }
}
