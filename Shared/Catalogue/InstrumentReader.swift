import Domain

/// Reads one instrument. Values are written in points, with at most `decimals` places.
///
///     id: phq-9                      # name
///     version: "2001"                # text; id and version together are unique
///     title: Patient Health Questionnaire-9
///     purpose: outcome               # outcome | alliance
///     direction: lower_is_better     # lower_is_better | higher_is_better
///     decimals: 0                    # decimal places of the smallest step, 0 to 2
///     items:                         # left out where only totals are entered
///       count: 9                     # 1 to 128
///       minimum: 0
///       maximum: 3
///       reversed: [2, 3]             # optional, item numbers from 1
///       safety: [{item: 9, at_least: 1}]   # optional
///     total: {minimum: 0, maximum: 27}     # must be items times their range
///     total_entry: false             # may a total be entered alone? never with safety items
///     missing_items: {at_most: 2, never_impute: [9]}   # optional; left out: all must be answered
///     recall_days: 14                # optional
///     norm_sets: [...]               # optional, see NormSetReader
///     alliance:                      # only for purpose alliance
///       cut_off: {value: 36, inclusive: false}
///       drop: 1                      # optional
///       lowest_item: 9               # optional; left out: no such rule
///     codes: {loinc_panel: 44249-1, loinc_total: 44261-6, loinc_items: [...]}   # optional
///     licence: {wording: public_domain, holder: none, notice: ...}
///
/// There is no field for wording: item texts are not part of the catalogue.
enum InstrumentReader {
    static func read(_ place: StrictNode) throws(CatalogueError) -> Instrument {
        try place.mapping(
            "id", "version", "title", "purpose", "direction", "decimals", "items", "total", "total_entry",
            "missing_items", "recall_days", "norm_sets", "alliance", "codes", "licence"
        ) { fields throws(CatalogueError) in
            let reference = InstrumentReference(
                id: try fields.required("id").name(InstrumentID.self),
                version: try fields.required("version").text())
            let purpose = try fields.required("purpose").choice(InstrumentPurpose.self)
            let decimals = try fields.required("decimals").whole(0...2)
            let denominator = [1, 10, 100][decimals]
            let items = try fields.optional("items") { field throws(CatalogueError) in
                try Self.items(field, denominator)
            }
            let totalField = try fields.required("total")
            let total = try range(totalField, denominator)
            try check(total, totalField, against: items, denominator)
            let totalEntry = try fields.required("total_entry")
            let allowsTotal = try totalEntry.flag()
            try check(totalEntry: allowsTotal, totalEntry, items)
            return Instrument(
                reference: reference,
                title: try fields.required("title").text(),
                purpose: purpose,
                items: items,
                stepDenominator: denominator,
                totalRange: total,
                direction: try fields.required("direction").choice(ScoreDirection.self),
                allowsTotalEntry: allowsTotal,
                missingItemRule: try fields.optional("missing_items") { field throws(CatalogueError) in
                    try missing(field, items)
                } ?? .none,
                recallDays: try fields.optional("recall_days") { field throws(CatalogueError) in
                    try field.whole(1...366)
                },
                normSets: try fields.optional("norm_sets") { field throws(CatalogueError) in
                    try NormSetReader.read(field, total, denominator)
                } ?? [],
                allianceRule: try fields.optional("alliance") { field throws(CatalogueError) in
                    try alliance(field, purpose, total, denominator)
                },
                codes: try fields.optional("codes") { field throws(CatalogueError) in
                    try codes(field, items)
                } ?? InstrumentCodes(),
                licence: try licence(fields.required("licence")))
        }
    }

    private static func items(_ place: StrictNode, _ denominator: Int) throws(CatalogueError) -> ItemScale {
        try place.mapping("count", "minimum", "maximum", "reversed", "safety") { fields throws(CatalogueError) in
            let count = try fields.required("count").whole(1...ItemNumbers.highest)
            let range = try bounds(fields, denominator)
            let reversed = try fields.optional("reversed") { field throws(CatalogueError) in
                try numbers(field, count)
            } ?? []
            let safety = try fields.optional("safety") { field throws(CatalogueError) in
                try Self.safety(field, count, range, denominator)
            } ?? []
            return ItemScale(count: count, range: range, reversed: reversed, safety: safety)
        }
    }

    private static func safety(
        _ place: StrictNode, _ count: Int, _ range: ClosedRange<Int>, _ denominator: Int
    ) throws(CatalogueError) -> [SafetyItem] {
        var items: [SafetyItem] = []
        for entry in try place.list() {
            let item = try entry.mapping("item", "at_least") { fields throws(CatalogueError) in
                let number = try fields.required("item").whole(1...count)
                let threshold = try fields.required("at_least")
                let steps = try threshold.steps(denominator)
                guard range.contains(steps) else { throw threshold.refusal("is outside the items' range") }
                return SafetyItem(item: number, atLeast: steps)
            }
            guard !items.contains(where: { $0.item == item.item }) else { throw entry.refusal("item is listed twice") }
            items.append(item)
        }
        return items
    }

