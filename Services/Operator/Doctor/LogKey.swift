import FoundationEssentials
import TransparencyLog

/// The log's verifier key in a file, as `attune keys` writes it.
enum LogKey {
    static func read(_ file: String) throws -> VerifierKey {
        guard let data = FileManager.default.contents(atPath: file) else { throw UnreadableKey(file: file) }
        do {
            return try VerifierKey(text: String(String(decoding: data, as: UTF8.self).prefix { !$0.isNewline }))
        } catch {
            throw UnreadableKey(file: file)
        }
    }
}

struct UnreadableKey: Error, CustomStringConvertible {
    let file: String
    var description: String { "\(file) does not hold a verifier key of the form name+id+key" }
}
