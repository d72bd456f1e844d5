import Catalogue
import Contracts
import Domain
import Persistence

/// A history made up from a seed, as whole as a real one: episodes with five sessions on three instruments, scored, and
/// with the alerts that the rules call for.
struct MadeHistory {
    struct Episode {
        let record: EpisodeRecord
        let replay: EpisodeReplay
    }

    static let site = SiteID(unchecked: "north")
    /// Events of an episode: its opening and fifteen ratings.
    static let eventsOfEpisode = 16
    private static let begin = Timestamp(microseconds: 1_577_836_800_000_000)
    private static let instruments = [("ors", "2000"), ("srs", "2002"), ("phq-9", "2001")].map {
        InstrumentReference(id: InstrumentID(unchecked: $0.0), version: $0.1)
    }

    private let bases: ReplayBases
    private var random: SplitMix64
    private(set) var made = 0

    init(_ catalogue: Catalogue, seed: UInt64) {
        bases = ReplayBases(catalogue)
        random = SplitMix64(seed: seed)
    }

    /// The next episodes; they begin seconds apart and go on at the same time.
    mutating func episodes(_ count: Int) throws -> [Episode] { try (0..<count).map { _ in try episode() } }

    private mutating func episode() throws -> Episode {
        let start = Self.begin.advanced(bySeconds: Int64(made))
        var record = EpisodeRecord(stream: TimeOrderedIdentity.make(at: start))
        let rater = Participant(id: TimeOrderedIdentity.make(at: start), role: .self, ageBand: .adult)
        let worsens = made.isMultiple(of: 5)
        made += 1
        let opening = EpisodeOpening(
            service: "simulated", openedOn: start.day, clinician: "sim-\(made % 20)", participants: [rater])
        try add(.opened(opening), to: &record, at: start)
        for turn in 0..<(Self.eventsOfEpisode - 1) {
            let time = start.advanced(bySeconds: Int64(turn / 3 * 7 * 86_400 + turn % 3 * 60 + 3600))
            let rating = Rating(
                id: TimeOrderedIdentity.make(at: time), participant: rater.id, instrument: Self.instruments[turn % 3],
                session: turn / 3 + 1, day: time.day, answers: answers(turn, worsens))
            try add(.ratingRecorded(rating), to: &record, at: time)
        }
        try addAlerts(to: &record)
        return Episode(record: record, replay: try EpisodeReplay(record, held: bases))
    }

    private mutating func answers(_ turn: Int, _ worsens: Bool) -> Answers {
        let session = turn / 3
        switch turn % 3 {
        case 0: return .total(min(400, max(0, 190 + (worsens ? -9 : 12) * session + Int.random(in: 0..<61, using: &random) - 30)))
        case 1: return .total(min(400, 385 - (worsens ? 6 * session : 0) + Int.random(in: 0..<9, using: &random)))
        default:
            let level = worsens ? 2 : max(0, 2 - session / 3)
            return .items((1...9).map { $0 == 9 ? 0 : min(3, max(0, level + Int.random(in: 0..<3, using: &random) - 1)) })
        }
    }

    private func add(_ content: EpisodeEvent, to record: inout EpisodeRecord, at time: Timestamp) throws {
        let payload = try EpisodeEventCodec.encode(content, actor: "simulated")
        record.add(
            event(
                .episode, record, version: record.events.count + 1, TimeOrderedIdentity.make(at: time), content.type, time,
                payload))
    }

    /// As alerting would have recorded them, a second behind their causes.
    private func addAlerts(to record: inout EpisodeRecord) throws {
        let replay = try EpisodeReplay(record, held: bases)
        for step in AlertRehearsal(replay.held, of: replay, raisedKinds: AlertPolicy.usuallyRaised).steps {
            let course = step.saying.update.course
            let cause = replay.trajectories.id(of: step.saying)
            let time = record.events[step.saying.place].recordedAt.advanced(bySeconds: 1)
            let made: (alert: AlertEvent, rule: String)
            switch step.decision {
            case .supersede(let open, let reason):
                made = (AlertEvent(alert: open.id, kind: open.kind, step: .superseded(cause: cause, reason)), "superseded")
            case .raise(let signal, let key):
                let raising = AlertRaising(
                    cause: cause, rule: signal.rule, rating: signal.rating, course: key, provenance: course.basis.provenance,
                    clinician: "sim", dueAt: time.advanced(bySeconds: 86_400))
                let alert: AlertID = DerivedIdentity.following(cause, rule: "alert \(signal.kind.rawValue)")
                made = (AlertEvent(alert: alert, kind: signal.kind, step: .raised(raising)), "raised")
            }
            let id: EventID = DerivedIdentity.following(cause, rule: "\(made.rule) \(made.alert.alert)")
            record.add(
                event(
                    .alert, record, version: record.alerts.count + 1, id, made.alert.type, time,
                    try AlertEventCodec.encode(made.alert)))
        }
    }

    private func event(
        _ lane: Lane, _ record: EpisodeRecord, version: Int, _ id: EventID, _ type: EventType, _ time: Timestamp,
        _ payload: [UInt8]
    ) -> LedgerEvent {
        // Position and trace are the ledger's to give.
        LedgerEvent(
            position: 0, lane: lane, id: id, stream: record.stream, version: Int64(version), site: Self.site,
            type: type.rawValue, recordedAt: time, traceparent: TraceContext.root().description, payload: payload)
    }
}
