import Persistence
import TransparencyLog

/// A signed tree head as somebody has it, unread.
struct UnreadNote {
    let note: String
    /// What the database says beside the note; nil for one kept elsewhere.
    let stored: StoredLog.Head?
    /// As far as it can be told without believing it; -1 where not even that.
    let size: Int
}

/// Signed tree heads of one place, by size, a page at a time.
protocol NotePages {
    /// Nil behind the last page; pages may be empty.
    mutating func next() throws -> [UnreadNote]?
}

/// The checkpoints that the database holds.
struct StoredNotes: NotePages {
    let connection: Connection
    let pageSize: Int
    private var last: Int? = -1

    init(connection: Connection, pageSize: Int) {
        self.connection = connection
        self.pageSize = pageSize
    }

    mutating func next() throws -> [UnreadNote]? {
        guard let last else { return nil }
        let page = try StoredLog.checkpoints(above: last, limit: pageSize, on: connection)
        self.last = page.count < pageSize ? nil : page.last?.size
        return page.map {
            UnreadNote(note: $0.note, stored: StoredLog.Head(size: $0.size, root: $0.root), size: $0.size)
        }
    }
}

/// Notes that were handed over: few.
struct GivenNotes: NotePages {
    private var notes: [String]?

    init(_ notes: [String]) { self.notes = notes }

    mutating func next() throws -> [UnreadNote]? {
        defer { notes = nil }
        return notes?.map { UnreadNote(note: $0, stored: nil, size: Self.size(of: $0)) }.sorted { $0.size < $1.size }
    }

    static func size(of note: String) -> Int {
        (try? SignedNote(parsing: note)).flatMap { try? Checkpoint(text: $0.text) }?.size ?? -1
    }
}

/// The files of a folder of checkpoints, one of its folders at a time.
struct FiledNotes: NotePages {
    private let folder: CheckpointFolder
    /// Lowest last.
    private var folders: [Int]

    init(_ folder: CheckpointFolder) throws {
        self.folder = folder
        folders = try folder.folders().reversed()
    }

    mutating func next() throws -> [UnreadNote]? {
        guard let first = folders.popLast() else { return nil }
        return try folder.notes(in: first).map { file in
            let note = try file.text()
            // A note under another's name is none: its place in the order of sizes would be wrong.
            let isItself = GivenNotes.size(of: note) == file.size
            return UnreadNote(note: isItself ? note : "", stored: nil, size: file.size)
        }
    }
}
