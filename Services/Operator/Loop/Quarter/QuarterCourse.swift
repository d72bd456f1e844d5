import Contracts
import Domain
import ServiceKit

/// One made-up course of treatment: who, when, and how it goes. The seed decides everything.
struct QuarterCourse {
    enum Measure: CaseIterable {
        case ors, phq9, gad7
    }

    enum Way: CaseIterable {
        case improving, flat, worsening, drifting
    }

    /// One appointment.
    struct Session {
        let number: Int
        let day: CalendarDay
        let hour: Int
        let isMissed: Bool
    }

    let id: EpisodeID
    let participant: ParticipantID
    let site: Int
    let clinician: Int
    let measure: Measure
    let way: Way
    /// The alliance rating falls at this session; nil where the work goes well.
    let strain: Int?
    /// The ninth item of the PHQ-9 is answered at this session; nil for never.
    let danger: Int?
    /// The first alliance rating is as good as can be.
    let isGuarded: Bool
    let start: Double
    let sessions: [Session]
    /// Whether it is closed after the last session.
    let closes: Bool
    private let index: Int
    private let name: String
    private let seed: UInt64

    /// - Parameter interval: days from session to session.
    init(_ index: Int, seed: UInt64, first: CalendarDay, last: CalendarDay, every interval: Int = 7) {
        var random = SplitMix64(seed: seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15)
        func among(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
        self.index = index
        name = "\(seed)/\(index)"
        self.seed = seed &+ UInt64(index) &* 0xD134_2543_DE82_EF95
        id = DerivedIdentity.named("attune quarter", name, "episode")
        participant = DerivedIdentity.named("attune quarter", name, "participant")
        site = index % QuarterSite.all.count
        clinician = index / QuarterSite.all.count % 4
        measure = among(20) < 10 ? .ors : among(2) == 0 ? .phq9 : .gad7
        way =
            [
                .improving, .improving, .improving, .improving, .improving, .flat, .flat, .drifting, .worsening,
                .worsening,
            ][among(10)]
        strain = among(6) == 0 ? 2 + among(4) : nil
        danger = measure == .phq9 && among(4) == 0 ? 1 + among(5) : nil
        isGuarded = among(20) == 0
        start = Double.random(in: 0.45...0.75, using: &random)
        let span = last.daysSinceEpoch - first.daysSinceEpoch
        // The first weeks fill the caseloads; later ones take the places of those who leave.
        var day = first.advanced(byDays: among(max(1, among(2) == 0 ? span / 3 : span * 3 / 4)))
        while !day.isWeekday { day = day.advanced(byDays: 1) }
        let count = 5 + among(8)
        let hour = [9, 11, 14, 16][among(4)]
        var sessions: [Session] = []
        for number in 1...count where day <= last {
            sessions.append(Session(number: number, day: day, hour: hour, isMissed: number > 1 && among(14) == 0))
            day = day.advanced(byDays: interval)
        }
        self.sessions = sessions
        closes = sessions.count == count
    }

    // MARK: - What is posted

    /// - Parameter clinician: who answers for the course when it begins.
    func opening(_ site: SiteID, clinician: String) -> SimulatedClinic.Command {
        SimulatedClinic.Command(
            path: "/v1/episodes",
            body: [
                "episodeId": .text(id), "site": .text(site), "service": "adult",
                "openedOn": .text(sessions.first?.day), "clinician": .string(clinician),
                "participants": [
                    .object(
                        [
                            .init("participantId", .text(participant)), .init("role", "self"), .init("ageBand", "adult"),
                        ] + MadeUpGroup.members(of: index))
                ],
            ])
    }

    /// The session itself, and what was rated in it.
    func commands(at session: Session, clinician: String) -> [SimulatedClinic.Command] {
        let id: SessionID = DerivedIdentity.named("attune quarter", name, "session", "\(session.number)")
        let path = "/v1/episodes/\(self.id)"
        guard !session.isMissed else {
            return [
                SimulatedClinic.Command(
                    path: path + "/sessions",
                    body: [
                        "sessionId": .text(id),
                        "missed": ["day": .text(session.day), "reason": .string(MissedReason.notAttended.rawValue)],
                    ])
            ]
        }
        let held = SimulatedClinic.Command(
            path: path + "/sessions",
            body: [
                "sessionId": .text(id), "held": ["number": .integer(session.number), "day": .text(session.day)],
            ])
        var random = SplitMix64(seed: seed &+ UInt64(session.number))
        var commands = [held]
        // Not every session is measured, and not every rating is talked about.
        let (measured, rated, talked) = (random.percent(94), random.percent(90), random.percent(75))
        let (outcome, alliance) = (outcome(session, &random), alliance(session, &random))
        if measured { commands.append(rating("outcome", session, outcome)) }
        if rated { commands.append(rating("alliance", session, alliance)) }
        if measured && talked { commands.append(discussion(session, by: clinician)) }
        return commands
    }

    private func discussion(_ session: Session, by clinician: String) -> SimulatedClinic.Command {
        SimulatedClinic.Command(
            path: "/v1/episodes/\(id)/discussions",
            body: [
                "discussionId": .text(
                    DerivedIdentity.named("attune quarter", name, "talk", "\(session.number)") as DiscussionID),
                "ratingId": .text(ratingID("outcome", session)), "day": .text(session.day), "by": .string(clinician),
            ])
    }

    private func ratingID(_ what: String, _ session: Session) -> RatingID {
        DerivedIdentity.named("attune quarter", name, what, "\(session.number)")
    }

    func closure(_ reason: ClosureReason = .agreedEnd) -> SimulatedClinic.Command {
        SimulatedClinic.Command(
            path: "/v1/episodes/\(id)/closure",
            body: ["day": .text(sessions.last?.day), "reason": .string(reason.rawValue)])
    }

    func transfer(to clinician: String) -> SimulatedClinic.Command {
        SimulatedClinic.Command(
            path: "/v1/episodes/\(id)/transfer",
            body: [
                "transferId": .text(DerivedIdentity.named("attune quarter", name, "transfer", clinician) as TransferID),
                "clinician": .string(clinician), "reason": "clinician_left",
            ])
    }

    private func rating(_ what: String, _ session: Session, _ answers: [JSON.Member]) -> SimulatedClinic.Command {
        SimulatedClinic.Command(
            path: "/v1/episodes/\(id)/ratings",
            body: .object(
                [
                    .init("ratingId", .text(ratingID(what, session))),
                    .init("participantId", .text(participant)), .init("session", .integer(session.number)),
                    .init("day", .text(session.day)),
                ] + answers))
    }

    /// How much the client suffers: 0 not at all, 1 as much as the measure can say.
    private func burden(_ session: Session, _ random: inout SplitMix64) -> Double {
        let step =
            switch way {
            case .improving: -0.055
            case .flat: 0.0
            case .drifting: 0.012
            case .worsening: 0.04
            }
        let noise = Double.random(in: -0.03...0.03, using: &random)
        return min(1, max(0, start + step * Double(session.number - 1) + noise))
    }

    private func outcome(_ session: Session, _ random: inout SplitMix64) -> [JSON.Member] {
        let burden = burden(session, &random)
        switch measure {
        case .ors:
            return [
                .init("instrument", "ors"), .init("version", "2000"),
                .init("total", Self.tenths(400 - Int(burden * 400))),
            ]
        case .phq9:
            let dangerous = session.number == danger
            return [
                .init("instrument", "phq-9"), .init("version", "2001"),
                .init("items", .array(Self.items(8, total: Int(burden * 24)) + [.integer(dangerous ? 2 : 0)])),
            ]
        case .gad7:
            return [
                .init("instrument", "gad-7"), .init("version", "2006"),
                .init("items", .array(Self.items(7, total: Int(burden * 21)))),
            ]
        }
    }

    private func alliance(_ session: Session, _ random: inout SplitMix64) -> [JSON.Member] {
        let strained = strain.map { session.number == $0 || session.number == $0 + 1 } ?? false
        let total =
            if isGuarded, session.number == 1 { 400 } else if strained { 300 } else {
                375 + Int.random(in: 0...8, using: &random)
            }
        return [.init("instrument", "srs"), .init("version", "2002"), .init("total", Self.tenths(total))]
    }

    /// Answers of 0 to 3 that add up.
    private static func items(_ count: Int, total: Int) -> [JSON] {
        (0..<count).map { .integer(min(3, (total + $0) / count)) }
    }

    private static func tenths(_ value: Int) -> JSON {
        (try? JSON.parse(Array("\(value / 10).\(value % 10)".utf8))) ?? .integer(value / 10)
    }
}

extension SplitMix64 {
    /// True so many times of a hundred.
    fileprivate mutating func percent(_ chance: Int) -> Bool { Int.random(in: 0..<100, using: &self) < chance }
}
