import Catalogue
import Domain

/// What was recorded of a check-in, for the one who answered.
struct SummaryPage {
    let found: CheckIn
    let path: String
    let words: Words
    /// The name under which the browser kept what was filled in, until now.
    let keptAs: String
    let title: (Instrument) -> String
    let isWorded: (Instrument) -> Bool

    var values: [String: Any] {
        let speaksOfDanger = found.measures.contains {
            if case .scored(_, let isSafetyEvent) = $0.answer { isSafetyEvent } else { false }
        }
        return [
            "measures": found.measures.map(measure), "speaksOfDanger": speaksOfDanger, "leave": "\(path)/leave",
            "away": path, "kept": keptAs,
            "isComplete": !found.measures.isEmpty && found.measures.allSatisfy { $0.answer != nil },
        ]
    }

    private func measure(_ measure: CheckIn.Measure) -> [String: Any] {
        let instrument = measure.instrument
        var values: [String: Any] = [
            "name": title(instrument), "path": "\(path)/m/\(instrument.reference.id)", "isScored": false,
            "isDeclined": false, "isDue": false, "isUnworded": false, "said": "", "scale": "", "advice": "",
        ]
        switch measure.answer {
        case .scored(let score, _):
            func number(_ steps: Int) -> String { words.decimal(steps, denominator: instrument.stepDenominator) }
            values["isScored"] = true
            values["said"] = words("checkin.summary.score", ["score": number(score)])
            values["scale"] = words(
                "checkin.summary.scale.\(meaning(of: instrument))",
                [
                    "lowest": number(instrument.totalRange.lowerBound),
                    "highest": number(instrument.totalRange.upperBound),
                ])
        case .declined: values["isDeclined"] = true
        case nil where isWorded(instrument): values["isDue"] = true
        case nil:
            values["isUnworded"] = true
            values["said"] = words("checkin.unworded.text", ["instrument": instrument.title])
            values["advice"] = "attune texts load \(instrument.reference.id).json"
        }
        return values
    }

    /// Key of the words for which end is good.
    private func meaning(of instrument: Instrument) -> String {
        switch (instrument.purpose, instrument.direction) {
        case (.alliance, .higherIsBetter): "allianceHigh"
        case (.alliance, .lowerIsBetter): "allianceLow"
        case (_, .higherIsBetter): "outcomeHigh"
        case (_, .lowerIsBetter): "outcomeLow"
        }
    }
}
