import Contracts
import Domain
import Foundation
import SwiftProtobuf
import TestSupport

/// Events of every type and of every choice within it, for recording what a release writes.
enum EventSamples {
    private static let episode = EpisodeID("018f2c1e-7a00-7000-8000-000000000001")!
    private static let participant = ParticipantID("018f2c1e-7a00-7000-8000-000000000002")!
    private static let event = EventID("018f2c1e-7a00-7000-8000-00000000000a")!
    private static let alert = AlertID("018f2c1e-7a00-7000-8000-000000000021")!
    private static let time = Timestamp("2026-03-02T10:00:00.123456Z")!
    private static let digest = [UInt8](0..<32)

    static func all() throws -> [RecordedEventsTests.Recorded] {
        var found: [RecordedEventsTests.Recorded] = []
        func add(_ type: EventType, _ payload: [UInt8], source: String) throws {
            found.append(try recorded(type, payload, headers: headers(type, payload, source: source)))
        }
        for event in EpisodeEventCodecTests.every {
            try add(event.type, EpisodeEventCodec.encode(event, actor: "dr-7"), source: "/attune/ingestion")
        }
        try add(.trajectoryUpdated, trajectory(), source: "/attune/scoring")
        for step in AlertEventCodecTests.every {
            let event = AlertEvent(alert: alert, kind: .deteriorating, step: step, at: time)
            try add(event.type, AlertEventCodec.encode(event), source: "/attune/alerting")
        }
        for channel in NotificationChannel.allCases {
            for result in NotificationEventCodecTests.results {
                let event = NotificationEvent(
                    delivery: DeliveryID("018f2c1e-7a00-7000-8000-000000000031")!, alert: alert, cause: event,
                    recipient: "duty-desk", channel: channel, result: result)
                try add(event.type, NotificationEventCodec.encode(event), source: "/attune/notification")
            }
        }
        for body in access {
            let event = AccessEvent(accessedBy: "op-17", reason: "case 12", body: body)
            try add(event.type, AccessEventCodec.encode(event), source: "/attune/portal")
        }
        for event in clients {
            try add(event.type, ClientEventCodec.encode(event, actor: "op-17"), source: "/attune/operator")
        }
        return found + [try checkpoint(), try reseal()]
    }

    private static var access: [AccessEventBody] {
        [
            .evidenceExported(
                ExportedEvidence(
                    export: event, manifestDigest: digest, events: 12, episodes: [episode], sites: [SiteID("north")!],
                    from: time, before: time.advanced(bySeconds: 60))),
            .evidenceExported(
                ExportedEvidence(
                    export: event, manifestDigest: digest, events: 0, episodes: [], sites: [], from: nil, before: nil)),
            .alertAnswerRefused(alert, action: "acknowledge"),
            .directoryChanged(
                DirectoryChange(
                    application: event, fileDigest: digest, added: ["person c-01"], changed: ["team t-1"],
                    deactivated: ["person c-02"])),
            .reflectionShared(with: "supervisor", until: time), .reflectionShareEnded,
        ]
            + ClientDataView.allCases.flatMap { view -> [AccessEventBody] in
                [
                    .viewed(view, as: "clinician", participant: nil), .viewed(view, as: "client", participant: participant),
                    .viewRefused(view, as: "supervisor"),
                ]
            }
    }

    private static var clients: [ClientEvent] {
        [
            .erased(participant, key: ClientKeyID("018f2c1e-7a00-7000-8000-000000000041")!, reason: "letter"),
            .erased(participant, key: nil, reason: "letter"), .erasureRefused(participant, reason: "case 17"),
            .holdPlaced(participant, reason: "case 17"), .holdLifted(participant, reason: "closed"),
        ]
    }

    /// Every field that the message has.
    private static func trajectory() throws -> [UInt8] {
        func bytes(_ number: UInt8) -> Data { Data([UInt8](repeating: number, count: 16)) }
        let point = Attune_V1_TrajectoryPoint.with {
            $0.ratingID = bytes(3)
            $0.session = 3
            $0.day = 20_514
            $0.score = 187
            $0.state = .notOnTrack
            $0.improvement = -21
            $0.lowestItem = 2
            $0.safetyItems = [9]
            $0.version = 7
            $0.expected = .with {
                ($0.mean, $0.lower68, $0.upper68) = (2100, 1800, 2400)
                ($0.lower80, $0.upper80, $0.lower90, $0.upper90) = (1700, 2500, 1600, 2600)
            }
            $0.lines = .with { ($0.success, $0.failure) = (2450, 1500) }
        }
        return try Attune_V1_TrajectoryUpdated.with {
            $0.causeEventID = bytes(1)
            $0.causeRatingID = bytes(3)
            $0.participantID = bytes(2)
            $0.raterRole = .self_
            $0.instrument = "ors"
            $0.instrumentVersion = "2000"
            $0.provenance = .with {
                $0.normSet = "miller-2000"
                $0.model = "attune-starting"
                $0.modelVersion = "1"
                $0.modelHash = Data(digest)
            }
            $0.pointCount = 3
            $0.causePoint = point
            $0.latestPoint = point
            $0.state = .notOnTrack
            $0.signals = [
                .with {
                    $0.kind = .deteriorating
                    $0.rule = SignalRule.reliablyWorse.name
                    $0.ratingID = bytes(3)
                }
            ]
        }.serializedBytes()
    }

    private static func checkpoint() throws -> RecordedEventsTests.Recorded {
        let value: [UInt8] = try Attune_V1_CheckpointPublished.with {
            $0.treeSize = 320
            $0.rootHash = Data(digest)
            $0.note = "example.org/audit\n320\n"
        }.serializedBytes()
        let headers = [
            "ce_specversion": "1.0", "ce_id": event.description, "ce_type": EventType.checkpointPublished.rawValue,
            "ce_source": "/attune/audit", "ce_subject": "example.org/audit", "ce_time": time.description,
            "ce_sequence": "320", "content-type": "application/protobuf",
        ]
        return try recorded(.checkpointPublished, value, headers: headers)
    }

    private static func reseal() throws -> RecordedEventsTests.Recorded {
        let tree = LogReseal.Tree(size: 200, root: digest)
        return try recorded(
            .logResealed,
            LogResealCodec.encode(
                LogReseal(
                    origin: "example.org/audit", restored: tree, agreed: tree,
                    lost: [LogReseal.Tree(size: 320, root: digest)], lastNote: "note\n", reason: "disk",
                    resealedBy: "op-17", resealedAt: time)), headers: [:])
    }

    private static func headers(_ type: EventType, _ payload: [UInt8], source: String) -> [String: String] {
        let envelope = EventEnvelope(
            id: event, type: type, source: source, episode: episode, site: SiteID("north")!, sequence: 7, time: time,
            trace: TraceContext(traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), payload: payload)
        return Dictionary(
            uniqueKeysWithValues: CloudEventsBinding.headers(of: envelope).map {
                ($0.name, String(decoding: $0.value, as: UTF8.self))
            })
    }

    private static func recorded(
        _ type: EventType, _ payload: [UInt8], headers: [String: String]
    ) throws -> RecordedEventsTests.Recorded {
        let message = try RecordedMessage(Data(payload), of: type)
        return RecordedEventsTests.Recorded(type: type.rawValue, headers: headers, value: Data(payload), text: message.text)
    }
}
