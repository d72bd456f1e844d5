import Domain

/// The graph with its sentence and its table: the values of `Template.course`.
struct CoursePart {
    let material: CourseMaterial
    let voice: Voice
    let words: Words
    /// Where the graph is served as a file of its own (`CourseChart.standalone`); nil: nowhere.
    let download: String?
    /// Whose course it is, where a page shows those of several; part of the names of graph and table.
    var owner: String?

    /// Name of the graph.
    var title: String {
        let title = words("chart.title", ["instrument": material.instrument.title])
        return owner.map { "\($0): \(title)" } ?? title
    }

    var values: [String: Any] {
        var values = CourseTable(material, voice: voice, words: words).values
        values["graph"] = CourseChart(material, voice: voice, words: words, title: title).markup
        values["sentences"] = CourseSentence(material, voice: voice, words: words).sentences
        values["download"] = download
        values["tableName"] = "\(title): \(words["chart.table.caption"])"
        return values
    }
}
