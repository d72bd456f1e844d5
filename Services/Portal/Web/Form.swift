import HummingbirdCore
import NIOCore
import ServiceKit

/// The fields of a form, as browsers send them (`application/x-www-form-urlencoded`).
struct Form: Sendable {
    static let mediaType = "application/x-www-form-urlencoded"
    static let mostFields = 400

    private var values: [String: [String]] = [:]

    init() {}

    /// - Throws: ``Problem`` for what is no such text.
    init(_ body: ByteBuffer) throws(Problem) {
        guard let text = String(validating: body.readableBytesView, as: UTF8.self) else {
            throw Problem.badRequest("The form is not UTF-8 text.")
        }
        // A form is written as the query of an address is, with + for blanks.
        let fields = URI("/?" + text.replacing("+", with: "%20")).queryParameters
        guard fields.count <= Self.mostFields else { throw Problem.badRequest("The form has too many fields.") }
        for (name, value) in fields { values[String(name), default: []].append(String(value)) }
    }

    /// The first value of a field; nil where it was not sent.
    subscript(_ name: String) -> String? { values[name]?.first }

    /// All values of a field, in the order sent.
    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// The fields whose names begin so, with the rest of their names.
    func fields(beginning prefix: String) -> [(rest: String, value: String)] {
        values.keys.filter { $0.hasPrefix(prefix) }.sorted().compactMap { name in
            self[name].map { (String(name.dropFirst(prefix.count)), $0) }
        }
    }

    /// A field that must be there and not be empty.
    func required(_ name: String) throws(FieldError) -> String {
        guard let value = self[name], !value.isEmpty else {
            throw FieldError(pointer: "/\(name)", line: nil, detail: "is missing")
        }
        return value
    }

    /// A field that may be left empty.
    func optional(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }
}
