/// Why a catalogue cannot be loaded. Nothing of a refused catalogue is used: a service that cannot read
/// its figures does not start.
public struct CatalogueError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Path of the file or folder; built-in files by their name alone.
    public let file: String
    /// From 1; nil where the whole file is meant.
    public let line: Int?
    /// What is wrong, and what is allowed.
    public let reason: String

    public init(file: String, line: Int?, reason: String) {
        self.file = file
        self.line = line
        self.reason = reason
    }

    /// `file:line: reason`, as editors and terminals link it.
    public var description: String {
        "\(file):\(line.map { "\($0):" } ?? "") \(reason)"
    }
}
