import Domain

extension Words {
    /// How a course stands, in words.
    func state(_ state: CourseState, _ voice: Voice) -> String {
        switch (state, voice) {
        case (.insufficientData, .client): self["chart.client.insufficientData"]
        case (.noExpectedResponse, .client): self["chart.client.noExpectedResponse"]
        case (.onTrack, .client): self["chart.client.onTrack"]
        case (.atRisk, .client): self["chart.client.atRisk"]
        case (.notOnTrack, .client): self["chart.client.notOnTrack"]
        case (.deteriorating, .client): self["chart.client.deteriorating"]
        case (.recovered, .client): self["chart.client.recovered"]
        case (.insufficientData, .clinician): self["chart.clinician.insufficientData"]
        case (.noExpectedResponse, .clinician): self["chart.clinician.noExpectedResponse"]
        case (.onTrack, .clinician): self["chart.clinician.onTrack"]
        case (.atRisk, .clinician): self["chart.clinician.atRisk"]
        case (.notOnTrack, .clinician): self["chart.clinician.notOnTrack"]
        case (.deteriorating, .clinician): self["chart.clinician.deteriorating"]
        case (.recovered, .clinician): self["chart.clinician.recovered"]
        }
    }

    func mark(_ kind: CourseMark.Kind) -> String {
        switch kind {
        case .changedApproach: self["chart.mark.changedApproach"]
        case .review: self["chart.mark.review"]
        case .transfer: self["chart.mark.transfer"]
        }
    }

    func direction(_ direction: ScoreDirection) -> String {
        switch direction {
        case .higherIsBetter: self["chart.higherIsBetter"]
        case .lowerIsBetter: self["chart.lowerIsBetter"]
        }
    }

    /// A score in its steps, e.g. `25.3`.
    func score(_ steps: Int, _ instrument: Instrument) -> String {
        decimal(steps, denominator: instrument.stepDenominator)
    }

    /// A figure of an expectation: hundredths of a step, shown in whole steps.
    func expected(_ hundredths: Int, _ instrument: Instrument) -> String {
        decimal(hundredths: hundredths, denominator: instrument.stepDenominator)
    }

    /// `17.3 to 24.0`, the lower first; with the success and failure line of a percentile model, these.
    func range(_ expectation: Expectation, _ bound: ToleranceBound, _ instrument: Instrument) -> String {
        let (lower, upper) =
            switch expectation {
            case .bounds(let bounds): bounds.range(bound)
            case .lines(let lines): (min(lines.success, lines.failure), max(lines.success, lines.failure))
            }
        return self("chart.range", ["lower": expected(lower, instrument), "upper": expected(upper, instrument)])
    }
}
