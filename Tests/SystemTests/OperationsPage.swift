import Foundation
import TestSupport

/// docs/operations.md as a script: its blocks of commands in order, in one shell, with a line in front of each that says
/// which it is.
struct OperationsPage {
    struct Block {
        let heading: String
        let commands: String
        /// The first line of the block in the page.
        let line: Int
    }

    static let file = TestPrograms.checkout.appendingPathComponent("docs/operations.md")
    private static let mark = "=== "

    let blocks: [Block]
    /// Languages of all fenced blocks, and lines that would be code without being fenced.
    let languages: Set<String>
    let indented: [String]

    init() throws {
        var blocks: [Block] = [], languages: Set<String> = [], indented: [String] = []
        var heading = ""
        var open: (language: String, line: Int, text: String)?
        for (index, line) in try String(contentsOf: Self.file, encoding: .utf8).components(separatedBy: "\n").enumerated() {
            if let block = open {
                if line == "```" {
                    if block.language == "sh" {
                        blocks.append(Block(heading: heading, commands: block.text, line: block.line))
                    }
                    open = nil
                } else {
                    open?.text += line + "\n"
                }
            } else if line.hasPrefix("```") {
                let language = String(line.dropFirst(3))
                languages.insert(language)
                open = (language, index + 2, "")
            } else if line.hasPrefix("## ") {
                heading = String(line.dropFirst(3))
            } else if line.hasPrefix("    ") {
                indented.append(line)
            }
        }
        (self.blocks, self.languages, self.indented) = (blocks, languages, indented)
    }

    func script(without left: Set<String>) -> String {
        let parts = blocks.filter { !left.contains($0.commands) }.map { block in
            "echo '\(Self.mark)line \(block.line), \(block.heading)'\n\(block.commands)"
        }
        return (["trap 'echo \"status $? of: $BASH_COMMAND\"' ERR"] + parts).joined(separator: "\n")
    }

    /// What a run has printed since the mark of the block that it came to.
    static func lastBlock(of output: String) -> String {
        output.range(of: "\n\(mark)", options: .backwards).map { String(output[$0.upperBound...]) } ?? output
    }
}
