import Domain

/// The graph in plain words, for those who cannot see it and those who would rather read.
///
/// Change is told as change, never as an effect of anything; what is expected is told as where most people with a
/// similar start are, which is a wide range and no verdict.
struct CourseSentence {
    private let material: CourseMaterial
    private let voice: Voice
    private let words: Words

    init(_ material: CourseMaterial, voice: Voice, words: Words) {
        self.material = material
        self.voice = voice
        self.words = words
    }

    /// In order; each stands alone.
    var sentences: [String] {
        guard let first = material.points.first, let last = material.points.last else { return [words["chart.empty"]] }
        var sentences = [words.direction(material.instrument.direction, of: material.instrument.title)]
        if material.points.count == 1 {
            sentences.append(
                say(
                    "chart.clinician.only", "chart.client.only",
                    ["score": score(first), "day": words.day(first.rating.day)]))
        } else {
            sentences.append(firstAndLast(first, last))
            sentences.append(change(last))
        }
        sentences += [cutOff(last), comparison(last), alliance].compactMap { $0 }
        return sentences
    }

    private func firstAndLast(_ first: TrajectoryPoint, _ last: TrajectoryPoint) -> String {
        say(
            "chart.clinician.firstAndLast", "chart.client.firstAndLast",
            [
                "first": score(first), "firstDay": words.day(first.rating.day), "last": score(last),
                "lastDay": words.day(last.rating.day), "count": words.integer(material.points.count),
            ])
    }

    private func change(_ last: TrajectoryPoint) -> String {
        let size = words.score(abs(last.improvement), material.instrument)
        guard let reliable = material.course.basis.normSet?.reliableChange else {
            if last.improvement == 0 { return words["chart.change.none"] }
            return last.improvement > 0
                ? words("chart.change.better", ["size": size]) : words("chart.change.worse", ["size": size])
        }
        let values = ["size": size, "reliable": words.score(reliable, material.instrument)]
        if last.improvement == 0 { return words["chart.change.none"] }
        if last.improvement >= reliable {
            return say("chart.clinician.reliablyBetter", "chart.client.reliablyBetter", values)
        }
        if last.improvement <= -reliable {
            return say("chart.clinician.reliablyWorse", "chart.client.reliablyWorse", values)
        }
        return last.improvement > 0
            ? say("chart.clinician.littleBetter", "chart.client.littleBetter", values)
            : say("chart.clinician.littleWorse", "chart.client.littleWorse", values)
    }

    private func cutOff(_ last: TrajectoryPoint) -> String? {
        guard let cutOff = material.course.basis.normSet?.cutOff else { return nil }
        let values = ["cutOff": words.score(cutOff.value, material.instrument)]
        return cutOff.isClinical(last.rating.score, material.instrument.direction)
            ? say("chart.clinician.clinical", "chart.client.clinical", values)
            : say("chart.clinician.functional", "chart.client.functional", values)
    }

    private func comparison(_ last: TrajectoryPoint) -> String? {
        guard material.points.count > 1 else { return nil }
        guard let expectation = last.expectation else {
            return say("chart.clinician.nothingExpected", "chart.client.nothingExpected", [:])
        }
        let state = expectation.state(of: last, material.instrument)
        let range = words.range(expectation, .eighty, material.instrument)
        switch (expectation, state) {
        case (.bounds(let bounds), .onTrack)
        where bounds.isBetterThanMost(last.rating.score, material.instrument.direction):
            return say("chart.clinician.beyond", "chart.client.beyond", ["range": range])
        case (.bounds, .onTrack): return say("chart.clinician.asExpected", "chart.client.asExpected", ["range": range])
        case (.bounds, .atRisk): return say("chart.clinician.atEdge", "chart.client.atEdge", ["range": range])
        case (.bounds, _): return say("chart.clinician.outside", "chart.client.outside", ["range": range])
        case (.lines, .onTrack): return say("chart.clinician.linesGood", "chart.client.linesGood", ["range": range])
        case (.lines, .atRisk):
            return say("chart.clinician.linesBetween", "chart.client.linesBetween", ["range": range])
        case (.lines, _): return say("chart.clinician.linesBelow", "chart.client.linesBelow", ["range": range])
        }
    }

    private var alliance: String? {
        guard let course = material.alliance, let last = course.trajectory.points.last,
            let rule = course.basis.instrument.allianceRule
        else { return nil }
        let instrument = course.basis.instrument
        let values = [
            "instrument": instrument.title, "score": words.score(last.rating.score, instrument),
            "cutOff": words.score(rule.cutOff.value, instrument), "session": words.integer(last.rating.session),
        ]
        return rule.cutOff.isClinical(last.rating.score, instrument.direction)
            ? say("chart.clinician.allianceLow", "chart.client.allianceLow", values)
            : say("chart.clinician.allianceGood", "chart.client.allianceGood", values)
    }

    private func score(_ point: TrajectoryPoint) -> String { words.score(point.rating.score, material.instrument) }

    private func say(_ clinician: String, _ client: String, _ values: [String: String]) -> String {
        switch voice {
        case .clinician: words(clinician, values)
        case .client: words(client, values)
        }
    }
}

extension Words {
    /// That higher, or lower, is better on a measure: a sentence.
    fileprivate func direction(_ direction: ScoreDirection, of instrument: String) -> String {
        switch direction {
        case .higherIsBetter: self("chart.sentence.higherIsBetter", ["instrument": instrument])
        case .lowerIsBetter: self("chart.sentence.lowerIsBetter", ["instrument": instrument])
        }
    }
}

extension ExpectedResponse {
    /// Whether a score, in steps, lies beyond the 68 % bound on the favourable side.
    fileprivate func isBetterThanMost(_ score: Int, _ direction: ScoreDirection) -> Bool {
        switch direction {
        case .higherIsBetter: score * 100 > upper68
        case .lowerIsBetter: score * 100 < lower68
        }
    }
}

extension Expectation {
    /// How a point stands to what was expected, whatever the change since the first rating makes of its state.
    fileprivate func state(of point: TrajectoryPoint, _ instrument: Instrument) -> CourseState {
        let score = point.rating.score * 100
        let sign = instrument.direction.sign
        let (better, worse) =
            switch self {
            case .bounds(let bounds):
                switch instrument.direction {
                case .higherIsBetter: (bounds.lower68, bounds.lower80)
                case .lowerIsBetter: (bounds.upper68, bounds.upper80)
                }
            case .lines(let lines): (lines.success, lines.failure)
            }
        if (score - worse) * sign < 0 { return .notOnTrack }
        return (score - better) * sign < 0 ? .atRisk : .onTrack
    }
}
