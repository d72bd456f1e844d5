public import Domain
import FoundationEssentials
import SwiftProtobuf

/// Somebody saw data of a site.
public struct AccessEvent: Hashable, Sendable {
    public let accessedBy: String
    /// Why, in the person's own words; may be empty.
    public let reason: String
    public let body: AccessEventBody

    public init(accessedBy: String, reason: String, body: AccessEventBody) {
        self.accessedBy = accessedBy
        self.reason = reason
        self.body = body
    }

    public var type: EventType {
        switch body {
        case .evidenceExported: .evidenceExported
        case .alertAnswerRefused: .alertAnswerRefused
        case .directoryChanged: .directoryChanged
        case .viewed: .clientDataViewed
        case .viewRefused: .viewRefused
        case .reflectionShared: .reflectionShared
        case .reflectionShareEnded: .reflectionShareEnded
        }
    }
}

public enum AccessEventBody: Hashable, Sendable {
    case evidenceExported(ExportedEvidence)
    /// Somebody of another site wanted to answer an alert, and was not let.
    /// - Parameter action: what was wanted, e.g. `acknowledge`.
    case alertAnswerRefused(AlertID, action: String)
    /// The directory was brought to what a file says.
    case directoryChanged(DirectoryChange)
    /// Somebody looked at a page that shows data of the episode.
    /// - Parameter participant: the rater whose figures were shown; nil for the whole episode.
    case viewed(ClientDataView, as: String, participant: ParticipantID?)
    /// Somebody asked for a page that they may not see. They were told that there is nothing.
    case viewRefused(ClientDataView, as: String)
    /// A clinician shares the page of their own figures with those of a role at the site. The stream is the share.
    /// - Parameter until: nobody else sees it from then on.
    case reflectionShared(with: String, until: Timestamp)
    /// The clinician took it back.
    case reflectionShareEnded
}

/// A page, or a file from one, that shows client data. The names stand in the ledger and never change.
public enum ClientDataView: String, CaseIterable, Hashable, Sendable {
    case graph, jointGraph = "joint_graph", graphFile = "graph_file"
    case checkIn = "check_in"
    case caseload, alerts, alert, session, supervision, reflection
    case history, accessLog = "access_log", evidence
}

/// What became of records of the directory that are of one site, or of some of them.
public struct DirectoryChange: Hashable, Sendable {
    /// The same in the events of one application.
    public let application: EventID
    /// SHA-256 of the file, 32 bytes.
    public let fileDigest: [UInt8]
    /// What it is and its id, such as `person c-01`: nothing else about anybody.
    public let added: [String]
    public let changed: [String]
    public let deactivated: [String]

    public init(
        application: EventID, fileDigest: [UInt8], added: [String], changed: [String], deactivated: [String]
    ) {
        self.application = application
        self.fileDigest = fileDigest
        self.added = added
        self.changed = changed
        self.deactivated = deactivated
    }
}

/// What was written to a bundle of evidence, as far as it is of one site.
public struct ExportedEvidence: Hashable, Sendable {
    /// The same in the events of one export, whatever their site.
    public let export: EventID
    /// SHA-256 of the bundle's manifest, 32 bytes.
    public let manifestDigest: [UInt8]
    /// Of this site.
    public let events: Int
    /// What was asked for; none means all.
    public let episodes: [EpisodeID]
    public let sites: [SiteID]
    public let from: Timestamp?
    public let before: Timestamp?

    public init(
        export: EventID, manifestDigest: [UInt8], events: Int, episodes: [EpisodeID], sites: [SiteID],
        from: Timestamp?, before: Timestamp?
    ) {
        self.export = export
        self.manifestDigest = manifestDigest
        self.events = events
        self.episodes = episodes
        self.sites = sites
        self.from = from
        self.before = before
    }
}

/// Access events as bytes: the payload in the ledger and the value on Kafka.
public enum AccessEventCodec {
    public static func encode(_ event: AccessEvent) throws -> [UInt8] {
        var message = Attune_V1_AccessEvent()
        message.actor = event.accessedBy
        switch event.body {
        case .evidenceExported(let export):
            var exported = exported(export)
            exported.reason = event.reason
            message.evidenceExported = exported
        case .alertAnswerRefused(let alert, let action):
            message.alertAnswerRefused = .with {
                $0.alertID = alert.data
                $0.action = action
            }
        case .directoryChanged(let change):
            message.directoryChanged = .with {
                $0.applicationID = change.application.data
                $0.fileSha256 = Data(change.fileDigest)
                $0.added = change.added
                $0.changed = change.changed
                $0.deactivated = change.deactivated
            }
        case .viewed(let view, let role, let participant):
            message.clientDataViewed = .with {
                $0.view = view.rawValue
                $0.role = role
                if let participant { $0.participantID = participant.data }
            }
        case .viewRefused(let view, let role):
            message.viewRefused = .with {
                $0.view = view.rawValue
                $0.role = role
            }
        case .reflectionShared(let audience, let end):
            message.reflectionShared = .with {
                $0.audience = audience
                $0.endsAt = end.microseconds
            }
        case .reflectionShareEnded:
            message.reflectionShareEnded = Attune_V1_ReflectionShareEnded()
        }
        return try message.serializedBytes()
    }

