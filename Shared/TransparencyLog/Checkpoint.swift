/// What a log commits to by its signature: its whole content, in one hash (C2SP tlog-checkpoint).
public struct Checkpoint: Hashable, Sendable {
    /// Names the log, one line.
    public let origin: String
    /// Leaves in the tree.
    public let size: Int
    public let root: LogHash
    /// Lines of unspecified meaning behind the three known ones; this log writes none.
    public let extensions: [String]

    /// - Throws: ``CheckpointError/malformed(_:)`` if a line is empty or holds a control character,
    ///   or the size is negative.
    public init(origin: String, size: Int, root: LogHash, extensions: [String] = []) throws(CheckpointError) {
        guard Self.isLine(origin) else { throw .malformed(.origin) }
        guard size >= 0 else { throw .malformed(.size) }
        guard extensions.allSatisfy(Self.isLine) else { throw .malformed(.extensionLine) }
        self.origin = origin
        self.size = size
        self.root = root
        self.extensions = extensions
    }

    /// Reads a note's text. Only ``init(verifying:origin:keys:)`` also tells whether to believe it.
    public init(text: String) throws(CheckpointError) {
        guard text.utf8.last == UInt8(ascii: "\n") else { throw .malformed(.lines) }
        let lines = text.utf8.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count >= 3 else { throw .malformed(.lines) }
        guard let size = Self.size(in: lines[1]) else { throw .malformed(.size) }
        guard let bytes = Base64.decode(Array(lines[2])), let root = LogHash(bytes: bytes)
        else { throw .malformed(.root) }
        try self.init(
            origin: String(decoding: lines[0], as: UTF8.self), size: size, root: root,
            extensions: lines.dropFirst(3).map { String(decoding: $0, as: UTF8.self) })
    }

    /// Reads a checkpoint that came from elsewhere and believes it only if one of `keys` signed it
    /// and it is about the log named `origin`.
    public init(verifying note: String, origin: String, keys: [VerifierKey]) throws(CheckpointError) {
        let text: String
        do {
            let note = try SignedNote(parsing: note)
            _ = try note.verify(keys: keys)
            text = note.text
        } catch {
            throw .note(error)
        }
        try self.init(text: text)
        guard self.origin.utf8.elementsEqual(origin.utf8) else { throw .otherOrigin }
    }

    /// The signed text.
    public var text: String {
        ([origin, String(size), root.base64] + extensions).map { $0 + "\n" }.joined()
    }

    /// Signs the checkpoint. A log must never sign two checkpoints between which no consistency
    /// proof can be built: prove this against the last one signed before calling.
    public func signed(by keys: [SigningKey]) throws -> SignedNote {
        try SignedNote(text: text, signedBy: keys)
    }

    private static func isLine(_ line: String) -> Bool {
        !line.isEmpty && line.utf8.allSatisfy { $0 >= 0x20 }
    }

    private static func size(in digits: Substring.UTF8View) -> Int? {
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            digits.count == 1 || digits.first != UInt8(ascii: "0")
        else { return nil }
        return Int(String(decoding: digits, as: UTF8.self))
    }
}

/// Why a checkpoint is not accepted.
public enum CheckpointError: Error, Hashable, Sendable {
    case malformed(CheckpointDefect)
    /// Signed by a trusted key, but about another log.
    case otherOrigin
    /// The note around it is malformed or not signed by a trusted key.
    case note(NoteError)
}

/// The part of a checkpoint's text that is wrong.
public enum CheckpointDefect: Hashable, Sendable {
    case lines, origin, size, root, extensionLine
}