    private static func missing(_ place: StrictNode, _ items: ItemScale?) throws(CatalogueError) -> MissingItemRule {
        guard let items, items.count > 1 else { throw place.refusal("needs an instrument with items") }
        return try place.mapping("at_most", "never_impute") { fields throws(CatalogueError) in
            let maxMissing = try fields.required("at_most").whole(1...(items.count - 1))
            let never = try fields.optional("never_impute") { field throws(CatalogueError) in
                try numbers(field, items.count)
            } ?? []
            for safety in items.safety where !never.contains(safety.item) {
                throw place.refusal("safety item \(safety.item) must be listed in never_impute")
            }
            return .mean(maxMissing: maxMissing, neverImpute: never)
        }
    }

    private static func alliance(
        _ place: StrictNode, _ purpose: InstrumentPurpose, _ total: ClosedRange<Int>, _ denominator: Int
    ) throws(CatalogueError) -> AllianceRule {
        guard purpose == .alliance else { throw place.refusal("is only for purpose alliance") }
        return try place.mapping("cut_off", "drop", "lowest_item") { fields throws(CatalogueError) in
            AllianceRule(
                cutOff: try NormSetReader.cutOff(fields.required("cut_off"), total, denominator),
                drop: try fields.optional("drop") { field throws(CatalogueError) in
                    try positive(field, denominator)
                },
                lowestItem: try fields.optional("lowest_item") { field throws(CatalogueError) in
                    try positive(field, denominator)
                })
        }
    }

    private static func licence(_ place: StrictNode) throws(CatalogueError) -> InstrumentLicence {
        try place.mapping("wording", "holder", "notice") { fields throws(CatalogueError) in
            InstrumentLicence(
                wording: try fields.required("wording").choice(WordingLicence.self),
                holder: try fields.required("holder").text(),
                notice: try fields.required("notice").text())
        }
    }

    private static func codes(_ place: StrictNode, _ items: ItemScale?) throws(CatalogueError) -> InstrumentCodes {
        try place.mapping("loinc_panel", "loinc_total", "loinc_items") { fields throws(CatalogueError) in
            let panel = try fields.optional("loinc_panel") { field throws(CatalogueError) in
                try loinc(field)
            }
            let total = try fields.optional("loinc_total") { field throws(CatalogueError) in
                try loinc(field)
            }
            var itemCodes: [String] = []
            if let list = fields.optional("loinc_items") {
                for entry in try list.list() { itemCodes.append(try loinc(entry)) }
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

extension InstrumentReader {
    static func positive(_ place: StrictNode, _ denominator: Int) throws(CatalogueError) -> Int {
        let steps = try place.steps(denominator)
        guard steps > 0 else { throw place.refusal("must be above 0") }
        return steps
    }

    static func range(_ place: StrictNode, _ denominator: Int) throws(CatalogueError) -> ClosedRange<Int> {
        try place.mapping("minimum", "maximum") { fields throws(CatalogueError) in try bounds(fields, denominator) }
    }

    private static func bounds(
        _ fields: StrictMapping, _ denominator: Int
    ) throws(CatalogueError) -> ClosedRange<Int> {
        let lowest = try fields.required("minimum").steps(denominator)
        let highest = try fields.required("maximum").steps(denominator)
        guard lowest < highest else { throw fields.place.refusal("minimum must be below maximum") }
        return lowest...highest
    }

    private static func numbers(_ place: StrictNode, _ count: Int) throws(CatalogueError) -> ItemNumbers {
        ItemNumbers(try place.distinct { entry throws(CatalogueError) in try entry.whole(1...count) })
    }

    private static func check(
        _ total: ClosedRange<Int>, _ place: StrictNode, against items: ItemScale?, _ denominator: Int
    ) throws(CatalogueError) {
        guard let items else { return }
        let sum = (items.count * items.range.lowerBound)...(items.count * items.range.upperBound)
        guard sum == total else {
            let lowest = DecimalSteps.text(sum.lowerBound, denominator: denominator)
            let highest = DecimalSteps.text(sum.upperBound, denominator: denominator)
            throw place.refusal("the items add up to \(lowest) to \(highest)")
        }
    }

    private static func check(
        totalEntry: Bool, _ place: StrictNode, _ items: ItemScale?
    ) throws(CatalogueError) {
        guard let items else {
            guard totalEntry else { throw place.refusal("must be true for an instrument without items") }
            return
        }
        if totalEntry, !items.safety.isEmpty {
            throw place.refusal("must be false: a total alone would hide the safety items")
        }
    }
}
