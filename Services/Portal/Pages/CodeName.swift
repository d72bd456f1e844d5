import Domain

/// How people are told apart on pages: Attune knows no names. The end of the id, which is the part that differs.
enum CodeName {
    static func text(of id: some Identity) -> String { String(id.description.suffix(6)).uppercased() }
}
