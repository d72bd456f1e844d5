/// The keys by which a log's checkpoints are believed: the one it signs with now, and those it has signed with before.
///
/// As text, one key a line; `KEY until SIZE` is a key that may have signed no tree of more leaves than that. Blank
/// lines and those that begin with `#` say nothing.
public struct LogKeys: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        public let key: VerifierKey
        /// Leaves of the last tree that the key may have signed; nil while it has not been retired.
        public let until: Int?

        public init(_ key: VerifierKey, until: Int? = nil) {
            self.key = key
            self.until = until
        }
    }

    /// The name of the log, which all its keys bear.
    public let origin: String
    /// As given; none twice.
    public let entries: [Entry]

    /// - Throws: ``LogKeysError`` for no key at all, keys of several logs, or two ends for one key.
    public init(_ entries: [Entry]) throws(LogKeysError) {
        guard let first = entries.first else { throw .noKey }
        var known: [Entry] = []
        for entry in entries {
            guard entry.key.name.utf8.elementsEqual(first.key.name.utf8) else { throw .severalLogs }
            guard let index = known.firstIndex(where: { $0.key == entry.key }) else {
                known.append(entry)
                continue
            }
            guard known[index].until == nil || entry.until == nil || known[index].until == entry.until
            else { throw .severalEnds }
            known[index] = Entry(entry.key, until: known[index].until ?? entry.until)
        }
        origin = first.key.name
        self.entries = known
    }

    public init(_ key: VerifierKey) {
        origin = key.name
        entries = [Entry(key)]
    }

    /// Reads the text form.
    public init(text: String) throws(LogKeysError) {
        var entries: [Entry] = []
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let words = line.split(separator: " ").map(String.init)
            guard let first = words.first else { continue }
            guard words.count == 1 || (words.count == 3 && words[1] == "until") else { throw .malformedLine }
            let until = words.count == 3 ? Int(words[2]) : nil
            guard words.count == 1 || (until ?? -1) >= 0 else { throw .malformedLine }
            do throws(NoteError) { entries.append(Entry(try VerifierKey(text: first), until: until)) } catch {
                throw .malformedKey(error)
            }
        }
        try self.init(entries)
    }

    /// The form that ``init(text:)`` reads.
    public var text: String {
        entries.map { entry in entry.key.text + (entry.until.map { " until \($0)" } ?? "") + "\n" }.joined()
    }

    public var keys: [VerifierKey] { entries.map(\.key) }

    /// Where a key's time has ended; nil for one that goes on.
    public func end(of key: VerifierKey) -> Int? { entries.first { $0.key == key }?.until }
}

/// Why a list of keys is none.
public enum LogKeysError: Error, Hashable, Sendable, CustomStringConvertible {
    case noKey
    /// The keys bear different names.
    case severalLogs
    /// One key is said to end at two sizes.
    case severalEnds
    /// Neither `KEY` nor `KEY until SIZE`.
    case malformedLine
    case malformedKey(NoteError)

    public var description: String {
        switch self {
        case .noKey: "there is no key"
        case .severalLogs: "the keys are of different logs"
        case .severalEnds: "one key is given two ends"
        case .malformedLine: "a line is neither KEY nor KEY until SIZE"
        case .malformedKey: "a key is not of the form name+id+key"
        }
    }
}

extension VerifierKey {
    /// The eight digits by which people tell keys apart.
    public var idText: String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

extension Checkpoint {
    /// A checkpoint that at least one of the log's keys has signed, with those that have.
    public struct Verified: Hashable, Sendable {
        public let checkpoint: Checkpoint
        public let signers: [VerifierKey]

        /// The signer that had been retired before this tree, if none that had not signed it as well.
        public func retiredSigner(by keys: LogKeys) -> (key: VerifierKey, until: Int)? {
            var retired: (VerifierKey, Int)?
            for signer in signers {
                guard let end = keys.end(of: signer), end < checkpoint.size else { return nil }
                retired = (signer, end)
            }
            return retired
        }
    }

    /// Reads a checkpoint that came from elsewhere and believes it only if a key of the log has signed it.
    public static func verified(_ note: String, keys: LogKeys) throws(CheckpointError) -> Verified {
        let checkpoint = try Checkpoint(verifying: note, origin: keys.origin, keys: keys.keys)
        do throws(NoteError) {
            return Verified(checkpoint: checkpoint, signers: try SignedNote(parsing: note).verify(keys: keys.keys))
        } catch {
            throw .note(error)
        }
    }
}
