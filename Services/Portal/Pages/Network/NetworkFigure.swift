import Domain

/// What is counted of episodes. Each of its classes is a column, and whoever is counted is in exactly one of them.
enum NetworkFigure: Hashable, Sendable {
    /// How courses on a measure stood at a fixed time.
    case outcome(InstrumentID)
    /// Whether courses on a measure were ever not on track, or reliably worse.
    case offTrack(InstrumentID)
    /// Whether an alliance rating was ever low.
    case alliance
    /// How closed episodes ended.
    case dropOut
    /// Whether somebody answered an alert in time.
    case response

    /// In the order of the columns.
    enum Outcome: Int, CaseIterable {
        case recovered, improved, notImproved
        /// The first rating was not in the clinical range, so that there was nothing to recover from.
        case beganBeyond
        /// Nobody rated at that time.
        case notRated
    }

    /// Of a figure that asks whether something is so.
    enum Answer: Int, CaseIterable {
        case yes, no
    }

    var classCount: Int {
        switch self {
        case .outcome: Outcome.allCases.count
        case .offTrack, .alliance, .dropOut, .response: Answer.allCases.count
        }
    }
}

/// Whose figures: a row of a table.
enum NetworkGroup: Hashable, Sendable {
    case all
    case site(SiteID)
    case service(SiteID, String)
    /// Clients who describe themselves with a group; nil: who have not been asked or would not say.
    case clients(ClientGroup?)

    /// Differs from row to row.
    var order: [String] {
        switch self {
        case .all: ["0"]
        case .site(let site): ["1", site.text]
        case .service(let site, let service): ["2", site.text, service]
        case .clients(let group): ["3", group?.text ?? ""]
        }
    }
}

/// What groups are made by.
enum NetworkGrouping: String, CaseIterable, Sendable {
    case site, service, group

    func holds(_ group: NetworkGroup) -> Bool {
        switch (self, group) {
        case (.site, .site), (.service, .service), (.group, .clients): true
        case (_, .all), (_, .site), (_, .service), (_, .clients): false
        }
    }
}
