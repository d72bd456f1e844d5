import Domain

/// What somebody does about an alert, once they have been told of it.
struct QuarterAnswer {
    enum Step: Equatable {
        case open, acknowledge, review
        case resolve(AlertOutcome)
        case withdraw(WithdrawalOfAlert)
    }

    /// Minutes after the step before, or after being told.
    typealias Plan = [(after: Int, step: Step)]

    /// Kinds that have a support review.
    private static let aboutCourses: Set<AlertKind> = [.deteriorating, .notOnTrack, .stalled]

    /// The plan of a clinician who is told of an alert; empty where they will do nothing.
    /// - Parameter reviews: the site demands a review, so that there is one.
    static func clinician(_ kind: AlertKind, reviews: Bool, _ random: inout SplitMix64) -> Plan {
        let outcome = outcome(&random)
        let chance = Int.random(in: 0..<100, using: &random)
        func minutes(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
        if kind == .safety {
            if chance >= 94 { return [] }
            let isLate = chance >= 82
            return [
                (minutes(isLate ? 120...300 : 2...20), .open), (0, .acknowledge),
                (minutes(60...1500), .resolve(outcome)),
            ]
        }
        let isAboutCourse = aboutCourses.contains(kind)
        let hasReview = isAboutCourse && (reviews || minutes(0...2) == 0)
        let review: Plan = hasReview ? [(minutes(30...2880), .review)] : []
        switch chance {
        case ..<2: return [(minutes(30...600), .open), (minutes(5...60), .withdraw(.enteredAsTest))]
        case ..<66:
            return [(minutes(20...420), .open), (minutes(0...90), .acknowledge)] + review + [
                (minutes(600...7200), .resolve(outcome))
            ]
        case ..<84:
            return [(minutes(4000...13_000), .open), (0, .acknowledge)] + review + [
                (minutes(600...4000), .resolve(outcome))
            ]
        case ..<90: return [(minutes(60...600), .open), (minutes(0...60), .acknowledge)]
        case ..<93: return [(minutes(60...600), .open)]
        default: return []
        }
    }

    /// The plan of a supervisor or a duty desk to whom an alert was passed on.
    static func standIn(_ kind: AlertKind, reviews: Bool, _ random: inout SplitMix64) -> Plan {
        let outcome = outcome(&random)
        func minutes(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
        if kind == .safety {
            return [(minutes(5...20), .open), (0, .acknowledge), (minutes(30...300), .resolve(outcome))]
        }
        guard minutes(0...9) < 7 else { return [] }
        let isAboutCourse = aboutCourses.contains(kind)
        return [(minutes(60...600), .open), (minutes(0...30), .acknowledge)]
            + (reviews && isAboutCourse ? [(minutes(60...1500), .review)] : []) + [
                (minutes(300...3000), .resolve(outcome))
            ]
    }

    private static func outcome(_ random: inout SplitMix64) -> AlertOutcome {
        switch Int.random(in: 0..<100, using: &random) {
        case ..<55: .discussedWithClient
        case ..<80: .planChanged
        case ..<88: .referred
        default: .noActionNeeded
        }
    }
}

/// What was answered with success, as those who answered know it: nothing of it is read from the database.
struct QuarterAnswers {
    private(set) var opened: [AlertKind: Set<String>] = [:]
    private(set) var acknowledged: [AlertKind: Set<String>] = [:]
    private(set) var reviewed: [AlertKind: Set<String>] = [:]
    private(set) var ended: [AlertKind: [String: LoopEnding]] = [:]
    /// Answers that were refused because the alert had been closed meanwhile.
    private(set) var tooLate = 0

    mutating func note(_ step: QuarterAnswer.Step, of alert: String, _ kind: AlertKind, isOpened: Bool) {
        switch step {
        case .open: if isOpened { opened[kind, default: []].insert(alert) }
        case .acknowledge: acknowledged[kind, default: []].insert(alert)
        case .review:
            acknowledged[kind, default: []].insert(alert)
            reviewed[kind, default: []].insert(alert)
        case .resolve(let outcome):
            acknowledged[kind, default: []].insert(alert)
            ended[kind, default: [:]][alert] = LoopEnding(
                status: "resolved", outcome: outcome.rawValue)
        case .withdraw(let reason):
            ended[kind, default: [:]][alert] = LoopEnding(status: "withdrawn", outcome: reason.rawValue)
        }
    }

    mutating func noteTooLate() { tooLate += 1 }

    var count: Int {
        [opened, acknowledged, reviewed].flatMap(\.values).reduce(0) { $0 + $1.count }
            + ended.values.reduce(0) { $0 + $1.count }
    }

    /// What the report says otherwise, as lines; empty where it tells the same of every kind.
    func differences(from report: LoopReport) -> [String] {
        var lines: [String] = []
        for kind in AlertKind.allCases {
            let figures = report.kinds[kind] ?? KindFigures()
            func compare(_ what: String, _ sent: Int, _ told: Int) {
                if sent != told {
                    lines.append("\(kind.rawValue), \(what): \(sent) answers were sent, \(told) are reported")
                }
            }
            compare("opened", opened[kind]?.count ?? 0, figures[.opened])
            compare("acknowledged", acknowledged[kind]?.count ?? 0, figures[.acknowledged])
            compare("reviewed", reviewed[kind]?.count ?? 0, figures[.reviewed])
            var sent: [LoopEnding: Int] = [:]
            for ending in (ended[kind] ?? [:]).values { sent[ending, default: 0] += 1 }
            let told = figures.endings.filter { $0.key.status != "superseded" }
            for ending in Set(sent.keys).union(told.keys).sorted() {
                compare("\(ending.status) \(ending.outcome)", sent[ending] ?? 0, told[ending] ?? 0)
            }
        }
        return lines
    }
}
