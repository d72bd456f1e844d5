import ServiceKit

/// How people of the made-up network describe themselves; some do not say.
enum MadeUpGroup {
    private static let names: [JSON?] = ["grew-up-here", "grew-up-here", "moved-here", nil]

    /// The member of a participant's document; none for somebody who does not say.
    static func members(of index: Int) -> [JSON.Member] {
        names[index % names.count].map { [.init("group", $0)] } ?? []
    }
}