    /// Reads a payload back and checks that it is what `type` says.
    public static func decode(_ payload: [UInt8], type: EventType) throws(MalformedEvent) -> AccessEvent {
        let message: Attune_V1_AccessEvent
        do {
            message = try Attune_V1_AccessEvent(serializedBytes: payload)
        } catch {
            throw MalformedEvent(field: "value", problem: "not a protobuf AccessEvent")
        }
        guard let body = message.body else {
            throw MalformedEvent(field: "body", problem: "holds no access that this version knows")
        }
        let event: AccessEvent
        switch body {
        case .evidenceExported(let export):
            event = AccessEvent(
                accessedBy: message.actor, reason: export.reason, body: .evidenceExported(try Self.read(export)))
        case .alertAnswerRefused(let refused):
            event = AccessEvent(
                accessedBy: message.actor, reason: "",
                body: .alertAnswerRefused(
                    try AlertID(refused.alertID, field: "alert_answer_refused.alert_id"), action: refused.action))
        case .directoryChanged(let change):
            guard change.fileSha256.count == 32 else {
                throw MalformedEvent(field: "directory_changed.file_sha256", problem: "is not 32 bytes long")
            }
            event = AccessEvent(
                accessedBy: message.actor, reason: "",
                body: .directoryChanged(
                    DirectoryChange(
                        application: try EventID(change.applicationID, field: "directory_changed.application_id"),
                        fileDigest: Array(change.fileSha256), added: change.added, changed: change.changed,
                        deactivated: change.deactivated)))
        case .clientDataViewed(let viewed):
            event = AccessEvent(
                accessedBy: message.actor, reason: "",
                body: .viewed(
                    try view(viewed.view, field: "client_data_viewed.view"), as: viewed.role,
                    participant: viewed.hasParticipantID
                        ? try ParticipantID(viewed.participantID, field: "client_data_viewed.participant_id") : nil))
        case .viewRefused(let refused):
            event = AccessEvent(
                accessedBy: message.actor, reason: "",
                body: .viewRefused(try view(refused.view, field: "view_refused.view"), as: refused.role))
        case .reflectionShared(let shared):
            guard !shared.audience.isEmpty else {
                throw MalformedEvent(field: "reflection_shared.audience", problem: "names nobody")
            }
            event = AccessEvent(
                accessedBy: message.actor, reason: "",
                body: .reflectionShared(with: shared.audience, until: Timestamp(microseconds: shared.endsAt)))
        case .reflectionShareEnded:
            event = AccessEvent(accessedBy: message.actor, reason: "", body: .reflectionShareEnded)
        case .erased, .erasureRefused, .holdPlaced, .holdLifted:
            throw MalformedEvent(field: "body", problem: "tells of a client's words, not of access to data")
        }
        guard event.type == type else {
            throw MalformedEvent(field: "ce_type", problem: "says \(type.rawValue), the message is \(event.type.rawValue)")
        }
        return event
    }

    private static func view(_ name: String, field: String) throws(MalformedEvent) -> ClientDataView {
        guard let view = ClientDataView(rawValue: name) else {
            throw MalformedEvent(field: field, problem: "is not a page that this version knows")
        }
        return view
    }

    private static func exported(_ export: ExportedEvidence) -> Attune_V1_EvidenceExported {
        var message = Attune_V1_EvidenceExported()
        message.exportID = export.export.data
        message.manifestSha256 = Data(export.manifestDigest)
        message.events = UInt64(export.events)
        message.episodeIds = export.episodes.map(\.data)
        message.sites = export.sites.map(\.text)
        if let from = export.from { message.recordedFrom = from.microseconds }
        if let before = export.before { message.recordedBefore = before.microseconds }
        return message
    }

    private static func read(_ message: Attune_V1_EvidenceExported) throws(MalformedEvent) -> ExportedEvidence {
        guard message.manifestSha256.count == 32 else {
            throw MalformedEvent(field: "manifest_sha256", problem: "is not 32 bytes long")
        }
        var episodes: [EpisodeID] = []
        for id in message.episodeIds { episodes.append(try EpisodeID(id, field: "episode_ids")) }
        var sites: [SiteID] = []
        for name in message.sites {
            guard let site = SiteID(name) else { throw MalformedEvent(field: "sites", problem: "is not a site's name") }
            sites.append(site)
        }
        return ExportedEvidence(
            export: try EventID(message.exportID, field: "export_id"), manifestDigest: Array(message.manifestSha256),
            events: Int(clamping: message.events), episodes: episodes, sites: sites,
            from: message.hasRecordedFrom ? Timestamp(microseconds: message.recordedFrom) : nil,
            before: message.hasRecordedBefore ? Timestamp(microseconds: message.recordedBefore) : nil)
    }
}
