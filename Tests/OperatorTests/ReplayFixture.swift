import Catalogue
import Contracts
import Domain
import Foundation
import Persistence
import Testing

@testable import EvidenceBundle
@testable import attune

/// An episode as the ledger would hold it, an event an hour, with the alerts that alerting would have recorded.
struct RecordedEpisode {
    private(set) var record: EpisodeRecord
    let catalogue: Catalogue
    private(set) var time = Timestamp(microseconds: 1_767_225_600_000_000)

    static let site = SiteID(unchecked: "north")

    init(_ contents: [EpisodeEvent], catalogue: Catalogue) throws {
        self.catalogue = catalogue
        record = EpisodeRecord(stream: EpisodeID(rawValue: UUID()))
        for content in contents { try append(content) }
    }

    mutating func append(_ content: EpisodeEvent) throws {
        record.add(
            event(
                .episode, version: record.events.count + 1, id: TimeOrderedIdentity.make(at: time), type: content.type,
                payload: try EpisodeEventCodec.encode(content, actor: "c-01")))
        time = time.advanced(bySeconds: 3600)
    }

    /// Records an alert about what an event said, as alerting does.
    /// - Parameter altered: makes the raising something else before it is written.
    @discardableResult
    mutating func raise(
        after place: Int, basedOn figures: Catalogue? = nil,
        _ altered: (AlertRaising) -> AlertRaising = { $0 }
    ) throws -> AlertID {
        let sayings = Sayings(EpisodeContents(record.events), ReplayBases(figures ?? catalogue))
        let saying = try #require(sayings.said.first { $0.place == place })
        let signal = try #require(saying.signals.first)
        let cause = DerivedIdentity.trajectory(following: record.events[place].id, on: saying.update.course.basis)
        let alert: AlertID = DerivedIdentity.following(cause, rule: "alert \(signal.kind.rawValue)")
        let raising = altered(
            AlertRaising(
                cause: cause, rule: signal.rule, rating: signal.rating, course: saying.update.key,
                provenance: saying.update.course.basis.provenance, clinician: "c-01", dueAt: time))
        try step(
            AlertEvent(alert: alert, kind: signal.kind, step: .raised(raising)),
            id: DerivedIdentity.following(raising.cause, rule: "raised \(alert)"),
            at: record.events[place].recordedAt.advanced(bySeconds: 1))
        return alert
    }

    mutating func step(_ event: AlertEvent, id: EventID = EventID(rawValue: UUID()), at moment: Timestamp? = nil) throws {
        let type = event.type
        record.add(
            self.event(
                .alert, version: record.alerts.count + 1, id: id, type: type, payload: try AlertEventCodec.encode(event),
                at: moment))
        if moment == nil { time = time.advanced(bySeconds: 3600) }
    }

    mutating func notify(_ alert: AlertID) throws {
        let event = NotificationEvent(
            delivery: DeliveryID(rawValue: UUID()), alert: alert, cause: EventID(rawValue: UUID()), recipient: "team-a",
            channel: .email, result: .delivered(attempt: 1, template: "alert", reply: 250))
        record.add(
            self.event(
                .notification, version: record.notifications.count + 1, id: EventID(rawValue: UUID()), type: event.type,
                payload: try NotificationEventCodec.encode(event)))
    }

    private func event(
        _ lane: Lane, version: Int, id: EventID, type: EventType, payload: [UInt8], at moment: Timestamp? = nil
    ) -> LedgerEvent {
        LedgerEvent(
            position: Int64(version), lane: lane, id: id, stream: record.stream, version: Int64(version), site: Self.site,
            type: type.rawValue, recordedAt: moment ?? time, traceparent: nil, payload: payload)
    }

    func replay(by figures: Catalogue? = nil, model: ExpectedResponseModel? = nil) throws -> Outcome {
        let figures = figures ?? catalogue
        var differences: [ReplayDifference] = []
        var replay = HistoryReplay(
            held: ReplayBases(figures), chosen: model.map { ReplayBases(figures, model: $0) },
            raisedKinds: { _ in AlertPolicy.usuallyRaised }, site: nil, settled: Timestamp(microseconds: .max)
        ) { differences.append($0) }
        try replay.add(record)
        return Outcome(report: replay.report, differences: differences)
    }

    struct Outcome {
        let report: ReplayReport
        let differences: [ReplayDifference]
        var kinds: [ReplayDifference.Kind] { differences.map(\.kind) }
    }

    /// The events as a bundle has them, in a folder of its own.
    static func bundle(_ episodes: [EpisodeRecord], in files: TestFolder, leaves: String? = nil) throws -> String {
        let folder = files.path("bundle-\(UUID().uuidString)")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // By lane and position, as they stand in the ledger: episodes lie among each other.
        let events = episodes.flatMap { $0.events + $0.alerts + $0.notifications }.sorted {
            ($0.category.rawValue, $0.backfill ? 1 : 0, $0.position, $0.stream.description)
                < ($1.category.rawValue, $1.backfill ? 1 : 0, $1.position, $1.stream.description)
        }
        let lines = events.map { String(decoding: LedgerLine.encode($0), as: UTF8.self) + "\n" }
        try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: folder + "/events.ndjson"))
        if let leaves { try Data(leaves.utf8).write(to: URL(fileURLWithPath: folder + "/leaves.ndjson")) }
        return folder
    }
}
