import Domain

/// Reads the published ways to name ranges of a score. Bands must follow each other from the lowest to
/// the highest score: a gap would leave a score without a name, an overlap would give it two.
///
///     - id: phq-9-severity           # name, unique within the list
///       bands:
///         - {label: minimal, from: 0, to: 4}     # label: a name
///         - {label: mild, from: 5, to: 9}
///       source: where the bands come from
///       confidence: sourced
///       alternative: true            # optional: holds only where a site chooses it
enum BandSetReader {
    static func read(_ place: StrictNode, _ frame: ScoreFrame) throws(CatalogueError) -> [BandSet] {
        var sets: [BandSet] = []
        for entry in try place.list() {
            let set = try one(entry, frame)
            for other in sets {
                if other.id == set.id { throw entry.refusal("id \(set.id) is used twice") }
                if other.standing == .standard, set.standing == .standard {
                    throw entry.refusal("\(set.id) and \(other.id) would both hold; mark one as alternative")
                }
            }
            sets.append(set)
        }
        return sets
    }

    private static func one(_ place: StrictNode, _ frame: ScoreFrame) throws(CatalogueError) -> BandSet {
        try place.mapping(
            "id", "bands", "source", "confidence", "alternative"
        ) { fields throws(CatalogueError) in
            guard let evidence = try fields.evidence() else { throw place.refusal("field source is missing") }
            return BandSet(
                id: try fields.required("id").name(BandSetID.self),
                bands: try bands(fields.required("bands"), frame),
                evidence: evidence,
                standing: try fields.standing())
        }
    }

    private static func bands(_ place: StrictNode, _ frame: ScoreFrame) throws(CatalogueError) -> [Band] {
        func text(_ steps: Int) -> String { DecimalSteps.text(steps, denominator: frame.denominator) }
        var bands: [Band] = []
        var next = frame.range.lowerBound
        for entry in try place.list() {
            let band = try band(entry, frame)
            if band.range.lowerBound > next {
                throw entry.refusal("leaves a gap: no band holds \(text(next))")
            }
            if band.range.lowerBound < next {
                throw entry.refusal("overlaps what is before it: must begin at \(text(next))")
            }
            guard !bands.contains(where: { $0.label == band.label }) else {
                throw entry.refusal("label \(band.label) is used twice")
            }
            bands.append(band)
            next = band.range.upperBound + 1
        }
        guard next == frame.range.upperBound + 1 else {
            throw place.refusal("leaves a gap: no band holds \(text(next))")
        }
        return bands
    }

    private static func band(_ place: StrictNode, _ frame: ScoreFrame) throws(CatalogueError) -> Band {
        try place.mapping("label", "from", "to") { fields throws(CatalogueError) in
            let lowest = try fields.required("from").steps(frame.denominator)
            let highest = try fields.required("to").steps(frame.denominator)
            guard lowest <= highest else { throw place.refusal("from must not be above to") }
            guard frame.range.contains(lowest), frame.range.contains(highest) else {
                throw place.refusal("is outside the range of the score")
            }
            return Band(label: try fields.required("label").name(BandLabel.self).text, range: lowest...highest)
        }
    }

    private struct BandLabel: Name {
        let text: String
        init(unchecked text: String) { self.text = text }
    }
}

extension StrictMapping {
    /// The optional field `alternative`.
    func standing() throws(CatalogueError) -> Standing {
        try optional("alternative")?.flag() == true ? .alternative : .standard
    }
}
