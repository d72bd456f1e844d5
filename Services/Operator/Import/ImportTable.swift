import SwiftCSV

/// The table that a CSV file holds.
enum ImportTable {
    static func read(_ text: String) throws -> CSV<Named> {
        let unmarked = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        return try CSV<Named>(string: unmarked, loadColumns: false)
    }
}
