public import Domain
public import ServiceKit

/// Systems of codes and identifiers that are Attune's own.
public enum FHIRSystem {
    public static let participant = "urn:attune:participant"
    /// Somebody of a clinic, as the directory knows them.
    public static let person = "urn:attune:person"
    /// A place of the notification routes that is no person.
    public static let recipient = "urn:attune:recipient"
    public static let alertKind = "urn:attune:alert-kind"
    public static let alertStatus = "urn:attune:alert-status"
    public static let alertOutcome = "urn:attune:alert-outcome"
    public static let task = "urn:attune:task"
    public static let deliveryStatus = "urn:attune:delivery-status"
    /// Names the rule behind an alert: an extension.
    public static let rule = "urn:attune:alert-rule"
    /// Names the expected-response model behind an alert: an extension, and the system of its identifier.
    public static let model = "urn:attune:model"
}

/// Parts of FHIR resources as JSON.
public enum FHIRElement {
    public static let mediaType = "application/fhir+json"

    /// An object without the members that have no value: FHIR knows no null.
    public static func object(_ members: KeyValuePairs<String, JSON?>) -> JSON {
        .object(members.compactMap { name, value in value.map { JSON.Member(name, $0) } })
    }

    public static func concept(_ system: String, _ code: String) -> JSON {
        ["coding": [["system": .string(system), "code": .string(code)]]]
    }

    /// A reference by identifier, to something that is not served here.
    public static func reference(_ type: String?, _ system: String, _ value: String) -> JSON {
        object([
            "type": type.map(JSON.string), "identifier": ["system": .string(system), "value": .string(value)],
        ])
    }

    public static func patient(_ participant: ParticipantID) -> JSON {
        reference("Patient", FHIRSystem.participant, participant.description)
    }

    public static func meta(_ changedAt: Timestamp) -> JSON { ["lastUpdated": .text(changedAt)] }

    /// A page of a search, with the address of the next one if there is one.
    ///
    /// - Parameter base: the service's FHIR base URL; without it links are relative to it.
    public static func searchset(_ resources: [JSON], own: String, next: String?, base: String?) -> JSON {
        func address(_ path: String) -> JSON { .string(base.map { "\($0)/\(path)" } ?? path) }
        var links: [JSON] = [["relation": "self", "url": address(own)]]
        if let next { links.append(["relation": "next", "url": address(next)]) }
        let entries = resources.map { resource -> JSON in
            object(["fullUrl": fullURL(of: resource, base), "resource": resource, "search": ["mode": "match"]])
        }
        return object([
            "resourceType": "Bundle", "type": "searchset", "link": .array(links),
            "entry": entries.isEmpty ? nil : .array(entries),
        ])
    }

    private static func fullURL(of resource: JSON, _ base: String?) -> JSON? {
        guard let base, case .string(let type)? = resource["resourceType"], case .string(let id)? = resource["id"] else {
            return nil
        }
        return .string("\(base)/\(type)/\(id)")
    }
}
