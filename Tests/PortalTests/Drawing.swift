import Foundation
import FoundationXML

/// An SVG text, read back.
final class Drawing: NSObject, XMLParserDelegate {
    struct Element {
        let name: String
        let attributes: [String: String]
        var text = ""

        subscript(attribute: String) -> String { attributes[attribute] ?? "" }

        var places: [(x: Double, y: Double)] {
            self["points"].split(separator: " ").map {
                let pair = $0.split(separator: ",").compactMap { Double($0) }
                return (pair[0], pair[1])
            }
        }
    }

    private(set) var elements: [Element] = []
    private var open: [Int] = []

    /// Nil for text that is not XML.
    init?(_ svg: String) {
        super.init()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = self
        guard parser.parse() else { return nil }
    }

    func all(_ style: String) -> [Element] {
        elements.filter { $0["class"].split(separator: " ").contains(Substring(style)) }
    }

    func named(_ name: String) -> [Element] { elements.filter { $0.name == name } }

    var texts: [String] { named("text").map(\.text) }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        open.append(elements.count)
        elements.append(Element(name: name, attributes: attributes))
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        open.removeLast()
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        if let last = open.last { elements[last].text += text }
    }
}
