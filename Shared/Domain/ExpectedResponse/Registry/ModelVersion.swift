/// One version of a model as the registry keeps it: what it is, what it rests on, and how far it has come.
public struct ModelVersion: Hashable, Sendable {
    /// Id, version and hash; the hash covers all that decides results.
    public let reference: ModelReference
    public let instrument: InstrumentReference
    public let population: Population
    public let origin: Origin
    public let status: Status

    public init(
        reference: ModelReference, instrument: InstrumentReference, population: Population, origin: Origin,
        status: Status
    ) {
        self.reference = reference
        self.instrument = instrument
        self.population = population
        self.origin = origin
        self.status = status
    }

    /// What a model rests on.
    public enum Origin: Hashable, Sendable {
        /// Fitted on closed courses.
        case fitted(FitRecord)
        /// Loaded as data: a vendor's lines, or somebody's published coefficients.
        case loaded(at: Timestamp, by: OperatorName, source: String)
        /// Made up to begin with; rests on nobody's courses.
        case synthetic
        /// Nobody has said.
        case unstated
    }

    /// What a registry says of a fit; the whole is `FittedModel`.
    public struct FitRecord: Hashable, Sendable {
        public let fittedAt: Timestamp
        public let by: OperatorName
        public let persons: Int
        public let ratings: Int
        public let period: ClosedRange<CalendarDay>

        public init(
            fittedAt: Timestamp, by: OperatorName, persons: Int, ratings: Int, period: ClosedRange<CalendarDay>
        ) {
            self.fittedAt = fittedAt
            self.by = by
            self.persons = persons
            self.ratings = ratings
            self.period = period
        }
    }

    public enum Status: String, Hashable, Sendable, CaseIterable {
        /// To be compared as a challenger, not to speak to clinicians.
        case candidate
        /// May be a champion.
        case approved
        /// May no longer be activated; what it scored keeps its name.
        case retired
    }
}

/// Who did something in the registry: an opaque name that the site can resolve and Attune cannot.
public struct OperatorName: Name {
    public let text: String
    public init(unchecked text: String) { self.text = text }
}

/// Which model scores an instrument at a site, from when and by whose decision.
public struct ModelActivation: Hashable, Sendable {
    public let site: SiteID
    public let instrument: InstrumentReference
    /// Whose expectations clinicians see; nil: none, reliable change alone.
    public let champion: ModelReference?
    /// Scored beside the champion for comparison, seen by nobody in the clinic.
    public let challenger: ModelReference?
    public let activatedAt: Timestamp
    public let by: OperatorName

    public init(
        site: SiteID, instrument: InstrumentReference, champion: ModelReference?, challenger: ModelReference?,
        activatedAt: Timestamp, by: OperatorName
    ) {
        self.site = site
        self.instrument = instrument
        self.champion = champion
        self.challenger = challenger
        self.activatedAt = activatedAt
        self.by = by
    }
}
