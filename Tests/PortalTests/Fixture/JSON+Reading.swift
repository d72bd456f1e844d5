import ServiceKit

extension JSON {
    /// Of a string; nil of anything else.
    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// Of an array; none of anything else.
    var elements: [JSON] {
        if case .array(let elements) = self { elements } else { [] }
    }
}
