public import Foundation

/// A page of docs/runbooks: the commands of its blocks, in order, and whatever stands between backticks.
public struct RunbookPage: Sendable {
    /// A command of a block, lines joined.
    public struct Block: Sendable {
        public let line: Int
        /// The words in bold above it, e.g. `First look`.
        public let chapter: String
        /// What a shell is given.
        public let text: String
        /// What the page says behind `#`.
        public let remark: String
    }

    /// What stands between backticks, in one line.
    public struct Span: Sendable {
        public let line: Int
        public let text: String
    }

    /// Without `.md`.
    public let name: String
    public let text: String
    public let blocks: [Block]
    public let spans: [Span]

    /// Where the pages lie.
    public static let folder = TestPrograms.checkout.appendingPathComponent("docs/runbooks")

    /// Every page, the one about all of them among them.
    public static func all() throws -> [RunbookPage] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".md") }.sorted()
            .map { try RunbookPage(named: String($0.dropLast(3))) }
    }

    public init(named name: String) throws {
        let file = Self.folder.appendingPathComponent("\(name).md")
        self.init(name: name, text: try String(contentsOf: file, encoding: .utf8))
    }

    public init(name: String, text: String) {
        (self.name, self.text) = (name, text)
        var blocks: [Block] = [], prose: [String] = []
        var (chapter, open) = ("", (line: 0, text: ""))
        for (index, line) in text.components(separatedBy: "\n").enumerated() {
            guard line.hasPrefix("    ") else {
                prose.append(line)
                if let words = line.wholeMatch(of: /\*\*(.+?)\*\*.*/) { chapter = String(words.output.1) }
                continue
            }
            prose.append("")
            open = open.text.isEmpty ? (index + 1, line) : (open.line, "\(open.text)\n\(line)")
            let (command, remark) = Self.cut(open.text)
            guard !Self.goesOn(command) else { continue }
            blocks.append(Block(line: open.line, chapter: chapter, text: command, remark: remark))
            open.text = ""
        }
        self.blocks = blocks
        spans = Self.spans(of: prose.joined(separator: "\n"))
    }

    /// A command without its remark, and the remark.
    private static func cut(_ line: String) -> (String, String) {
        var quote: Character?
        var before: Character = " "
        for (index, character) in zip(line.indices, line) {
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "#", before == " " {
                return (line[..<index].trimmingCharacters(in: .whitespaces),
                    line[line.index(after: index)...].trimmingCharacters(in: .whitespaces))
            }
            before = character
        }
        return (line.trimmingCharacters(in: .whitespaces), "")
    }

    /// A quote is open, or the line says that another follows.
    private static func goesOn(_ command: String) -> Bool {
        var quote: Character?
        for character in command where character == "\"" || character == "'" {
            if quote == nil { quote = character } else if quote == character { quote = nil }
        }
        return quote != nil || command.hasSuffix("\\") || command.hasSuffix("|")
    }

    private static func spans(of prose: String) -> [Span] {
        var line = 1
        return prose.split(separator: "`", omittingEmptySubsequences: false).enumerated().compactMap { index, part in
            defer { line += part.count { $0 == "\n" } }
            guard index % 2 == 1 else { return nil }
            return Span(line: line, text: part.split(whereSeparator: \.isWhitespace).joined(separator: " "))
        }
    }
}

/// The simple commands of a line for a shell, as their words; what quotes hold is one word.
public enum ShellWords {
    public static func commands(of line: String) -> [[String]] {
        var (commands, words, word): ([[String]], [String], String?) = ([], [], nil)
        var quote: Character?
        func endWord() {
            if let done = word { words.append(done) }
            word = nil
        }
        for character in line {
            switch character {
            case _ where quote != nil:
                if character == quote { quote = nil } else { word?.append(character) }
            case "\"", "'":
                quote = character
                word = word ?? ""
            case ";", "|", "&":
                endWord()
                commands.append(words)
                words = []
            case "\\": continue
            case _ where character.isWhitespace: endWord()
            default: word = (word ?? "") + String(character)
            }
        }
        endWord()
        return (commands + [words]).filter { !$0.isEmpty }
    }
}
