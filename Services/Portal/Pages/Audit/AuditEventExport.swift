import Contracts
import Domain
import FHIR
import Foundation
import Persistence
import ServiceKit

/// An episode's accesses as FHIR R4 AuditEvent resources, after IHE's Basic Audit Log Patterns 1.1 (BALP): Patient Read,
/// Patient Query and Privacy Disclosure at the source. What was refused follows the same pattern with a failing outcome;
/// the profiles are of successes alone, so that a refusal claims none.
///
/// Exports by operators that the episode was part of are there as well; one made on these pages is told by its look.
///
/// What the ledger does not keep is said to be unknown and not made up: the browser's address, and X-Request-Id.
struct AuditEventExport {
    let head: EpisodeHead
    /// The portal's own address: who serves and who records.
    let portal: String

    init(_ head: EpisodeHead, portal: String) {
        self.head = head
        self.portal = portal
    }

    /// A resource a line, in the order in which the accesses were recorded.
    func lines(on connection: Connection) throws -> [UInt8] {
        let whole = Ledger.StreamRange(stream: head.id, firstVersion: 1, lastVersion: .max)
        let records =
            try Ledger.events(in: [whole], category: .access, reach: .scoped, on: connection)
            + AuditedEpisode.exports(of: head, on: connection)
        var lines: [UInt8] = []
        for record in records.sorted(by: { $0.position < $1.position }) {
            guard let type = EventType(rawValue: record.type),
                let event = try? AccessEventCodec.decode(record.payload, type: type),
                let resource = resource(record, event)
            else { continue }
            resource.encode(to: &lines)
            lines.append(UInt8(ascii: "\n"))
        }
        return lines
    }

    private struct Pattern {
        let profile: String?
        let type: JSON
        let subtypes: [JSON]
        let action: String
        /// Of the agent that asks; the portal has the other one.
        let asksAs: (code: String, display: String)
        let servesAs: (code: String, display: String)
        let outcome: String
        let description: String?
        let role: String?
        let participant: ParticipantID?
        let data: JSON
    }

    /// Nil for what is no access to the episode.
    private func resource(_ record: LedgerEvent, _ event: AccessEvent) -> JSON? {
        guard let pattern = pattern(event) else { return nil }
        let patients = pattern.participant.map { [$0] } ?? head.participants
        return FHIRElement.object([
            "resourceType": "AuditEvent", "id": .text(record.id),
            "meta": pattern.profile.map { ["profile": [.string(Self.profiles + $0)]] },
            "type": pattern.type, "subtype": .array(pattern.subtypes), "action": .string(pattern.action),
            "recorded": .text(record.recordedAt), "outcome": .string(pattern.outcome),
            "outcomeDesc": pattern.description.map(JSON.string), "agent": .array(agents(pattern, event)),
            "source": [
                "site": .text(record.site), "observer": observer,
                "type": [
                    Self.coding("http://terminology.hl7.org/CodeSystem/security-source-type", "4", "Application Server")
                ],
            ],
            "entity": .array(patients.map(patient) + [pattern.data] + trace(record)),
        ])
    }

    private func pattern(_ event: AccessEvent) -> Pattern? {
        switch event.body {
        case .viewed(let view, let role, let participant):
            switch view {
            case .caseload, .alerts, .supervision, .reflection: query(view, role, participant)
            case .evidence, .graphFile: disclosure(view, role, participant)
            case .graph, .jointGraph, .checkIn, .alert, .session, .history, .accessLog: read(view, role, participant)
            }
        case .viewRefused(let view, let role):
            read(
                view, role, nil,
                refusal: "The episode is of a site that is not theirs; they were told that there is nothing.")
        case .alertAnswerRefused(let alert, let action):
            answer(alert, action)
        case .evidenceExported where event.reason != EvidenceDownload.reason: disclosure(.evidence, nil, nil)
        case .evidenceExported, .directoryChanged, .reflectionShared, .reflectionShareEnded: nil
        }
    }

    private func read(_ view: ClientDataView, _ role: String, _ participant: ParticipantID?, refusal: String? = nil)
        -> Pattern
    {
        Pattern(
            profile: refusal == nil ? "IHE.BasicAudit.PatientRead" : nil, type: Self.rest,
            subtypes: [Self.interaction("read")],
            action: "R", asksAs: Self.destination, servesAs: Self.source, outcome: refusal == nil ? "0" : "4",
            description: refusal, role: role, participant: participant, data: object(view.rawValue))
    }

