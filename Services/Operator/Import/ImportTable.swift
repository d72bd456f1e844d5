import SwiftCSV

/// The table that a CSV file holds.
enum ImportTable {
    static func read(_ text: String) throws -> CSV<Named> {
        // A text of two bytes a character, say: what follows would be refused line by line.
        guard !text.utf8.contains(0) else { throw ImportProblem("holds NUL characters; save it as UTF-8") }
        let unmarked = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        return try CSV<Named>(string: unmarked, loadColumns: false)
    }
}
