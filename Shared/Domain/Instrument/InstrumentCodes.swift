/// LOINC codes; empty where none is verified.
public struct InstrumentCodes: Hashable, Sendable {
    public let loincPanel: String?
    public let loincTotal: String?
    /// In item order.
    public let loincItems: [String]

    public init(loincPanel: String? = nil, loincTotal: String? = nil, loincItems: [String] = []) {
        self.loincPanel = loincPanel
        self.loincTotal = loincTotal
        self.loincItems = loincItems
    }
}

/// What the holder's licence lets a site do with the wording, which Attune never carries.
public struct InstrumentLicence: Hashable, Sendable {
    public let wording: WordingLicence
    public let holder: String
    public let notice: String

    public init(wording: WordingLicence, holder: String, notice: String) {
        self.wording = wording
        self.holder = holder
        self.notice = notice
    }
}

public enum WordingLicence: String, Hashable, Sendable, CaseIterable {
    case publicDomain = "public_domain"
    /// Free to use as long as the source is named.
    case freeWithCitation = "free_with_citation"
    /// Free to use as long as nothing is altered.
    case unalteredOnly = "unaltered_only"
    /// The site needs the holder's licence.
    case licensed
    /// What the holder allows is not established: the site must ask.
    case unclear
    /// The site's own measure.
    case siteOwned = "site_owned"
    /// Attune's own words.
    case attuneOwned = "attune_owned"
}
