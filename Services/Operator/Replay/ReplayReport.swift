import Contracts
import Domain
import ServiceKit

/// What a replay of the whole history has found, as text and as JSON.
struct ReplayReport {
    private struct Group: Hashable, Comparable {
        let site: SiteID
        let instrument: InstrumentReference

        static func < (left: Self, right: Self) -> Bool {
            left.site == right.site ? left.instrument < right.instrument : left.site < right.site
        }
    }

    private struct Counts {
        var courses = 0
        /// Sayings: one after each rating, correction and withdrawal.
        var points = 0
        var differences: [ReplayDifference.Kind: Int] = [:]
    }

    private(set) var events = 0
    private(set) var episodes = 0
    /// Episodes that hold an event which cannot be applied; replayed up to it, as scoring was.
    private(set) var parked = 0
    private(set) var alertsRecorded = 0
    var alertsReproduced = 0
    var trajectoriesProven = 0
    /// Too new to be missed.
    var pending = 0
    private var groups: [Group: Counts] = [:]
    private(set) var differences: [ReplayDifference.Kind: Int] = [:]

    var hasDifferences: Bool { !differences.isEmpty }

    mutating func take(_ replay: EpisodeReplay, _ site: SiteID) {
        events += replay.record.events.count + replay.record.alerts.count + replay.record.notifications.count
        episodes += 1
        if replay.held.fault != nil { parked += 1 }
        for step in replay.steps {
            if case .raised = step.event.step { alertsRecorded += 1 }
        }
        for key in replay.held.fold.scoring.courses.keys {
            groups[Group(site: site, instrument: key.instrument), default: Counts()].courses += 1
        }
        for (instrument, points) in Self.points(replay.held.said) {
            groups[Group(site: site, instrument: instrument), default: Counts()].points += points
        }
    }

    /// Few instruments in an episode: looking through them is quicker than hashing their names for every saying.
    private static func points(_ said: [Saying]) -> [(instrument: InstrumentReference, points: Int)] {
        var counts: [(instrument: InstrumentReference, points: Int)] = []
        for saying in said {
            if let index = counts.firstIndex(where: { $0.instrument == saying.update.key.instrument }) {
                counts[index].points += 1
            } else {
                counts.append((saying.update.key.instrument, 1))
            }
        }
        return counts
    }

    mutating func take(_ difference: ReplayDifference) {
        differences[difference.kind, default: 0] += 1
        guard let instrument = difference.instrument else { return }
        groups[Group(site: difference.site, instrument: instrument), default: Counts()]
            .differences[difference.kind, default: 0] += 1
    }

    var text: String {
        let columns = [("points differ", ReplayDifference.Kind.point), ("alerts more", .alertMore), ("alerts less", .alertLess)]
        var rows = [["site", "instrument", "courses", "points"] + columns.map(\.0) + ["record differs"]]
        for (group, counts) in groups.sorted(by: { $0.key < $1.key }) {
            let ofRecord = counts.differences.filter { $0.key.isOfRecord }.values.reduce(0, +)
            rows.append(
                ["\(group.site)", "\(group.instrument)", "\(counts.courses)", "\(counts.points)"]
                    + columns.map { "\(counts.differences[$0.1] ?? 0)" } + ["\(ofRecord)"])
        }
        return (Self.table(rows) + [""] + summary).joined(separator: "\n")
    }

    private var summary: [String] {
        var lines = [
            "\(events) events of \(episodes) episodes; \(parked) episodes replayed only up to an event that cannot be applied",
            "alerts recorded \(alertsRecorded), reproduced \(alertsReproduced); effects still pending \(pending)",
        ]
        if trajectoriesProven > 0 { lines.append("trajectory events proven byte for byte by the audit log: \(trajectoriesProven)") }
        let found = ReplayDifference.Kind.allCases.compactMap { kind in differences[kind].map { "\(kind.rawValue): \($0)" } }
        return lines + (found.isEmpty ? ["no differences"] : ["differences"] + found.map { "  \($0)" })
    }

    var json: JSON {
        [
            "events": .integer(events), "episodes": .integer(episodes), "episodes_not_whole": .integer(parked),
            "alerts_recorded": .integer(alertsRecorded), "alerts_reproduced": .integer(alertsReproduced),
            "trajectories_proven": .integer(trajectoriesProven), "pending": .integer(pending),
            "differences": .object(Self.members(differences)),
            "groups": .array(
                groups.sorted { $0.key < $1.key }.map { group, counts in
                    [
                        "site": .text(group.site), "instrument": .text(group.instrument), "courses": .integer(counts.courses),
                        "points": .integer(counts.points), "differences": .object(Self.members(counts.differences)),
                    ]
                }),
        ]
    }

    private static func members(_ counts: [ReplayDifference.Kind: Int]) -> [JSON.Member] {
        ReplayDifference.Kind.allCases.map { JSON.Member($0.rawValue, .integer(counts[$0] ?? 0)) }
    }

    /// Columns aligned: the first two to the left, figures to the right.
    private static func table(_ rows: [[String]]) -> [String] {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.indices.map { column in
                let blank = String(repeating: " ", count: widths[column] - row[column].count)
                return column < 2 ? row[column] + blank : blank + row[column]
            }.joined(separator: "  ")
        }
    }
}

extension ReplayDifference.Kind {
    /// Whether it is about what was recorded, and not about the model of choice.
    fileprivate var isOfRecord: Bool {
        switch self {
        case .alertNotReproduced, .alertNotCalledFor, .alertMissing, .trajectoryDiffers, .trajectoryNotReproduced,
            .trajectoryNotInLog: true
        case .point, .alertMore, .alertLess: false
        }
    }
}
