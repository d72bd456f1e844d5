import Domain

/// Reads one instrument. Values are written in points, with at most `decimals` places.
///
///     id: phq-9                      # name
///     version: "2001"                # text; id and version together are unique
///     title: Patient Health Questionnaire-9
///     purpose: outcome               # outcome | alliance | preferences
///     direction: lower_is_better     # lower_is_better | higher_is_better; left out for preferences: two poles
///     decimals: 0                    # decimal places of the smallest step, 0 to 2
///     items: {...}                   # left out where only totals are entered, see ItemScaleReader
///     score: {method: sum, multiplier: 4}  # optional: sum (multiplier 1 if left out) | mean with a factor
///     total: {minimum: 0, maximum: 27}     # must be what the items make
///     total_entry: false             # may a total be entered alone? never with safety items
///     missing_items: {...}           # optional, see MissingItemReader; left out: all must be answered
///     subscales: [...]               # optional, see SubscaleReader
///     bands: [...]                   # optional, see BandSetReader
///     recall_days: 14                # optional
///     norm_sets: [...]               # optional, see NormSetReader
///     alliance: {...}                # only for purpose alliance, see AllianceRuleReader
///     stalled: {ratings: 4}          # optional, only for purpose outcome, see StalledRuleReader
///     codes: {...}                   # optional, see InstrumentCodesReader
///     licence: {wording: public_domain, holder: none, notice: ...}
///     source: where items, ranges and rules come from     # optional, with confidence
///     confidence: sourced
///     unvalidated: true              # optional: a measure that nobody has validated
///
/// There is no field for wording: item texts are not part of the catalogue.
enum InstrumentReader {
    static func read(_ place: StrictNode) throws(CatalogueError) -> Instrument {
        try place.mapping(
            "id", "version", "title", "purpose", "direction", "decimals", "items", "score", "total", "total_entry",
            "missing_items", "subscales", "bands", "recall_days", "norm_sets", "alliance", "codes", "licence",
            "source", "confidence", "unvalidated", "stalled"
        ) { fields throws(CatalogueError) in
            let core = try Core(fields)
            let total = try fields.required("total_entry")
            let allowsTotal = try total.flag()
            try check(totalEntry: allowsTotal, total, core.items)
            let missing = try fields.optional("missing_items") { field throws(CatalogueError) in
                try MissingItemReader.read(field, core.items)
            }
            let subscales =
                try fields.optional("subscales") { field throws(CatalogueError) in
                    try SubscaleReader.read(field, core, missing?.subscaleRule)
                } ?? []
            if let missing { try missing.check(subscales, core.score) }
            let normSets =
                try fields.optional("norm_sets") { field throws(CatalogueError) in
                    try NormSetReader.read(field, core.frame)
                } ?? []
            return Instrument(
                reference: core.reference,
                title: try fields.required("title").text(),
                purpose: core.purpose,
                items: core.items,
                stepDenominator: core.frame.denominator,
                totalRange: core.frame.range,
                // Without a better end no figure rests on it.
                direction: core.frame.direction ?? .higherIsBetter,
                allowsTotalEntry: allowsTotal,
                missingItemRule: missing?.totalRule ?? .none,
                recallDays: try fields.optional("recall_days")?.whole(1...366),
                normSets: normSets,
                allianceRule: try fields.optional("alliance") { field throws(CatalogueError) in
                    try AllianceRuleReader.read(field, core.purpose, core.frame)
                },
                codes: try fields.optional("codes") { field throws(CatalogueError) in
                    try InstrumentCodesReader.read(field, core.items)
                } ?? InstrumentCodes(),
                licence: try licence(fields.required("licence")),
                score: core.score,
                subscales: subscales,
                bandSets: try fields.optional("bands") { field throws(CatalogueError) in
                    try BandSetReader.read(field, core.frame)
                } ?? [],
                evidence: try fields.evidence(),
                isUnvalidated: try fields.optional("unvalidated")?.flag() ?? false,
                stalledRule: try fields.optional("stalled") { field throws(CatalogueError) in
                    try StalledRuleReader.read(field, core.purpose, normSets)
                })
        }
    }

    /// What the other parts of an instrument are checked against.
    struct Core {
        let reference: InstrumentReference
        let purpose: InstrumentPurpose
        let items: ItemScale?
        let score: ScoreMethod
        let frame: ScoreFrame

        init(_ fields: StrictMapping) throws(CatalogueError) {
            reference = InstrumentReference(
                id: try fields.required("id").name(InstrumentID.self),
                version: try fields.required("version").text())
            purpose = try fields.required("purpose").choice(InstrumentPurpose.self)
            let denominator = [1, 10, 100][try fields.required("decimals").whole(0...2)]
            let items = try fields.optional("items") { field throws(CatalogueError) in
                try ItemScaleReader.read(field, denominator)
            }
            self.items = items
            let score =
                try fields.optional("score") { field throws(CatalogueError) in
                    try ScoreFrame.method(field, items)
                } ?? .plainSum
            self.score = score
            let totalField = try fields.required("total")
            frame = ScoreFrame(
                range: try ScoreFrame.range(totalField, denominator), denominator: denominator,
                direction: try Self.direction(fields, purpose))
            if let items { try frame.check(totalField, score, items.ranges) }
        }

        private static func direction(
            _ fields: StrictMapping, _ purpose: InstrumentPurpose
        ) throws(CatalogueError) -> ScoreDirection? {
            guard purpose == .preferences else { return try fields.required("direction").choice(ScoreDirection.self) }
            guard let field = fields.optional("direction") else { return nil }
            throw field.refusal("does not belong to preferences: neither pole is better")
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

extension StrictMapping {
    /// The optional fields `source` and `confidence`, which go together.
    func evidence() throws(CatalogueError) -> Evidence? {
        guard let source = optional("source") else {
            if let confidence = optional("confidence") { throw confidence.refusal("needs the field source beside it") }
            return nil
        }
        return Evidence(
            source: try source.text(), confidence: try required("confidence").choice(Confidence.self))
    }
}
