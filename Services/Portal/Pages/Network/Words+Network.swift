import Domain

extension Words {
    func title(_ figure: NetworkFigure) -> String {
        switch figure {
        case .outcome: self["network.outcome.title"]
        case .offTrack: self["network.offTrack.title"]
        case .alliance: self["network.alliance.title"]
        case .dropOut: self["network.dropOut.title"]
        case .response: self["network.response.title"]
        }
    }

    func explanation(_ figure: NetworkFigure) -> String {
        switch figure {
        case .outcome: self["network.outcome.text"]
        case .offTrack: self["network.offTrack.text"]
        case .alliance: self["network.alliance.text"]
        case .dropOut: self["network.dropOut.text"]
        case .response: self["network.response.text"]
        }
    }

    /// The classes in their order, and the total.
    func columns(_ figure: NetworkFigure) -> [String] {
        switch figure {
        case .outcome:
            [
                self["network.outcome.recovered"], self["network.outcome.improved"], self["network.outcome.notImproved"],
                self["network.outcome.beganBeyond"], self["network.outcome.notRated"], self["network.outcome.total"],
            ]
        case .offTrack: [self["network.offTrack.yes"], self["network.offTrack.no"], self["network.offTrack.total"]]
        case .alliance: [self["network.alliance.yes"], self["network.alliance.no"], self["network.alliance.total"]]
        case .dropOut: [self["network.dropOut.yes"], self["network.dropOut.no"], self["network.dropOut.total"]]
        case .response: [self["network.response.yes"], self["network.response.no"], self["network.response.total"]]
        }
    }

    /// In the order of `FigureRate.all`.
    func rates(_ figure: NetworkFigure) -> [String] {
        switch figure {
        case .outcome: [self["network.outcome.improvement"], self["network.outcome.recovery"]]
        case .offTrack: [self["network.offTrack.share"]]
        case .alliance: [self["network.alliance.share"]]
        case .dropOut: [self["network.dropOut.share"]]
        case .response: [self["network.response.share"]]
        }
    }

    /// `42% (31% to 54%)`.
    func rate(_ proportion: Proportion?) -> String {
        guard let proportion, let share = proportion.share, let interval = proportion.interval else {
            return self["network.noRate"]
        }
        func whole(_ share: Double) -> String { percent(Int((share * 100).rounded())) }
        return self(
            "network.interval",
            ["value": whole(share), "low": whole(interval.lowerBound), "high": whole(interval.upperBound)])
    }

    /// `3.5 hours (2.0 to 6.1)`.
    func wait(_ wait: NetworkWait?) -> String {
        guard let wait else { return self["network.noRate"] }
        func hours(_ minutes: Int) -> String { decimal((minutes * 10 + 30) / 60, denominator: 10) }
        return self(
            "network.hours",
            [
                "value": hours(wait.medianMinutes), "low": hours(wait.lowMinutes),
                "high": wait.highMinutes.map(hours) ?? self["network.unanswered"],
            ])
    }
}
