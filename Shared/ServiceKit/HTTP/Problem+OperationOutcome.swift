import HTTPTypes

extension Problem {
    /// The same as a FHIR R4 OperationOutcome, which callers below `/fhir/` read instead of a problem document.
    func operationOutcome(requestID: String) -> JSON {
        let place = "urn:attune:request:\(requestID)"
        var issues = errors.map { error in
            Self.issue("value", title, "\(error.pointer.isEmpty ? "the document" : error.pointer) \(error.detail); \(place)")
        }
        if issues.isEmpty { issues = [Self.issue(issueType, title, (detail.map { "\($0) " } ?? "") + place)] }
        return ["resourceType": "OperationOutcome", "issue": .array(issues)]
    }

    private static func issue(_ type: String, _ title: String, _ diagnostics: String) -> JSON {
        [
            "severity": "error", "code": .string(type), "details": ["text": .string(title)],
            "diagnostics": .string(diagnostics),
        ]
    }

    /// Of FHIR's code system `issue-type`.
    private var issueType: String {
        switch status.code {
        case 400: "invalid"
        case 401: "login"
        case 403: "forbidden"
        case 404: "not-found"
        case 405, 406, 415: "not-supported"
        case 409: "conflict"
        case 413, 414: "too-long"
        case 422: "value"
        case 429, 503: "transient"
        default: "exception"
        }
    }
}
