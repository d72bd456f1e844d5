import Foundation
import Testing

/// The threat model and the hazard log name the test that covers each line; the name must lead to a test.
@Suite struct NamedTestsTests {
    private static let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// A row of a table whose heading has a column `test`.
    struct Row {
        let line: Int
        let cells: [String: String]

        /// What stands between backticks in the column `test`.
        var tests: [String] {
            let parts = (cells["test"] ?? "").split(separator: "`", omittingEmptySubsequences: false)
            return parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) }
        }
    }

    /// Tables by their heading's cells. A table of threats or hazards without a column `test` has rows that name none.
    static func rows(of text: String, about: Set<String>) -> [Row] {
        var (rows, heading): ([Row], [String]?) = ([], nil)
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard line.hasPrefix("|") else {
                heading = nil
                continue
            }
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                .map { $0.trimmingCharacters(in: .whitespaces) }
            guard let names = heading else {
                heading = cells
                continue
            }
            if cells.allSatisfy({ $0.allSatisfy { "-:".contains($0) } }) || about.isDisjoint(with: names) { continue }
            rows.append(Row(line: index + 1, cells: Dictionary(zip(names, cells)) { first, _ in first }))
        }
        return rows
    }

    /// Why a name leads to no test; nil where it leads to one.
    static func fault(of name: String, below folder: URL) -> String? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        for end in parts.indices.dropFirst().reversed() {
            let file = folder.appending(path: parts[..<end].joined(separator: "/") + ".swift")
            guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
            return declares(parts[end...].joined(separator: "/"), in: text) ? nil : "the file has no such test"
        }
        return "there is no such file below Tests"
    }

    /// Whether a function of this name, or with this beginning before an ellipsis, stands behind `@Test`.
    private static func declares(_ name: String, in text: String) -> Bool {
        text.components(separatedBy: "@Test").dropFirst().contains { part in
            guard let function = part.firstRange(of: "func ") else { return false }
            var declared = part[function.upperBound...]
            if declared.hasPrefix("`") {
                declared = declared.dropFirst().prefix { $0 != "`" }
            } else {
                declared = declared.prefix { $0 != "(" && $0 != "<" }
            }
            return name.hasSuffix("…") ? declared.hasPrefix(name.dropLast()) : declared == name
        }
    }

    @Test(arguments: [("docs/threat-model.md", "threat", 60), ("docs/hazard-log.md", "hazard", 25)])
    func `Every line names the tests that cover it, and each is there`(page: String, about: String, atLeast: Int) throws
    {
        let text = try String(contentsOf: Self.project.appending(path: page), encoding: .utf8)
        let rows = Self.rows(of: text, about: [about])
        #expect(rows.count >= atLeast, "\(page) has \(rows.count) lines")
        for row in rows {
            #expect(!row.tests.isEmpty, "\(page):\(row.line) names no test")
            for test in row.tests {
                let fault = Self.fault(of: test, below: Self.project.appending(path: "Tests"))
                #expect(fault == nil, "\(page):\(row.line): \(test): \(fault ?? "")")
            }
        }
    }

    @Test func `Every runbook says by which tests it is tried, and each is there`() throws {
        let folder = Self.project.appending(path: "docs/runbooks")
        let text = try String(contentsOf: folder.appending(path: "README.md"), encoding: .utf8)
        let rows = Self.rows(of: text, about: ["runbook"])
        let pages = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0 != "README.md" }
        let named = rows.map { ($0.cells["runbook"] ?? "").replacing(/^\[(.*)\]\(\1\.md\)$/) { "\($0.output.1).md" } }
        #expect(named == pages.sorted())
        for row in rows {
            #expect(!row.tests.isEmpty, "line \(row.line) names no test")
            for test in row.tests {
                let fault = Self.fault(of: test, below: Self.project.appending(path: "Tests"))
                #expect(fault == nil, "docs/runbooks/README.md:\(row.line): \(test): \(fault ?? "")")
            }
        }
    }

    @Test func `The hazard log says at its beginning and at its end that nobody has signed it`() throws {
        let text = try String(contentsOf: Self.project.appending(path: "docs/hazard-log.md"), encoding: .utf8)
        let paragraphs = text.split(separator: "\n\n").map { $0.replacing("\n", with: " ") }
        for part in [paragraphs.prefix(3), paragraphs.suffix(2)] {
            #expect(part.contains { $0.contains("No clinical safety officer has signed") })
        }
    }

    @Test func `The risks of the hazard log are those of its own matrix`() throws {
        let text = try String(contentsOf: Self.project.appending(path: "docs/hazard-log.md"), encoding: .utf8)
        let likelihoods = (1...5).map(String.init)
        let matrix = Self.rows(of: text, about: ["severity ↓ likelihood →"]).map(\.cells)
        #expect(matrix.count == 5)
        for row in Self.rows(of: text, about: ["hazard"]) {
            for name in ["initial", "residual"] {
                let cell = row.cells[name] ?? ""
                let parts = cell.split { "×→ ".contains($0) }.map(String.init)
                try #require(parts.count == 3 && likelihoods.contains(parts[1]), "line \(row.line): \(cell)")
                let line = matrix.first { $0["severity ↓ likelihood →"] == parts[0] }
                #expect(line?[parts[1]] == parts[2], "line \(row.line): \(cell)")
            }
        }
    }

    @Test func `A line without a test, or with one that is not there, is found`() {
        let text = """
            | threat | test | remains |
            |---|---|---|
            | a | `ArchitectureTests/NamedTestsTests/A line without a test, or with one that is not there, is found` | – |
            | b | – | `not/the/column` |

            | other | test |
            |---|---|
            | c | |

            | threat | remains |
            |---|---|
            | d | – |
            """
        let rows = Self.rows(of: text, about: ["threat"])
        #expect(rows.map(\.line) == [3, 4, 12])
        #expect(rows.map(\.tests.count) == [1, 0, 0])
        let tests = Self.project.appending(path: "Tests")
        #expect(Self.fault(of: rows[0].tests[0], below: tests) == nil)
        #expect(Self.fault(of: "ArchitectureTests/NamedTestsTests/A line without…", below: tests) == nil)
        #expect(Self.fault(of: "ArchitectureTests/NamedTestsTests/A line with a te", below: tests) != nil)
        // A function that is no test.
        #expect(Self.fault(of: "ArchitectureTests/NamedTestsTests/rows", below: tests) == "the file has no such test")
        #expect(Self.fault(of: "ArchitectureTests/Nowhere/rows", below: tests) == "there is no such file below Tests")
    }
}
