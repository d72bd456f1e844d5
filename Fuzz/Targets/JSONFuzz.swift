import ServiceKit

enum JSONFuzz {
    static func run(_ bytes: [UInt8]) throws(FuzzFault) {
        for limits in [JSONLimits(), JSONLimits(depth: 8, values: 100, allowsExponents: true)] {
            let value: JSON
            do throws(JSONSyntaxError) { value = try JSON.parse(bytes, limits: limits) } catch {
                try hold((0...bytes.count).contains(error.offset), "the place of a fault is outside of the text")
                try hold(error.line >= 1 && error.column >= 1, "lines and columns count from 1")
                try Secrecy.check("\(error)", of: bytes)
                continue
            }
            let written = value.encoded
            let again = read { try JSON.parse(written, limits: limits) }
            try hold(again == value, "a value is another one after it was written and read")
            try walk(JSONField(value))
        }
    }

    /// Every reader of a field at every place; what does not fit is refused by name.
    private static func walk(_ field: JSONField) throws(FuzzFault) {
        var faults: [FieldError] = []
        func attempt(_ body: () throws(FieldError) -> Void) {
            do throws(FieldError) { try body() } catch { faults.append(error) }
        }
        attempt { () throws(FieldError) in _ = try field.string(1...20) }
        attempt { () throws(FieldError) in _ = try field.integer(0...100) }
        attempt { () throws(FieldError) in _ = try field.scaled(decimals: 2) }
        attempt { () throws(FieldError) in _ = try field.day() }
        attempt { () throws(FieldError) in _ = try field.instant() }
        attempt { () throws(FieldError) in _ = try field.bool() }
        for fault in faults {
            try hold(fault.pointer == field.pointer, "a fault of \(field.pointer) is said of \(fault.pointer)")
        }
        if let elements = read({ try field.array() }) {
            for element in elements { try walk(element) }
        } else if let object = read({ try field.anyObject() }) {
            for name in object.names { if let member = object.optional(name) { try walk(member) } }
        }
    }
}
