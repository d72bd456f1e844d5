import Domain

/// A decision about an instrument's model at a site, before the models are known.
struct ActivationDefinition {
    let site: SiteID
    let instrument: InstrumentReference
    let instrumentPlace: StrictNode
    /// Nil: no model.
    let champion: NamedModel?
    let challenger: NamedModel?
    let by: OperatorName
    let at: Timestamp
    let atPlace: StrictNode

    /// A model as a decision names it.
    struct NamedModel {
        let place: StrictNode
        let id: ModelID
        let version: String
        /// The hash that the model had in the eyes of whoever decided; nil where they did not say.
        let statedHash: StrictNode?
    }
}

/// Reads which model scores an instrument at a site, and by whose decision.
///
///     site: north
///     instrument: {id: ors, version: "2000"}
///     champion: {id: ors-own, version: "2026-1", hash: 1ff7ffce...}   # hash optional; or `none`: no model
///     challenger: {id: ors-own, version: "2026-2"}                    # optional: compared in silence
///     by: op-17                      # a name that the site can resolve
///     at: 2026-03-01T09:30:00Z
///
/// Decisions are kept, and stand in order of time. The newest that speaks to a rater holds from the moment the file
/// is read; `at` says when it was made and is never compared with a clock, so that the same files mean the same
/// everywhere.
enum ActivationReader {
    static func read(_ place: StrictNode) throws(CatalogueError) -> ActivationDefinition {
        try place.mapping(
            "site", "instrument", "champion", "challenger", "by", "at"
        ) { fields throws(CatalogueError) in
            let champion = try fields.required("champion")
            let at = try fields.required("at")
            return ActivationDefinition(
                site: try fields.required("site").name(SiteID.self),
                instrument: try ModelReader.instrument(fields.required("instrument")),
                instrumentPlace: try fields.required("instrument"),
                champion: try isNone(champion) ? nil : model(champion),
                challenger: try fields.optional("challenger") { field throws(CatalogueError) in
                    try model(field)
                },
                by: try fields.required("by").name(OperatorName.self), at: try at.time(), atPlace: at)
        }
    }

    private static func isNone(_ place: StrictNode) throws(CatalogueError) -> Bool {
        if place.isMapping { return false }
        guard try place.text() == "none" else { throw place.refusal("must be the id and version of a model, or none") }
        return true
    }

    private static func model(_ place: StrictNode) throws(CatalogueError) -> ActivationDefinition.NamedModel {
        guard place.isMapping else { throw place.refusal("must be the id and version of a model") }
        return try place.mapping("id", "version", "hash") { fields throws(CatalogueError) in
            ActivationDefinition.NamedModel(
                place: place, id: try fields.required("id").name(ModelID.self),
                version: try fields.required("version").text(), statedHash: fields.optional("hash"))
        }
    }
}
