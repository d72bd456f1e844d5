/// How often values fall into ranges: 320 by 140 units. The vertical axis begins at 0.
struct HistogramPlot {
    struct Bin: Hashable, Sendable {
        /// As it stands at the axis, such as `10` and `14`.
        let from: String
        let to: String
        let count: Int
    }

    let title: String
    let bins: [Bin]
    let words: Words

    /// Every range in words.
    var description: String { bins.isEmpty ? words["chart.plot.nothing"] : bins.map(line).joined(separator: ". ") }

    var svg: String {
        PlotFrame(title: title, description: description, width: 320, height: 140).svg { svg in
            guard let highest = bins.map(\.count).max() else {
                svg.label(words["chart.plot.nothing"], 0, 48, "key-text")
                return
            }
            let y = Scale(0...max(highest, 1), from: 112, to: 34)
            let width = (312 as Tenths) / bins.count
            for (place, bin) in bins.enumerated() {
                let x = Tenths(integerLiteral: 4) + width * place
                svg.add("g", ["role": "img", "aria-label": line(bin)]) {
                    $0.add("title", text: line(bin))
                    $0.rectangle("bar", x, y.place(bin.count), width - 2, y.start - y.place(bin.count))
                    if bins.count <= 12 {
                        $0.label(
                            words.integer(bin.count), x + width / 2 - 1, y.place(bin.count) - 4, "tick", anchor: .middle
                        )
                    }
                }
            }
            svg.line("axis", 4, y.start, 316, y.start)
            svg.label(bins[0].from, 4, 130, "tick")
            svg.label(bins[bins.count - 1].to, 316, 130, "tick", anchor: .end)
        }
    }

    private func line(_ bin: Bin) -> String {
        words("chart.plot.bin", ["from": bin.from, "to": bin.to, "count": words.integer(bin.count)])
    }
}
