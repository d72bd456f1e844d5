/// SVG text, written element by element. All text and every attribute is escaped; there are no style attributes, so that
/// a page's strict content policy holds.
struct SVG {
    fileprivate(set) var text = ""

    /// An element without children.
    mutating func add(_ name: String, _ attributes: KeyValuePairs<String, String>) {
        text += "<\(name)\(Self.joined(attributes))/>\n"
    }

    /// An element around text.
    mutating func add(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], text content: String) {
        text += "<\(name)\(Self.joined(attributes))>\(Self.escaped(content))</\(name)>\n"
    }

    /// An element around others.
    mutating func add(
        _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ children: (inout SVG) -> Void
    ) {
        text += "<\(name)\(Self.joined(attributes))>\n"
        children(&self)
        text += "</\(name)>\n"
    }

    /// A line of text at a place.
    mutating func label(_ content: String, _ x: Tenths, _ y: Tenths, _ style: String, anchor: Anchor = .start) {
        add("text", ["class": style, "x": x.text, "y": y.text, "text-anchor": anchor.rawValue], text: content)
    }

    mutating func line(_ style: String, _ x1: Tenths, _ y1: Tenths, _ x2: Tenths, _ y2: Tenths) {
        add("line", ["class": style, "x1": x1.text, "y1": y1.text, "x2": x2.text, "y2": y2.text])
    }

    mutating func rectangle(_ style: String, _ x: Tenths, _ y: Tenths, _ width: Tenths, _ height: Tenths) {
        add("rect", ["class": style, "x": x.text, "y": y.text, "width": width.text, "height": height.text])
    }

    /// Straight lines from place to place.
    mutating func polyline(_ style: String, _ places: [(x: Tenths, y: Tenths)]) {
        add("polyline", ["class": style, "points": Self.points(places), "fill": "none"])
    }

    mutating func polygon(_ style: String, _ places: [(x: Tenths, y: Tenths)]) {
        add("polygon", ["class": style, "points": Self.points(places)])
    }

    /// Which end of a text stands at its place.
    enum Anchor: String { case start, middle, end }

    static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            // XML knows no other control characters.
            case "\n", "\t": result += " "
            case "\u{0}"..."\u{1F}", "\u{7F}", "\u{FFFE}", "\u{FFFF}": continue
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func joined(_ attributes: KeyValuePairs<String, String>) -> String {
        attributes.map { " \($0.key)=\"\(escaped($0.value))\"" }.joined()
    }

    private static func points(_ places: [(x: Tenths, y: Tenths)]) -> String {
        places.map { "\($0.x.text),\($0.y.text)" }.joined(separator: " ")
    }
}

extension SVG {
    /// What has been drawn elsewhere.
    mutating func append(_ other: SVG) { text += other.text }
}
