import HummingbirdCore
import Persistence
import ServiceKit

/// Which part of a history is wanted.
struct HistoryFilter: Hashable, Sendable {
    static let pageSize = 100
    static let names: [(name: String, category: LedgerCategory)] = [
        ("happened", .episode), ("alerts", .alert), ("messages", .notification), ("access", .access),
    ]

    /// Nil for all.
    let category: LedgerCategory?
    /// From 1.
    let page: Int

    init(category: LedgerCategory? = nil, page: Int = 1) {
        self.category = category
        self.page = page
    }

    /// - Throws: ``FieldError`` for what is no part and no page.
    init(of uri: URI) throws(FieldError) {
        let query = uri.queryParameters
        let name = query["part"].map(String.init) ?? ""
        category = Self.names.first { $0.name == name }?.category
        guard name.isEmpty || category != nil else {
            throw FieldError(pointer: "/part", detail: "is no part of a history")
        }
        guard let number = Int(query["page"].map(String.init) ?? "1"), (1...100_000).contains(number) else {
            throw FieldError(pointer: "/page", detail: "is not a number from 1 to 100000")
        }
        page = number
    }

    var categories: [Int16] { (category.map { [$0] } ?? LedgerCategory.allCases).map(\.rawValue) }

    var name: String? { Self.names.first { $0.category == category }?.name }

    func query(page: Int) -> String { "?" + (name.map { "part=\($0)&" } ?? "") + "page=\(page)" }
}
