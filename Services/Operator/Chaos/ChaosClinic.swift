import Contracts
import Domain
import ServiceKit

/// What one sender of a run posts, command by command: episodes of its own, ratings, corrections, withdrawals, closures.
///
/// The seed decides everything; no two senders share an id.
struct ChaosClinic {
    enum Kind: String, CaseIterable {
        case opening, rating, correction, withdrawal, closure
    }

    struct Step {
        let kind: Kind
        /// The id that the command carries and by which it is known for ever: the rating's for a rating or withdrawal.
        let id: String
        let episode: EpisodeID
        let command: SimulatedClinic.Command
    }

    private struct Episode {
        let id: EpisodeID
        let participant: ParticipantID
        let worsens: Bool
        var turns = 0
        var ratings: [Rating] = []
    }

    private struct Rating {
        let id: RatingID
        let instrument: Int
        let session: Int
    }

    /// Instruments that take turns. Those without items take a total from 0 to 40 in tenths.
    private static let measures: [(id: String, version: String, items: Int)] = [
        ("ors", "2000", 0), ("srs", "2002", 0), ("gad-7", "2006", 7), ("phq-9", "2001", 9),
    ]
    private static let mostOpen = 12
    private static let openedOn = CalendarDay(daysSinceEpoch: 19_800)

    let site: SiteID
    private let name: String
    private var random: SplitMix64
    private var episodes: [Episode] = []
    private var made = 0

    init(site: SiteID, seed: UInt64, sender: Int) {
        self.site = site
        name = "\(seed)/\(sender)"
        random = SplitMix64(seed: seed &+ UInt64(sender) &* 0x9E37_79B9_7F4A_7C15)
    }

    mutating func next() -> Step {
        made += 1
        if episodes.count < Self.mostOpen / 2 { return open() }
        let index = Int.random(in: 0..<episodes.count, using: &random)
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<3 where episodes.count < Self.mostOpen: return open()
        case 3..<5 where episodes[index].turns > 20: return close(index)
        case 5..<13 where !episodes[index].ratings.isEmpty: return correct(index)
        case 13..<17 where episodes[index].ratings.count > 1: return withdraw(index)
        default: return rate(index)
        }
    }

    private mutating func open() -> Step {
        let episode = Episode(
            id: id("episode"), participant: id("participant"), worsens: Int.random(in: 0..<3, using: &random) == 0)
        episodes.append(episode)
        return Step(
            kind: .opening, id: "\(episode.id)", episode: episode.id,
            command: SimulatedClinic.Command(
                path: "/v1/episodes",
                body: [
                    "episodeId": .text(episode.id), "site": .text(site), "service": "adult",
                    "openedOn": .text(Self.openedOn), "clinician": .string("c-\(made % 7)"),
                    "participants": [
                        ["participantId": .text(episode.participant), "role": "self", "ageBand": "adult"]
                    ],
                ]))
    }

    private mutating func rate(_ index: Int) -> Step {
        let turn = episodes[index].turns
        episodes[index].turns += 1
        let episode = episodes[index]
        let rating = Rating(id: id("rating"), instrument: turn % Self.measures.count, session: turn / Self.measures.count + 1)
        episodes[index].ratings.append(rating)
        return Step(
            kind: .rating, id: "\(rating.id)", episode: episode.id,
            command: SimulatedClinic.Command(
                path: "/v1/episodes/\(episode.id)/ratings",
                body: .object(
                    [.init("ratingId", .text(rating.id)), .init("participantId", .text(episode.participant))]
                        + record(rating, worsens: episode.worsens))))
    }

    private mutating func correct(_ index: Int) -> Step {
        let episode = episodes[index]
        let rating = episode.ratings[Int.random(in: 0..<episode.ratings.count, using: &random)]
        let correction: RatingID = id("correction")
        return Step(
            kind: .correction, id: "\(correction)", episode: episode.id,
            command: SimulatedClinic.Command(
                path: "/v1/ratings/\(rating.id)/corrections",
                body: .object(
                    [
                        .init("correctionId", .text(correction)), .init("episodeId", .text(episode.id)),
                        .init("reason", .string(CorrectionReason.entryError.rawValue)),
                    ] + record(rating, worsens: episode.worsens))))
    }

    private mutating func withdraw(_ index: Int) -> Step {
        let place = Int.random(in: 0..<episodes[index].ratings.count, using: &random)
        let rating = episodes[index].ratings.remove(at: place)
        return Step(
            kind: .withdrawal, id: "\(rating.id)", episode: episodes[index].id,
            command: SimulatedClinic.Command(
                path: "/v1/ratings/\(rating.id)/withdrawal",
                body: [
                    "episodeId": .text(episodes[index].id), "reason": .string(CorrectionReason.entryError.rawValue),
                ]))
    }

    private mutating func close(_ index: Int) -> Step {
        let episode = episodes.remove(at: index)
        return Step(
            kind: .closure, id: "\(episode.id)", episode: episode.id,
            command: SimulatedClinic.Command(
                path: "/v1/episodes/\(episode.id)/closure",
                body: ["day": .text(CalendarDay(daysSinceEpoch: Self.openedOn.daysSinceEpoch + 300)), "reason": .string(ClosureReason.agreedEnd.rawValue)]))
    }

    /// Sessions come back-dated now and then, as paper does.
    private mutating func record(_ rating: Rating, worsens: Bool) -> [JSON.Member] {
        let measure = Self.measures[rating.instrument]
        let session = Int.random(in: 0..<20, using: &random) == 0 ? max(1, rating.session - 2) : rating.session
        var members: [JSON.Member] = [
            .init("instrument", .string(measure.id)), .init("version", .string(measure.version)),
            .init("session", .integer(session)),
            .init("day", .text(CalendarDay(daysSinceEpoch: Self.openedOn.daysSinceEpoch + session))),
        ]
        if measure.items > 0 {
            let items = (1...measure.items).map { item in
                // The ninth of the PHQ-9 speaks of danger.
                let most = item == 9 ? (Int.random(in: 0..<15, using: &random) == 0 ? 2 : 0) : 3
                return JSON.integer(Int.random(in: 0...most, using: &random))
            }
            members.append(.init("items", .array(items)))
        } else {
            let total = 200 + (worsens ? -6 : 4) * session + Int.random(in: -60...60, using: &random)
            members.append(.init("total", Self.tenths(min(400, max(0, total)))))
        }
        return members
    }

    private static func tenths(_ value: Int) -> JSON {
        (try? JSON.parse(Array("\(value / 10).\(value % 10)".utf8))) ?? .integer(value / 10)
    }

    private func id<ID: Identity>(_ what: String) -> ID {
        DerivedIdentity.named("attune chaos", site.text, name, what, "\(made)")
    }
}
