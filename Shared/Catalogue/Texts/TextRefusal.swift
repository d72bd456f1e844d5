/// Why a text resource is not taken. Nothing of a refused one is used or stored.
public struct TextRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// Path of the file or folder; built-in files by their name alone.
    public let file: String
    /// FHIR path of the place, e.g. `Questionnaire.item[3].answerOption[0]`; nil where the whole file is meant.
    public let path: String?
    /// What is wrong, and what is allowed. Never holds wording.
    public let reason: String

    public init(file: String, path: String? = nil, reason: String) {
        self.file = file
        self.path = path
        self.reason = reason
    }

    public var description: String { "\(file): \(path.map { "\($0): " } ?? "")\(reason)" }
}
