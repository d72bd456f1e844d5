extension DetectionStudy {
    /// The study as one self-contained SVG picture: sensitivity and specificity by rating for every rule,
    /// over all courses and over those that went on, with 95 % intervals as whiskers.
    public var plot: String {
        let panels: [(title: String, column: Int, row: Int, value: (AtRating) -> Proportion)] = [
            ("Sensitivity, all courses", 0, 0, { $0.all.sensitivity }),
            ("Specificity, all courses", 1, 0, { $0.all.specificity }),
            ("Sensitivity, courses that went on", 0, 1, { $0.ahead.sensitivity }),
            ("Specificity, courses that went on", 1, 1, { $0.ahead.specificity }),
        ]
        var parts = [
            """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 700" width="860" height="700" \
            font-family="sans-serif" font-size="12" role="img" aria-labelledby="title description">
            <title id="title">How early flags tell of reliable deterioration</title>
            <desc id="description">Sensitivity and specificity by rating 2 to 8 for four flag rules over \
            \(courses) courses, of which \(deteriorated.count) \(truth.words).</desc>
            <rect width="860" height="700" fill="#ffffff"/>
            """
        ]
        for panel in panels {
            let frame = PlotFrame(left: 60 + Double(panel.column) * 420, top: 40 + Double(panel.row) * 310)
            parts.append(frame.axes(title: panel.title))
            for (place, figures) in rules.enumerated() {
                let points = figures.byRating.map { (rating: $0.rating, value: panel.value($0)) }
                parts.append(frame.line(points, PlotStyle.all[place], offset: Double(place) - 1.5))
            }
        }
        for (place, figures) in rules.enumerated() {
            parts.append(PlotStyle.all[place].legend(figures.rule.label, left: 80 + Double(place) * 180, top: 680))
        }
        return parts.joined(separator: "\n") + "\n</svg>\n"
    }
}

/// Colour and mark of one rule; colours that people with colour blindness tell apart (Okabe and Ito 2008),
/// and marks for those who see none.
private struct PlotStyle {
    let colour: String
    let dash: String

    /// As many as there are rules.
    static let all = [
        PlotStyle(colour: "#e69f00", dash: "2 3"), PlotStyle(colour: "#d55e00", dash: ""),
        PlotStyle(colour: "#0072b2", dash: "8 3"), PlotStyle(colour: "#555555", dash: "10 3 2 3"),
    ]

    var stroke: String {
        "stroke=\"\(colour)\" stroke-width=\"2\" fill=\"none\"" + (dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\"")
    }

    func legend(_ label: String, left: Double, top: Double) -> String {
        """
        <path d="M \(left.decimals(1)) \((top - 4).decimals(1)) h 30" \(stroke)/>
        <text x="\((left + 38).decimals(1))" y="\(top.decimals(1))" fill="#222222">\(label)</text>
        """
    }
}

/// One panel: ratings 2 to 8 along, shares 0 to 1 upwards.
private struct PlotFrame {
    let left: Double
    let top: Double
    private let width = 350.0
    private let height = 240.0

    init(left: Double, top: Double) { (self.left, self.top) = (left, top) }

    private func x(_ rating: Int) -> Double { left + (Double(rating) - 1.5) / 7 * width }
    private func y(_ share: Double) -> Double { top + (1 - share) * height }

    func axes(title: String) -> String {
        var parts = [
            text(title, left, top - 12, anchor: "start", weight: "bold"),
            text("rating", left + width / 2, top + height + 34, anchor: "middle"),
        ]
        for tenth in stride(from: 0, through: 10, by: 2) {
            let share = Double(tenth) / 10
            // The aim of clinical-reference 2.8 is drawn darker.
            let isAim = tenth == 8
            parts.append(
                "<path d=\"M \(left.decimals(1)) \(y(share).decimals(1)) h \(width.decimals(1))\" "
                    + "stroke=\"\(isAim ? "#888888" : "#dddddd")\"/>")
            parts.append(text(share.decimals(1), left - 8, y(share) + 4, anchor: "end"))
        }
        for rating in DetectionStudy.ratings {
            parts.append(text(String(rating), x(rating), top + height + 18, anchor: "middle"))
        }
        return parts.joined(separator: "\n")
    }

    /// - Parameter offset: in thirds of a mark's width, so that whiskers stand beside each other.
    func line(_ points: [(rating: Int, value: Proportion)], _ style: PlotStyle, offset: Double) -> String {
        var path = ""
        var whiskers = ""
        for point in points {
            guard let share = point.value.share, let interval = point.value.interval else { continue }
            let across = (x(point.rating) + 3 * offset).decimals(1)
            path += "\(path.isEmpty ? "M" : "L") \(across) \(y(share).decimals(1)) "
            whiskers += "M \(across) \(y(interval.lowerBound).decimals(1)) V \(y(interval.upperBound).decimals(1)) "
        }
        guard !path.isEmpty else { return "" }
        return """
            <path d="\(path.dropLast())" \(style.stroke)/>
            <path d="\(whiskers.dropLast())" stroke="\(style.colour)" stroke-width="1.2"/>
            """
    }

    private func text(_ words: String, _ x: Double, _ y: Double, anchor: String, weight: String = "normal") -> String {
        "<text x=\"\(x.decimals(1))\" y=\"\(y.decimals(1))\" text-anchor=\"\(anchor)\" "
            + "font-weight=\"\(weight)\" fill=\"#222222\">\(words)</text>"
    }
}
