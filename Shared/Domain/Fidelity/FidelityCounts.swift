/// How far the work of one group followed feedback in a month.
public struct FidelityCounts: Hashable, Sendable {
    /// So many of so many.
    public struct Share: Hashable, Sendable {
        public private(set) var count: Int
        public private(set) var of: Int

        public init(count: Int = 0, of: Int = 0) {
            self.count = count
            self.of = of
        }

        mutating func add(_ holds: Bool) {
            of += 1
            if holds { count += 1 }
        }

        /// In hundredths, rounded; nil of fewer than so many, of which a percentage says more about chance than about work.
        public func percent(ofAtLeast minimum: Int) -> Int? {
            of >= max(1, minimum) ? (count * 200 + of) / (of * 2) : nil
        }
    }

    public private(set) var sessions = 0
    /// Sessions with a client's rating of outcome, of alliance; of those at which it was not declined.
    public private(set) var outcome = Share()
    public private(set) var alliance = Share()
    /// Sessions at which clients would rather not give one: an answer, and nothing that was missed.
    public private(set) var outcomeDeclined = 0
    public private(set) var allianceDeclined = 0
    /// Sessions with either, of which a rating was talked about.
    public private(set) var discussed = Share()
    /// Alerts about courses whose support review was completed.
    public private(set) var reviewed = Share()
    /// Who answered for the sessions and alerts: only their number is of interest.
    public private(set) var clinicians: Set<String> = []

    mutating func add(
        _ session: SessionHeld, lacking: Set<MeasuredPurpose>, declined: Set<MeasuredPurpose>, isDiscussed: Bool,
        _ clinician: String
    ) {
        sessions += 1
        clinicians.insert(clinician)
        if declined.contains(.outcome) { outcomeDeclined += 1 } else { outcome.add(!lacking.contains(.outcome)) }
        if declined.contains(.alliance) { allianceDeclined += 1 } else { alliance.add(!lacking.contains(.alliance)) }
        if lacking.count + declined.count < MeasuredPurpose.allCases.count { discussed.add(isDiscussed) }
    }

    mutating func add(_ alert: FidelityAlert) {
        clinicians.insert(alert.owner)
        reviewed.add(alert.isReviewed)
    }
}
