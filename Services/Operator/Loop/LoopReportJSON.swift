import Domain
import ServiceKit

extension LoopReport {
    /// The figures for programs: times in seconds.
    var json: JSON {
        [
            "from": .text(scope.from), "through": .text(scope.through), "site": .text(scope.site), "asOf": .text(asOf),
            "asOfClock": .string(clock.rawValue), "percentiles": "nearest rank",
            "kinds": .array(
                kinds.sorted { $0.key < $1.key }.map { kind, figures in
                    .object([JSON.Member("kind", .string(kind.rawValue))] + figures.members)
                }),
            "all": .object(all.members),
            "events": .object(events.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .integer($0.value)) }),
        ]
    }
}

extension KindFigures {
    fileprivate var members: [JSON.Member] {
        LoopFigure.allCases.map { JSON.Member($0.rawValue, .integer(self[$0])) }
            + [
                JSON.Member("overdue", .integer(overdue)),
                JSON.Member(
                    "endings",
                    .array(
                        endings.sorted { $0.key < $1.key }.map { ending, count in
                            [
                                "status": .string(ending.status), "outcome": .string(ending.outcome),
                                "alerts": .integer(count),
                            ]
                        })),
                JSON.Member("times", .object(LoopTime.allCases.map { JSON.Member($0.rawValue, Self.json(times[$0])) })),
            ]
    }

    private static func json(_ figures: TimeFigures?) -> JSON {
        [
            "n": .integer(figures?.count ?? 0), "median": seconds(figures?.median),
            "ninetyFifth": seconds(figures?.ninetyFifth),
        ]
    }

    private static func seconds(_ microseconds: Int64?) -> JSON {
        guard let microseconds else { return .null }
        let digits = String(microseconds.magnitude % 1_000_000)
        let fraction = String(repeating: "0", count: 6 - digits.count) + digits
        let text = "\(microseconds < 0 ? "-" : "")\(microseconds.magnitude / 1_000_000).\(fraction)"
        return (try? JSON.parse(Array(text.utf8))) ?? .null
    }
}
