/// A graph as a file of its own, which looks the same wherever it is opened.
struct StandaloneSVG {
    let title: String
    let description: String
    let footer: String

    /// What follows in the style sheet is for the page alone.
    static let pageOnly = "/* In the page only. */"

    static var styles: String {
        let sheet = String(decoding: PackageResources.chart_css, as: UTF8.self)
        return sheet.split(separator: pageOnly, maxSplits: 1).first.map(String.init) ?? sheet
    }

    func text(_ drawing: SVG, width: Tenths, height: Tenths) -> String {
        let (edge, head): (Tenths, Tenths) = (24, 56)
        let (fullWidth, fullHeight) = (width + edge * 2, height + head + edge * 2)
        var svg = SVG()
        svg.add(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "class": "chart", "role": "img", "aria-labelledby": "title",
                "aria-describedby": "desc", "width": fullWidth.text, "height": fullHeight.text,
                "viewBox": "0 0 \(fullWidth.text) \(fullHeight.text)",
            ]
        ) {
            $0.add("title", ["id": "title"], text: title)
            $0.add("desc", ["id": "desc"], text: description)
            $0.add("style", text: Self.styles)
            $0.add("rect", ["class": "paper", "width": "100%", "height": "100%"])
            $0.label(title, edge, edge + 16, "graph-title")
            $0.label(footer, edge, fullHeight - 14, "key-text")
            $0.add("g", ["transform": "translate(\(edge.text) \(head.text))"]) { $0.append(drawing) }
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + svg.text
    }
}
