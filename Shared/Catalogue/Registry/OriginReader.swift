import Domain

/// Reads what a model rests on.
///
///     {kind: synthetic}              # made up to begin with
///     kind: fitted                   # on closed courses, as `attune model fit` writes it
///     at: 2026-03-01T09:30:00Z
///     by: op-17                      # a name that the site can resolve
///     persons: 912                   # courses with a rating after the first session
///     ratings: 5440                  # ratings after the first session
///     from: 2023-01-01               # days between which the courses ran
///     to: 2025-12-31
///     kind: loaded                   # as data: a vendor's lines, or published coefficients
///     at: 2026-03-01T09:30:00Z
///     by: op-17
///     source: where the figures come from
enum OriginReader {
    private enum Kind: String, CaseIterable {
        case fitted, loaded, synthetic

        var fields: Set<String> {
            switch self {
            case .fitted: ["at", "by", "persons", "ratings", "from", "to"]
            case .loaded: ["at", "by", "source"]
            case .synthetic: []
            }
        }
    }

    static func read(_ place: StrictNode) throws(CatalogueError) -> ModelVersion.Origin {
        try place.mapping(
            "kind", "at", "by", "persons", "ratings", "from", "to", "source"
        ) { fields throws(CatalogueError) in
            let kind = try fields.required("kind").choice(Kind.self)
            for name in ["at", "by", "persons", "ratings", "from", "to", "source"] where !kind.fields.contains(name) {
                if let other = fields.optional(name) { throw other.refusal("does not belong to kind \(kind.rawValue)") }
            }
            return switch kind {
            case .synthetic: .synthetic
            case .fitted: .fitted(try fit(fields))
            case .loaded:
                .loaded(
                    at: try fields.required("at").time(), by: try fields.required("by").name(OperatorName.self),
                    source: try fields.required("source").text())
            }
        }
    }

    private static func fit(_ fields: StrictMapping) throws(CatalogueError) -> ModelVersion.FitRecord {
        let end = try fields.required("to")
        let (first, last) = (try fields.required("from").day(), try end.day())
        guard first <= last else { throw end.refusal("lies before from") }
        return ModelVersion.FitRecord(
            fittedAt: try fields.required("at").time(), by: try fields.required("by").name(OperatorName.self),
            persons: try fields.required("persons").whole(1...1_000_000_000),
            ratings: try fields.required("ratings").whole(1...1_000_000_000), period: first...last)
    }
}
