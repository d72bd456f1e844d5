import ServiceKit
import Yams

/// Clients' values in the corpus hold a word that stands in no text of ours, so that an answer that repeats one is found.
enum Secrecy {
    static let mark = "QZX"
    private static let marked = Array(mark.utf8)

    /// Checks that what is said of an input repeats none of its values. Names of fields may be repeated: they say what is
    /// unknown or stands twice.
    static func check(_ said: String, of input: [UInt8]) throws(FuzzFault) {
        guard said.contains(mark), !isInName(input) else { return }
        throw repetition
    }

    /// The same of YAML, whose names need no quotes.
    static func check(_ said: String, ofYAML text: String) throws(FuzzFault) {
        guard said.contains(mark) else { return }
        var left = 10_000
        guard let root = try? Yams.compose(yaml: text), isInName(of: root, &left) else {
            throw repetition
        }
    }

    private static var repetition: FuzzFault { FuzzFault("a refusal repeats a value of its input") }

    /// Whether a name below this node has the word. Aliases make a short text a large tree: after `left` nodes it may be.
    private static func isInName(of node: Node, _ left: inout Int) -> Bool {
        left -= 1
        if left < 0 { return true }
        for (name, value) in node.mapping ?? [:] {
            if name.string?.contains(mark) == true || isInName(of: value, &left) { return true }
        }
        for entry in node.sequence ?? [] where isInName(of: entry, &left) { return true }
        return false
    }

    /// Whether the word is, or may be, part of a name: followed by the end of its text and a colon.
    private static func isInName(_ input: [UInt8]) -> Bool {
        for start in input.indices where input[start...].starts(with: marked) {
            var rest = input[(start + marked.count)...].drop { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
            // What is escaped is hard to judge from here.
            if rest.first == UInt8(ascii: "\\") { return true }
            rest = rest.dropFirst().drop { $0 <= 0x20 }
            if rest.isEmpty || rest.first == UInt8(ascii: ":") { return true }
        }
        return false
    }
}
