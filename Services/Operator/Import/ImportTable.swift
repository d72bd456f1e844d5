import FoundationEssentials
import SwiftCSV

/// The table that a CSV file holds.
enum ImportTable {
    /// A file is read whole; a bulk import of more is split.
    static let sizeLimit = 256 << 20

    static func read(file: String) throws -> CSV<Named> {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: file),
            let size = attributes[.size] as? UInt64
        else { throw ImportProblem("\(file): cannot be read") }
        guard size <= sizeLimit else { throw ImportProblem("\(file): larger than \(sizeLimit >> 20) MiB; split it") }
        guard let data = FileManager.default.contents(atPath: file),
            let text = String(validating: data, as: UTF8.self)
        else { throw ImportProblem("\(file): is not UTF-8 text") }
        do {
            return try read(text)
        } catch let problem as ImportProblem {
            throw ImportProblem("\(file): \(problem)")
        } catch {
            throw ImportProblem("\(file): is not CSV with a header row")
        }
    }

    static func read(_ text: String) throws -> CSV<Named> {
        // A text of two bytes a character, say: what follows would be refused line by line.
        guard !text.utf8.contains(0) else { throw ImportProblem("holds NUL characters; save it as UTF-8") }
        let unmarked = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        return try CSV<Named>(string: unmarked, loadColumns: false)
    }
}
