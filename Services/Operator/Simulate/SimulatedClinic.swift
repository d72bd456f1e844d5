import Contracts
import Domain
import ServiceKit

/// A clinic made up from a seed: the same seed makes the same ids and the same answers.
struct SimulatedClinic: Sendable {
    let site: SiteID
    let seed: UInt64
    let episodes: Int
    let openedOn: CalendarDay

    /// One request.
    struct Command: Sendable {
        let path: String
        let body: JSON

        /// The same as a line of a batch, which says in its body what here the address says.
        var asLine: JSON {
            guard case .object(let members) = body else { return body }
            let parts = path.split(separator: "/").map(String.init)
            guard parts.count == 4 else { return .object([.init("type", "episode")] + members) }
            let type = parts[3].hasSuffix("s") ? String(parts[3].dropLast()) : parts[3]
            return .object([.init("type", .string(type)), .init("episodeId", .string(parts[2]))] + members)
        }
    }

    /// Opens episode `index`.
    func opening(_ index: Int) -> Command {
        Command(
            path: "/v1/episodes",
            body: [
                "episodeId": .text(episode(index)), "site": .string(site.text), "service": "simulated",
                "openedOn": .text(openedOn), "clinician": .string("sim-\(index % 20)"),
                "participants": [["participantId": .text(participant(index)), "role": "self", "ageBand": "adult"]],
            ])
    }

    /// Rating `number` of the whole simulation: episodes take turns, sessions rise, instruments alternate
    /// between ORS, SRS and PHQ-9. About one course in five gets worse.
    func rating(_ number: Int) -> Command {
        let index = number % episodes
        let turn = number / episodes
        let session = turn / 3 + 1
        var random = SplitMix64(seed: seed &+ UInt64(number) &* 0x9E37_79B9)
        var body: [JSON.Member] = [
            .init("ratingId", .text(id("rating", number) as RatingID)),
            .init("participantId", .text(participant(index))), .init("session", .integer(session)),
            .init("day", .text(CalendarDay(daysSinceEpoch: openedOn.daysSinceEpoch + session - 1))),
        ]
        let worsens = index % 5 == 0
        switch turn % 3 {
        case 0:
            let drift = (worsens ? -9 : 12) * (session - 1)
            let total = min(400, max(0, 190 + drift + Int.random(in: 0..<61, using: &random) - 30))
            body += [.init("instrument", "ors"), .init("version", "2000"), .init("total", tenths(total))]
        case 1:
            // Less than a point up and down, which is no signal, unless the work goes wrong.
            let total = max(0, min(400, 385 - (worsens ? 6 * session : 0) + Int.random(in: 0..<9, using: &random)))
            body += [.init("instrument", "srs"), .init("version", "2002"), .init("total", tenths(total))]
        default:
            let level = worsens ? 2 : max(0, 2 - session / 3)
            let items = (1...9).map { item in
                JSON.integer(item == 9 ? (Int.random(in: 0..<40, using: &random) == 0 ? 1 : 0) : min(3, max(0, level + Int.random(in: 0..<3, using: &random) - 1)))
            }
            body += [.init("instrument", "phq-9"), .init("version", "2001"), .init("items", .array(items))]
        }
        return Command(path: "/v1/episodes/\(episode(index))/ratings", body: .object(body))
    }

    /// A first rating of episode `index` that answers the safety item.
    func unsafeRating(_ index: Int) -> Command {
        Command(
            path: "/v1/episodes/\(episode(index))/ratings",
            body: [
                "ratingId": .text(id("unsafe", index) as RatingID), "participantId": .text(participant(index)),
                "session": 1, "day": .text(openedOn), "instrument": "phq-9", "version": "2001",
                "items": [1, 1, 1, 1, 1, 1, 1, 1, 1],
            ])
    }

    private func tenths(_ steps: Int) -> JSON {
        (try? JSON.parse(Array("\(steps / 10).\(steps % 10)".utf8))) ?? .integer(steps / 10)
    }

    func episode(_ index: Int) -> EpisodeID { id("episode", index) }
    private func participant(_ index: Int) -> ParticipantID { id("participant", index) }

    private func id<ID: Identity>(_ kind: String, _ number: Int) -> ID {
        DerivedIdentity.named("attune simulate", site.text, "\(seed)", kind, "\(number)")
    }
}
