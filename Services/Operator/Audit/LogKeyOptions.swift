import ArgumentParser
import FoundationEssentials
import TransparencyLog

/// The keys by which a log is believed.
struct LogKeyOptions: ParsableArguments {
    @Option(help: "A verifier key of the log: name+id+key. Repeatable.")
    var key: [String] = []

    @Option(
        help: """
            File with verifier keys of the log, one a line (`KEY`, or `KEY until SIZE` for one that is retired), or \
            with its signing key. Repeatable.
            """)
    var keyFile: [String] = []

    func validate() throws {
        guard !key.isEmpty || !keyFile.isEmpty else { throw ValidationError("Give --key or --key-file.") }
    }

    func load() throws -> LogKeys {
        let texts = try key + keyFile.map { try TextFile.read($0) }
        do {
            return try LogKeys(texts.flatMap { try Self.entries(of: $0) })
        } catch let error as LogKeysError {
            throw CannotCheck("\(error): give keys of one log, as `attune keys` and /v1/audit/key write them")
        }
    }

    private static func entries(of text: String) throws -> [LogKeys.Entry] {
        guard text.hasPrefix("PRIVATE+KEY+") else { return try LogKeys(text: text).entries }
        do throws(NoteError) {
            return [LogKeys.Entry(try SigningKey(text: String(text.prefix { !$0.isNewline })).verifierKey)]
        } catch {
            throw LogKeysError.malformedKey(error)
        }
    }
}

enum TextFile {
    static func read(_ path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
        else { throw CannotCheck("\(path) cannot be read") }
        return text
    }
}

/// Why a check could not be made: not a result of it.
struct CannotCheck: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
