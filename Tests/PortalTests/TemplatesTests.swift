import Testing

@testable import attune_portal

@Suite struct TemplatesTests {
    private let words: Words

    init() throws { words = try WordBook()[.english] }

    @Test func `All templates are read, and ask for texts and templates that are there`() throws {
        _ = try Templates(checkedWith: words)
    }

    @Test func `Values and texts are escaped`() throws {
        let templates = try Templates(
            ["course-table": "{{t.chart.table.date}} {{lang}} {{name}} {{#rows}}{{t.chart.table.score}}{{.}}{{/rows}}"],
            checkedWith: words)
        let text = templates.render(.courseTable, ["name": "<b>&\"'", "rows": [1, 2], "t": "mine"], words: words)
        #expect(text == "Date en &lt;b&gt;&amp;&quot;&#39; Score1Score2")
    }

    @Test func `A template that asks for what is not there is refused`() {
        func refusal(_ source: String) -> String? {
            do throws(TemplateProblem) {
                _ = try Templates(["p": source], checkedWith: words)
            } catch { return error.description }
            return nil
        }
        #expect(refusal("{{>other}}") == "p.mustache: includes other, which is not there")
        #expect(refusal("{{ t.chart.nothing }}") == "p.mustache: asks for the text chart.nothing, which is not there")
        #expect(refusal("{{{t.chart}}}")?.contains("chart, which is not there") == true)
        #expect(refusal("{{t.format.day}}")?.contains("needs values") == true)
        #expect(refusal("{{#open}}")?.contains("not a mustache template") == true)
        #expect(refusal("{{t.chart.table.date}}{{>p}}") == nil)
    }
}
