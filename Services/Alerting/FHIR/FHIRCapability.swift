import FHIR
import ServiceKit

/// What is served, as FHIR says it: the CapabilityStatement.
enum FHIRCapability {
    struct Parameter: Sendable {
        let name: String
        /// Of FHIR's value set `search-param-type`.
        let type: String
        let meaning: String
    }

    private static let patient = Parameter(
        name: "patient", type: "reference", meaning: "Opaque id of a participant; up to 50 separated by commas.")

    static let flag = [
        patient, Parameter(name: "status", type: "token", meaning: "active or inactive."),
        Parameter(name: "date", type: "date", meaning: "When the alert was raised: the start of Flag.period."),
    ]
    static let task = [
        patient, Parameter(name: "status", type: "token", meaning: "Task.status."),
        Parameter(name: "authored-on", type: "date", meaning: "When the alert was raised."),
        Parameter(name: "date", type: "date", meaning: "The same as authored-on."),
    ]
    static let communication = [
        patient, Parameter(name: "status", type: "token", meaning: "Communication.status."),
        Parameter(name: "date", type: "date", meaning: "When the notification was called for."),
    ]

    static func statement(base: String?, version: String) -> JSON {
        let server: JSON = [
            "mode": "server",
            "security": ["description": "A bearer token (JWT) with sites and roles; other sites are not found."],
            "resource": .array([
                resource("Communication", communication), resource("Flag", flag), resource("Task", task),
            ]),
        ]
        return FHIRElement.object([
            "resourceType": "CapabilityStatement", "status": "active", "date": "2026-11-21", "kind": "instance",
            "software": ["name": "Attune", "version": .string(version)],
            "implementation": FHIRElement.object(["description": "Alerts and notifications", "url": base.map(JSON.string)]),
            "fhirVersion": "4.0.1", "format": [.string(FHIRElement.mediaType), "json"],
            "rest": .array([server]),
        ])
    }

    private static func resource(_ type: String, _ parameters: [Parameter]) -> JSON {
        let common = [Parameter(name: "_lastUpdated", type: "date", meaning: "When the resource last changed.")]
        return [
            "type": .string(type), "interaction": [["code": "read"], ["code": "search-type"]],
            "searchParam": .array(
                (parameters + common).map {
                    ["name": .string($0.name), "type": .string($0.type), "documentation": .string($0.meaning)]
                }),
        ]
    }
}
