import Contracts
import Crypto
import Domain
import Persistence

/// The whole history, said again and compared: counts as it goes, and hands on every difference at once, so that no more
/// than one episode is ever held.
struct HistoryReplay {
    let held: ReplayBases
    /// Nil: nothing but the record is compared.
    let chosen: ReplayBases?
    let raisedKinds: (SiteID) -> Set<AlertKind>
    /// Nil: every site.
    let site: SiteID?
    /// Effects of what was recorded later are not missed yet.
    let settled: Timestamp
    let onDifference: (ReplayDifference) throws -> Void

    private(set) var report = ReplayReport()

    mutating func add(_ record: EpisodeRecord) throws {
        guard let found = record.events.first?.site ?? record.alerts.first?.site, site.map({ $0 == found }) ?? true else { return }
        var replay: EpisodeReplay
        do {
            replay = try EpisodeReplay(record, held: held, chosen: chosen)
        } catch {
            throw UnreadableBundle(place: "episode \(record.stream)", reason: "a step of an alert cannot be read: \(error)")
        }
        report.take(replay, found)
        try checkAlerts(&replay, found)
        try checkLog(&replay, found)
        if let chosen = replay.chosen { try compare(replay, chosen, found) }
    }

    private mutating func checkAlerts(_ replay: inout EpisodeReplay, _ site: SiteID) throws {
        var check = AlertCheck(replay, raisedKinds: raisedKinds(site), settled: settled)
        check.run(&replay.trajectories)
        report.alertsReproduced += check.reproduced
        report.pending += check.pending
        for finding in check.findings {
            try differ(
                ReplayDifference(
                    kind: finding.kind.differenceKind, site: site, episode: replay.record.stream,
                    instrument: finding.course.instrument, cause: finding.cause, rating: finding.signal.rating,
                    alert: finding.alert, was: finding.alert == nil ? nil : finding.signal.rule.name,
                    replayed: finding.alert == nil ? finding.signal.rule.name : finding.reason))
        }
    }

    /// Every trajectory event made again, byte for byte, beside the digest that the audit log has of it.
    private mutating func checkLog(_ replay: inout EpisodeReplay, _ site: SiteID) throws {
        guard var logged = replay.record.said else { return }
        func difference(_ kind: ReplayDifference.Kind, _ cause: EventID, _ saying: Saying?) -> ReplayDifference {
            ReplayDifference(
                kind: kind, site: site, episode: replay.record.stream, instrument: saying?.update.key.instrument,
                cause: cause, rating: saying?.update.rating)
        }
        var unheard: [Saying] = []
        for saying in replay.held.said {
            let id = replay.trajectories.id(of: saying)
            guard let digest = logged.removeValue(forKey: id) else {
                unheard.append(saying)
                continue
            }
            if try replay.digest(of: saying) == digest {
                report.trajectoriesProven += 1
            } else {
                try differ(difference(.trajectoryDiffers, id, saying))
            }
        }
        var heardOtherwise: Set<Int> = []
        for (id, digest) in logged.sorted(by: { $0.key < $1.key }) {
            guard let saying = replay.trajectories.saying(id) else {
                try differ(difference(.trajectoryNotReproduced, id, nil))
                continue
            }
            heardOtherwise.insert(saying.place)
            if try replay.digest(of: saying) == digest {
                report.trajectoriesProven += 1
            } else {
                try differ(difference(.trajectoryDiffers, id, saying))
            }
        }
        for saying in unheard where !heardOtherwise.contains(saying.place) {
            if replay.record.events[saying.place].recordedAt > settled {
                report.pending += 1
            } else {
                try differ(difference(.trajectoryNotInLog, replay.trajectories.id(of: saying), saying))
            }
        }
    }

    private mutating func compare(_ replay: EpisodeReplay, _ chosen: Sayings, _ site: SiteID) throws {
        for (was, other) in zip(replay.held.said, chosen.said) {
            guard !was.agrees(with: other) else { continue }
            try differ(
                ReplayDifference(
                    kind: .point, site: site, episode: replay.record.stream, instrument: was.update.key.instrument,
                    cause: replay.record.events[was.place].id, rating: was.update.rating, was: was.words,
                    replayed: other.words))
        }
        let kinds = raisedKinds(site)
        let before = AlertRehearsal(replay.held, of: replay, raisedKinds: kinds).raised
        let after = AlertRehearsal(chosen, of: replay, raisedKinds: kinds).raised
        for (raises, others, kind) in [(after, Set(before), ReplayDifference.Kind.alertMore), (before, Set(after), .alertLess)] {
            for raise in raises where !others.contains(raise) {
                try differ(
                    ReplayDifference(
                        kind: kind, site: site, episode: replay.record.stream, instrument: raise.course.instrument,
                        cause: raise.cause, rating: raise.signal.rating,
                        was: kind == .alertLess ? raise.signal.rule.name : nil,
                        replayed: kind == .alertMore ? raise.signal.rule.name : nil))
            }
        }
    }

    private mutating func differ(_ difference: ReplayDifference) throws {
        report.take(difference)
        try onDifference(difference)
    }
}

extension AlertFinding.Kind {
    fileprivate var differenceKind: ReplayDifference.Kind {
        switch self {
        case .notReproduced: .alertNotReproduced
        case .notCalledFor: .alertNotCalledFor
        case .missing: .alertMissing
        }
    }
}

extension EpisodeReplay {
    /// SHA-256 of the payload of the trajectory event that carried a saying.
    fileprivate func digest(of saying: Saying) throws -> [UInt8] {
        let payload = try TrajectoryCodec.encode(saying.update, cause: record.events[saying.place].id)
        return Array(SHA256.hash(data: payload))
    }
}

extension Saying {
    fileprivate func agrees(with other: Saying) -> Bool {
        update.course.trajectory.state == other.update.course.trajectory.state && signals == other.signals
    }

    /// State of the course and what speaks, as one line.
    var words: String {
        let rules = signals.map(\.rule.name)
        let state = update.course.trajectory.state.rawValue
        return rules.isEmpty ? state : "\(state): \(rules.joined(separator: ", "))"
    }
}
