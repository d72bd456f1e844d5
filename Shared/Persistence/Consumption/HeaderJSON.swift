import FoundationEssentials

/// Headers as JSON: `[{"name": …, "text": …}]`, in order, repeated names kept.
///
/// What is parked is by its nature strange. A name or value that is not clean UTF-8, or has a zero byte, which neither
/// `jsonb` nor `text` can hold, goes in as `nameBase64` or `base64`; otherwise parking would fail, and the poison would
/// hold up its partition after all.
enum HeaderJSON {
    static func encode(_ headers: [(name: String, value: [UInt8]?)]) -> String {
        let objects = headers.map { header in
            let name = field("name", Array(header.name.utf8), fallback: "nameBase64")
            let value = header.value.map { ", " + field("text", $0, fallback: "base64") } ?? ""
            return "{\(name)\(value)}"
        }
        return "[\(objects.joined(separator: ", "))]"
    }

    /// Reads back what `encode` has written; nil for anything else. An absent value stays absent.
    static func decode(_ text: String) -> [(name: String, value: [UInt8]?)]? {
        guard let objects = try? JSONDecoder().decode([Header].self, from: Data(text.utf8)) else { return nil }
        var headers: [(name: String, value: [UInt8]?)] = []
        for object in objects {
            guard let name = object.name ?? object.nameBase64.flatMap(decodedName) else { return nil }
            let value = object.text.map { Array($0.utf8) } ?? object.base64.flatMap { decoded($0) }
            headers.append((name, value))
        }
        return headers
    }

    private struct Header: Decodable {
        var name: String?
        var nameBase64: String?
        var text: String?
        var base64: String?
    }

    private static func decodedName(_ base64: String) -> String? {
        decoded(base64).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func decoded(_ base64: String) -> [UInt8]? { Data(base64Encoded: base64).map { Array($0) } }

    private static func field(_ key: String, _ value: [UInt8], fallback: String) -> String {
        if !value.contains(0), let text = String(validating: value, as: UTF8.self) {
            return "\"\(key)\": \"\(escaped(text))\""
        }
        return "\"\(fallback)\": \"\(Data(value).base64EncodedString())\""
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
