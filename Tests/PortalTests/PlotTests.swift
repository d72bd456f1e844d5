import Domain
import Testing

@testable import attune_portal

@Suite struct PlotTests {
    private let words: Words

    init() throws { words = try WordBook()[.english] }

    @Test func `Ticks are round, and as many as asked for`() {
        #expect(Scale(0...4000, from: 300, to: 0).ticks(most: 7, unit: 100) == [0, 1000, 2000, 3000, 4000])
        #expect(Scale(0...27, from: 300, to: 0).ticks(most: 7, unit: 1) == [0, 5, 10, 15, 20, 25])
        #expect(Scale(3...5, from: 0, to: 10).ticks(most: 4, unit: 1) == [3, 4, 5])
        #expect(Scale(0...3, from: 0, to: 100).place(1).text == "33.3")
        #expect(Scale(0...3, from: 100, to: 0).place(1).text == "66.7")
        #expect(Scale(5...5, from: 0, to: 100).place(5).text == "50")
    }

    @Test func `A series has a gap where nothing is known`() throws {
        let start = try #require(Timestamp("2026-03-04T08:00:00Z"))
        let values: [Int?] = [0, 40, nil, 20, 10]
        let plot = TimeSeriesPlot(
            title: "Behind",
            points: values.enumerated().map {
                .init(time: start.advanced(bySeconds: Int64($0.offset) * 60), value: $0.element)
            }, denominator: 1, zone: .utc, words: words)
        let drawing = try #require(Drawing(plot.svg))
        let lines = drawing.all("course")
        #expect(lines.map(\.places.count) == [2, 2])
        #expect(lines[0].places.map(\.y) == [132, 30])
        #expect(drawing.named("desc")[0].text == "Newest 10, highest 40.")
        #expect(drawing.texts.contains("08:04"))
        let empty = TimeSeriesPlot(title: "Behind", points: [], denominator: 1, zone: .utc, words: words)
        #expect(try #require(Drawing(empty.svg)).texts == ["Behind", "Nothing yet."])
    }

    @Test func `Groups stay in the order given, with what they rest on, and small ones hidden`() throws {
        let plot = IntervalPlot(
            title: "Better",
            rows: [
                .init(name: "<North>", estimate: .init(thousandths: 500, low: 400, high: 600, count: 10, total: 20)),
                .init(name: "West", estimate: nil),
                .init(name: "South", estimate: .init(thousandths: 755, low: 700, high: 800, count: 151, total: 200)),
            ], reference: 550, words: words)
        let drawing = try #require(Drawing(plot.svg))
        #expect(drawing.all("interval").map { $0["x1"] } == ["126.4", "215.2"])
        #expect(drawing.all("dot").map { $0["cx"] } == ["156", "231.5"])
        #expect(
            drawing.all("key-text").map(\.text) == [
                "<North>", "10 of 20", "West", "too few to show", "South", "151 of 200",
            ])
        #expect(plot.description.hasPrefix("<North>: 50% (40% to 60%), 10 of 20. West: too few to show. South: 76%"))
    }

    @Test func `Bars are as high as what they count`() throws {
        let plot = HistogramPlot(
            title: "Sessions", bins: [.init(from: "1", to: "3", count: 2), .init(from: "4", to: "6", count: 4)],
            words: words)
        let drawing = try #require(Drawing(plot.svg))
        #expect(drawing.all("bar").map { $0["height"] } == ["39", "78"])
        #expect(try #require(Drawing(HistogramPlot(title: "x", bins: [], words: words).svg)).all("bar").isEmpty)
    }
}
