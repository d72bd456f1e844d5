/// One published way to name the ranges of a score, e.g. minimal, mild, moderate, severe.
public struct BandSetID: Name {
    public let text: String
    public init(unchecked text: String) { self.text = text }
}

/// A named range of scores, in steps.
public struct Band: Hashable, Sendable {
    /// A short machine-readable name such as `moderately_severe`.
    public let label: String
    public let range: ClosedRange<Int>

    public init(label: String, range: ClosedRange<Int>) {
        self.label = label
        self.range = range
    }
}

/// Bands that cover every score without gap or overlap, in rising order.
public struct BandSet: Hashable, Sendable {
    public let id: BandSetID
    public let bands: [Band]
    public let evidence: Evidence
    public internal(set) var standing: Standing

    public init(id: BandSetID, bands: [Band], evidence: Evidence, standing: Standing = .standard) {
        self.id = id
        self.bands = bands
        self.evidence = evidence
        self.standing = standing
    }

    /// The band of a score; nil outside the range of the score.
    public func band(of score: Int) -> Band? { bands.first { $0.range.contains(score) } }
}

extension Instrument {
    /// The named ranges of the total that hold: a site's choice, else the standard ones.
    public var bandSet: BandSet? { bandSets.holding }
}

extension [BandSet] {
    var holding: BandSet? { first { $0.standing == .chosen } ?? first { $0.standing == .standard } }
}
