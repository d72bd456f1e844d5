import Catalogue
import FHIR
import HTTPTypes
import HummingbirdCore
import ServiceKit

/// FHIR in: searches, and resources with an instrument's wording.
enum FHIRFuzz {
    static func search(_ bytes: [UInt8]) throws(FuzzFault) {
        let fields = URI("/?" + String(decoding: bytes, as: UTF8.self)).queryParameters
        let parameters = fields.map { (name: String($0.key), value: String($0.value)) }
        guard
            let query = try judged(
                { () throws(Problem) in
                    try FHIRQuery(parameters, knowing: ["patient", "subject", "status", "date", "patient:identifier"])
                }, bytes)
        else { return }
        let known = ["active", "inactive"]
        _ = try judged({ () throws(Problem) in try query.patients() }, bytes)
        _ = try judged({ () throws(Problem) in try query.codes("status", of: Set(known)) }, bytes)
        if let count = try judged({ () throws(Problem) in try query.count() }, bytes) {
            try hold((1...FHIRQuery.largestPage).contains(count), "a page of \(count)")
        }
        if let bounds = try judged({ () throws(Problem) in try query.dates("date", "_lastUpdated") }, bytes) {
            _ = "\(bounds.from) \(bounds.before)"
        }
        if let cursor = try judged({ () throws(Problem) in try query.cursor() }, bytes) {
            let link = URI("/" + query.next("Flag", behind: cursor)).queryParameters["_cursor"]
            let again = try judged(
                { () throws(Problem) in
                    try FHIRQuery([("_cursor", String(link ?? ""))], knowing: []).cursor()
                }, bytes)
            try hold(again == cursor, "a link leads to another page")
        }
    }

    private static func judged<Value>(
        _ body: () throws(Problem) -> Value, _ input: [UInt8]
    ) throws(FuzzFault) -> Value? {
        let problem: Problem
        do throws(Problem) { return try body() } catch { problem = error }
        try hold(problem.status == .badRequest, "a search is answered \(problem.status.code)")
        try Secrecy.check("\(problem.detail ?? "")", of: input)
        return nil
    }

    static func questionnaire(_ bytes: [UInt8]) throws(FuzzFault) {
        let catalogue = CommandFuzz.catalogue
        do throws(TextRefusal) {
            let texts = try InstrumentTexts(checking: bytes, file: "fuzz.json", against: catalogue)
            _ = TextLibrary([texts])
        } catch {
            try hold(!error.reason.isEmpty, "a refusal without a reason")
        }
    }
}
