import Domain

/// A model as read, before its instrument is known.
struct ModelDefinition {
    let id: ModelID
    let version: String
    let label: String
    let instrument: InstrumentReference
    let instrumentPlace: StrictNode
    let population: Population
    let origin: ModelVersion.Origin
    /// Nil: the model scores wherever nobody has decided otherwise.
    let status: ModelVersion.Status?
    let response: Response
    /// The hash that the file says the model has; nil where it says none.
    let statedHash: StrictNode?

    enum Response {
        /// The support in points, as written; steps need the instrument.
        case logLinear(ExpectedResponseModel.Coefficients, baseline: StrictNode, maxSession: Int)
        case percentileLines(StrictNode)
    }
}

/// Reads one expected-response model (see `ExpectedResponseModel`), coefficients in points.
///
///     id: ors-own                    # name
///     version: "2026-1"              # id and version together are unique
///     label: what the model rests on, shown beside its curve
///     instrument: {id: ors, version: "2000"}
///     raters: [self]
///     ages: [adult]
///     beta: [0, 1, 9, -0.27]         # β0 level, β1 per intake point, β2 slope, β3 slope per intake point
///     beta_covariance: [...]         # ten figures: upper triangle of Cov(β), row by row
///     person_variance: {level: 4, level_slope: 0, slope: 8}   # G
///     residual_variance: 22          # σ²
///     baseline: {minimum: 0, maximum: 32}   # intake scores the model knows
///     max_session: 16                # last session it speaks about; the first rating is session 1
///     hash: 1ff7ffce...              # optional: 64 hexadecimal digits that the figures above must have
///     origin: {...}                  # what it rests on, see OriginReader; left out: nobody has said
///     status: candidate              # optional, see below; asks for an origin
///
/// A model without a status scores its raters at every site that has not decided otherwise, and no two of a
/// site's may speak about the same rater. One with a status waits in the registry, beside as many others as one
/// likes, and scores where an activation names it (see ActivationReader): a `candidate` may be a challenger, an
/// `approved` one a champion, and a `retired` one is there for what it scored. Neither origin nor status is
/// part of the hash.
///
/// A percentile model has a table in the place of beta, beta_covariance, person_variance, residual_variance,
/// baseline and max_session:
///
///     lines: [...]                   # see PercentileLinesReader
enum ModelReader {
    static func read(_ place: StrictNode) throws(CatalogueError) -> ModelDefinition {
        try place.mapping(
            "id", "version", "label", "instrument", "raters", "ages", "beta", "beta_covariance", "person_variance",
            "residual_variance", "baseline", "max_session", "lines", "hash", "origin", "status"
        ) { fields throws(CatalogueError) in
            let origin = try fields.optional("origin") { field throws(CatalogueError) in
                try OriginReader.read(field)
            }
            let status = try fields.optional("status")?.choice(ModelVersion.Status.self)
            guard origin != nil || status == nil else {
                throw place.refusal("field origin is missing: what has a status says what it rests on")
            }
            return ModelDefinition(
                id: try fields.required("id").name(ModelID.self),
                version: try fields.required("version").text(),
                label: try fields.required("label").text(),
                instrument: try instrument(fields.required("instrument")),
                instrumentPlace: try fields.required("instrument"),
                population: try NormSetReader.population(fields),
                origin: origin ?? .unstated,
                status: status,
                response: try response(fields),
                statedHash: fields.optional("hash"))
        }
    }

    private static func response(_ fields: StrictMapping) throws(CatalogueError) -> ModelDefinition.Response {
        guard let lines = fields.optional("lines") else {
            return .logLinear(
                try coefficients(fields), baseline: try fields.required("baseline"),
                maxSession: try fields.required("max_session").whole(2...999))
        }
        for name in ["beta", "beta_covariance", "person_variance", "residual_variance", "baseline", "max_session"] {
            if let other = fields.optional(name) { throw other.refusal("does not belong to a model of lines") }
        }
        return .percentileLines(lines)
    }

    static func instrument(_ place: StrictNode) throws(CatalogueError) -> InstrumentReference {
        try place.mapping("id", "version") { fields throws(CatalogueError) in
            InstrumentReference(
                id: try fields.required("id").name(InstrumentID.self),
                version: try fields.required("version").text())
        }
    }

    private static func coefficients(
        _ fields: StrictMapping
    ) throws(CatalogueError) -> ExpectedResponseModel.Coefficients {
        let beta = try numbers(fields.required("beta"), count: 4)
        let covariancePlace = try fields.required("beta_covariance")
        guard let covariance = SymmetricMatrix4(upperTriangle: try numbers(covariancePlace, count: 10)) else {
            throw covariancePlace.refusal("must hold 10 numbers")
        }
        let personPlace = try fields.required("person_variance")
        let (level, levelSlope, slope) = try personVariance(personPlace)
        guard level >= 0, slope >= 0, level * slope >= levelSlope * levelSlope else {
            throw personPlace.refusal("is not a covariance matrix")
        }
        let residualPlace = try fields.required("residual_variance")
        let residual = try residualPlace.number()
        guard residual > 0 else { throw residualPlace.refusal("must be above 0") }
        return ExpectedResponseModel.Coefficients(
            beta: Vector4(beta[0], beta[1], beta[2], beta[3]), betaCovariance: covariance,
            levelVariance: level, levelSlopeCovariance: levelSlope, slopeVariance: slope,
            residualVariance: residual)
    }

    private static func personVariance(
        _ place: StrictNode
    ) throws(CatalogueError) -> (level: Double, levelSlope: Double, slope: Double) {
        try place.mapping("level", "level_slope", "slope") { fields throws(CatalogueError) in
            (
                try fields.required("level").number(), try fields.required("level_slope").number(),
                try fields.required("slope").number()
            )
        }
    }

    private static func numbers(_ place: StrictNode, count: Int) throws(CatalogueError) -> [Double] {
        var numbers: [Double] = []
        for entry in try place.list() { numbers.append(try entry.number()) }
        guard numbers.count == count else { throw place.refusal("must hold \(count) numbers") }
        return numbers
    }
}
