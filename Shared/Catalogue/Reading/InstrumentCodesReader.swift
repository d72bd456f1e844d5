import Domain

/// Reads LOINC codes.
///
///     loinc_panel: 44249-1           # each optional
///     loinc_total: 44261-6           # never the panel's code
///     loinc_items: [...]             # one per item, in item order
enum InstrumentCodesReader {
    static func read(_ place: StrictNode, _ items: ItemScale?) throws(CatalogueError) -> InstrumentCodes {
        try place.mapping("loinc_panel", "loinc_total", "loinc_items") { fields throws(CatalogueError) in
            let panel = try fields.optional("loinc_panel") { field throws(CatalogueError) in
                try loinc(field)
            }
            let total = try fields.optional("loinc_total") { field throws(CatalogueError) in
                try loinc(field)
            }
            var itemCodes: [String] = []
            if let list = fields.optional("loinc_items") {
                for entry in try list.list() {
                    let code = try loinc(entry)
                    guard !itemCodes.contains(code), code != panel, code != total else {
                        throw entry.refusal("\(code) is used twice")
                    }
                    itemCodes.append(code)
                }
                guard itemCodes.count == items?.count else { throw list.refusal("must hold one code per item") }
            }
            if let panel, panel == total { throw place.refusal("panel and total are the same code") }
            return InstrumentCodes(loincPanel: panel, loincTotal: total, loincItems: itemCodes)
        }
    }

    /// A LOINC code with its check digit (modulus 10, every second digit doubled), so that a typing
    /// error is found here and not in somebody's record.
    private static func loinc(_ place: StrictNode) throws(CatalogueError) -> String {
        let code = try place.text()
        let parts = code.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...7).contains(parts[0].count), parts[1].count == 1,
            code.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2D }), let check = Int(parts[1])
        else { throw place.refusal("must be a LOINC code such as 44261-6") }
        var sum = 0
        for (index, digit) in parts[0].utf8.reversed().enumerated() {
            let value = Int(digit - 0x30)
            sum += index.isMultiple(of: 2) ? (2 * value) / 10 + (2 * value) % 10 : value
        }
        guard (10 - sum % 10) % 10 == check else { throw place.refusal("the LOINC check digit does not fit") }
        return code
    }
}
