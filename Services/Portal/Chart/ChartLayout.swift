/// The two shapes in which a graph is drawn. A page carries both and shows the one that fits its width (`chart.css`), so
/// that letters keep their size.
enum ChartLayout: String, CaseIterable, Sendable {
    /// For a phone: 320 units wide, with what the lines mean below the graph.
    case narrow
    /// From about 700 px: 800 units wide, with what the lines mean beside them.
    case wide

    var width: Tenths {
        switch self {
        case .narrow: 320
        case .wide: 800
        }
    }

    /// Room for the numbers of the vertical axis.
    var left: Tenths {
        switch self {
        case .narrow: 34
        case .wide: 44
        }
    }

    /// Room for the names of the lines.
    var right: Tenths {
        switch self {
        case .narrow: 12
        case .wide: 190
        }
    }

    var plotHeight: Tenths {
        switch self {
        case .narrow: 220
        case .wide: 300
        }
    }

    var allianceHeight: Tenths {
        switch self {
        case .narrow: 70
        case .wide: 84
        }
    }

    /// Where the reading of a point stands, above the plot: its lines, of `lineHeight`.
    var readingLines: Int {
        switch self {
        case .narrow: 5
        case .wide: 3
        }
    }

    /// Letters in a line of text across the whole graph.
    var lettersAcross: Int {
        switch self {
        case .narrow: 44
        case .wide: 105
        }
    }

    /// Lines of text that an axis' name may need.
    var titleLines: Int {
        switch self {
        case .narrow: 2
        case .wide: 1
        }
    }

    var lineHeight: Tenths { 18 }
    var plotEnd: Tenths { width - right }
}

extension String {
    /// Broken into lines between words. A word longer than a line stands alone.
    func wrapped(at letters: Int) -> [String] {
        var lines: [String] = []
        for word in split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= letters {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}

extension SVG {
    /// The name of an axis, above it, in as many lines as it needs.
    mutating func title(_ text: String, endingAt y: Tenths, _ layout: ChartLayout) {
        let lines = text.wrapped(at: layout.lettersAcross)
        for (line, text) in lines.enumerated() {
            label(text, 0, y - layout.lineHeight * (lines.count - 1 - line), "axis-title")
        }
    }
}