    /// A page that shows many clients: one resource for each of them, of which the ledger keeps one event.
    private func query(_ view: ClientDataView, _ role: String, _ participant: ParticipantID?) -> Pattern {
        let data: JSON = [
            "type": Self.coding("http://terminology.hl7.org/CodeSystem/audit-entity-type", "2", "System Object"),
            "role": Self.coding("http://terminology.hl7.org/CodeSystem/object-role", "24", "Query"),
            "query": .string(Data(view.rawValue.utf8).base64EncodedString()),
        ]
        return Pattern(
            profile: "IHE.BasicAudit.PatientQuery", type: Self.rest, subtypes: [Self.interaction("search")],
            action: "E",
            asksAs: Self.source, servesAs: Self.destination, outcome: "0", description: nil, role: role,
            participant: participant, data: data)
    }

    private func disclosure(_ view: ClientDataView, _ role: String?, _ participant: ParticipantID?) -> Pattern {
        let disclose = Self.coding(
            "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle", "disclose", "Disclose Record Lifecycle Event")
        return Pattern(
            profile: "IHE.BasicAudit.PrivacyDisclosure.Source", type: Self.coding(Self.dicom, "110106", "Export"),
            subtypes: [disclose, Self.interaction("read")], action: "R", asksAs: Self.destination,
            servesAs: Self.source,
            outcome: "0", description: nil, role: role, participant: participant, data: object(view.rawValue))
    }

    private func answer(_ alert: AlertID, _ action: String) -> Pattern {
        Pattern(
            profile: nil, type: Self.rest, subtypes: [Self.interaction("update")], action: "U", asksAs: Self.source,
            servesAs: Self.destination, outcome: "4",
            description: "\(action): the alert is of a site that is not theirs.",
            role: nil, participant: nil, data: object("alert/\(alert)"))
    }

    // MARK: - Parts

    private func agents(_ pattern: Pattern, _ event: AccessEvent) -> [JSON] {
        let serves: JSON = [
            "type": Self.concept(Self.dicom, pattern.servesAs.code, pattern.servesAs.display),
            "who": observer, "requestor": false,
            "network": ["address": .string(portal), "type": "5"],
        ]
        // Which browser it was is not kept.
        let asks: JSON = [
            "type": Self.concept(Self.dicom, pattern.asksAs.code, pattern.asksAs.display),
            "who": ["display": "Web browser"], "requestor": false,
            "network": [
                "extension": [
                    ["url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"]
                ]
            ],
        ]
        let person = FHIRElement.object([
            "type": Self.concept(
                "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP", "information recipient"),
            "role": pattern.role.map { [["coding": [["system": "urn:attune:role", "code": .string($0)]]]] },
            "who": ["identifier": ["system": .string(FHIRSystem.person), "value": .string(event.accessedBy)]],
            "requestor": true,
        ])
        return [asks, serves, person]
    }

    private var observer: JSON { ["identifier": ["system": "urn:ietf:rfc:3986", "value": .string(portal)]] }

    private func patient(_ participant: ParticipantID) -> JSON {
        [
            "what": FHIRElement.patient(participant),
            "type": Self.coding("http://terminology.hl7.org/CodeSystem/audit-entity-type", "1", "Person"),
            "role": Self.coding("http://terminology.hl7.org/CodeSystem/object-role", "1", "Patient"),
        ]
    }

    /// What was seen of the episode.
    private func object(_ name: String) -> JSON {
        [
            "what": [
                "identifier": ["system": "urn:attune:episode", "value": .text(head.id)], "display": .string(name),
            ],
            "type": Self.coding("http://terminology.hl7.org/CodeSystem/audit-entity-type", "2", "System Object"),
            "role": Self.coding("http://terminology.hl7.org/CodeSystem/object-role", "4", "Domain Resource"),
        ]
    }

    /// The request, where the ledger knows its trace.
    private func trace(_ record: LedgerEvent) -> [JSON] {
        guard let trace = record.traceparent else { return [] }
        let kind = Self.coding("https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType", "XrequestId", nil)
        return [["what": ["identifier": ["value": .string(trace)]], "type": kind]]
    }

    private static func interaction(_ code: String) -> JSON {
        coding("http://hl7.org/fhir/restful-interaction", code, code)
    }

    private static func coding(_ system: String, _ code: String, _ display: String?) -> JSON {
        FHIRElement.object(["system": .string(system), "code": .string(code), "display": display.map(JSON.string)])
    }

    private static func concept(_ system: String, _ code: String, _ display: String) -> JSON {
        ["coding": [coding(system, code, display)]]
    }

    private static let profiles = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/"
    private static let dicom = "http://dicom.nema.org/resources/ontology/DCM"
    private static let source = (code: "110153", display: "Source Role ID")
    private static let destination = (code: "110152", display: "Destination Role ID")
    private static let rest = coding(
        "http://terminology.hl7.org/CodeSystem/audit-event-type", "rest", "Restful Operation")
}
