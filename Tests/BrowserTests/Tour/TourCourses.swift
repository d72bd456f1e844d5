import Domain
import Foundation
import Persistence

@testable import PortalFixture

/// What two sites have at work: courses that go well and badly, a couple, somebody new, and enough others for figures.
struct TourCourses: Sendable {
    static let today = CalendarDay(daysSinceEpoch: Int(Date().timeIntervalSince1970) / 86_400)
    static let south = SiteID(unchecked: "south")

    let offTrack = offTrackCourse()
    let improving = improvingCourse()
    let couple = coupleCourse()
    let depression = depressionCourse()
    let fresh = StoredEpisode(openedOn: today.advanced(byDays: -1))
    let southern = southernCourse()

    var open: [StoredEpisode] { [offTrack, improving, couple, depression, fresh, southern] }

    /// Opened so that the last of so many weekly sessions was yesterday.
    private static func opening(_ sessions: Int) -> CalendarDay { today.advanced(byDays: -7 * (sessions - 1) - 1) }

    private static func offTrackCourse() -> StoredEpisode {
        var episode = StoredEpisode(openedOn: opening(9))
        episode.rate([183, 201, 176, 142, 148, 128, 121, 133, 109])
        episode.rate([372, 368, 345, 331, 338, 362, 371, 358, 352], on: .srs, holdingSessions: false)
        let missed = episode.day(4).advanced(byDays: 2)
        episode.add(.sessionMissed(SessionMissed(id: SessionID(rawValue: UUID()), day: missed, reason: .notAttended)))
        episode.add(.reviewHeld(ReviewHeld(id: ReviewID(rawValue: UUID()), kind: .joint, day: episode.day(6), by: "c-01")))
        return episode
    }

    private static func improvingCourse() -> StoredEpisode {
        var episode = StoredEpisode(openedOn: opening(10))
        episode.rate([152, 170, 198, 221, 212, 240, 262, 271, 290, 301])
        episode.rate([351, 360, 342, 372, 380, 378, 388, 391, 390, 394], on: .srs, holdingSessions: false)
        return episode
    }

    /// Two partners, who both agree to be seen side by side.
    private static func coupleCourse() -> StoredEpisode {
        let partners = (0..<2).map { _ in Participant(id: ParticipantID(rawValue: UUID()), role: .`self`, ageBand: .adult) }
        var couple = StoredEpisode(participants: partners, openedOn: opening(9))
        couple.rate([183, 201, 214, 230, 228, 246, 255, 262, 270])
        couple.rate([251, 240, 262, 231, 220, 214, 198, 187, 192], by: partners[1].id, holdingSessions: false)
        couple.rate([362, 368, 371, 375, 370, 382, 388, 390, 391], on: .srs, holdingSessions: false)
        for partner in partners {
            couple.add(
                .consentChanged(
                    ConsentChange(
                        id: ConsentID(rawValue: UUID()), participant: partner.id, jointView: true, day: couple.day(1))))
        }
        return couple
    }

    private static func depressionCourse() -> StoredEpisode {
        var episode = StoredEpisode(openedOn: opening(8), service: "day-clinic")
        for (place, total) in [19, 17, 18, 15, 16, 14, 15, 13].enumerated() {
            let number = place + 1
            episode.add(.sessionHeld(SessionHeld(id: SessionID(rawValue: UUID()), number: number, day: episode.day(number))))
            // Spread over the items, of which the ninth stays at 1.
            let (each, rest) = (total - 1).quotientAndRemainder(dividingBy: 8)
            var items: [Int?] = Array(repeating: each, count: 8 - rest)
            items += Array(repeating: each + 1, count: rest)
            items.append(1)
            episode.add(
                .ratingRecorded(
                    Rating(
                        id: RatingID(rawValue: UUID()), participant: episode.rater, instrument: .phq9, session: number,
                        day: episode.day(number), answers: .items(items))))
        }
        return episode
    }

    private static func southernCourse() -> StoredEpisode {
        var episode = StoredEpisode(at: south, clinician: "c-09", openedOn: opening(5))
        episode.rate([210, 205, 170, 150, 140])
        return episode
    }

    /// Past courses: of two sites, three services and three groups, and twelve closed ones of `c-01`.
    static func past() -> [StoredEpisode] {
        let north = SiteID(unchecked: "north")
        let services = ["adult-outpatient", "counselling"]
        let groups = ["A", "B", nil].map { $0.map { ClientGroup(unchecked: $0) } }
        let others = (0..<240).map { number in
            let last = [310, 160, 285, 240, 180, 295][number / 2 % 6]
            return pastCourse(
                [140 + number % 7 * 10, last], days: [0, 84], at: number % 2 == 0 ? north : south,
                clinician: number % 2 == 0 ? "c-03" : "c-09", service: services[number / 2 % 2],
                group: groups[number / 4 % 3], closedAs: number / 2 % 5 == 0 ? .droppedOut : number % 3 == 0 ? nil : .agreedEnd)
        }
        let own = (0..<12).map { number in
            let first = 120 + number % 5 * 20
            return pastCourse(
                [first, first + 20, first + 30, number < 4 ? first + 90 : first + 35, first + 60], days: [0, 7, 14, 21, 28],
                at: north, clinician: "c-01", service: services[0], group: nil, closedAs: .agreedEnd)
        }
        return others + own
    }

    private static func pastCourse(
        _ totals: [Int], days: [Int], at site: SiteID, clinician: String, service: String, group: ClientGroup?,
        closedAs reason: ClosureReason?
    ) -> StoredEpisode {
        let opened = today.advanced(byDays: -170)
        let client = Participant(id: ParticipantID(rawValue: UUID()), role: .`self`, ageBand: .adult, group: group)
        var episode = StoredEpisode(
            at: site, clinician: clinician, participants: [client], openedOn: opened, service: service)
        for (place, (total, day)) in zip(totals, days).enumerated() {
            for (instrument, total) in [(InstrumentReference.ors, total), (.srs, 340 + total / 6)] {
                episode.add(
                    .ratingRecorded(
                        Rating(
                            id: RatingID(rawValue: UUID()), participant: client.id, instrument: instrument,
                            session: place + 1, day: opened.advanced(byDays: day), answers: .total(total))))
            }
        }
        if let reason { episode.add(.closed(EpisodeClosure(day: opened.advanced(byDays: 90), reason: reason))) }
        return episode
    }
}

extension StoredEpisode {
    /// Of a weekly session, from 1.
    func day(_ session: Int) -> CalendarDay {
        guard case .opened(let opening) = events[0] else { return TourCourses.today }
        return opening.openedOn.advanced(byDays: 7 * (session - 1))
    }
}
