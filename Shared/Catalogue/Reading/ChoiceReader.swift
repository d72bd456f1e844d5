import Domain

/// A site's choices for an instrument, before the instrument is known.
struct ChoiceDefinition {
    let place: StrictNode
    let instrument: InstrumentReference
    let normSets: [(id: NormSetID, place: StrictNode)]
    let bands: (id: BandSetID, place: StrictNode)?
    let missingItems: StrictNode?
    let alliance: StrictNode?
    let stalled: StrictNode?
}

/// Reads what a site chooses where published figures differ or leave a choice.
///
///     instrument: {id: phq-9, version: "2001"}
///     norm_sets: [phq-9-mcid]        # optional: these go before the standard ones, for their raters
///     bands: k10-bands-by-tens       # optional: in the place of the standard bands
///     missing_items: {...}           # optional, see MissingItemReader: in the place of the definition's rule
///     alliance: {...}                # optional, see AllianceRuleReader: in the place of the definition's rule
///     stalled: {ratings: 6}          # optional, see StalledRuleReader; off: these courses never count as stalled
enum ChoiceReader {
    static func read(_ place: StrictNode) throws(CatalogueError) -> ChoiceDefinition {
        try place.mapping(
            "instrument", "norm_sets", "bands", "missing_items", "alliance", "stalled"
        ) { fields throws(CatalogueError) in
            var normSets: [(id: NormSetID, place: StrictNode)] = []
            for entry in try fields.optional("norm_sets")?.list() ?? [] {
                let id = try entry.name(NormSetID.self)
                guard !normSets.contains(where: { $0.id == id }) else { throw entry.refusal("is listed twice") }
                normSets.append((id, entry))
            }
            return ChoiceDefinition(
                place: place,
                instrument: try ModelReader.instrument(fields.required("instrument")),
                normSets: normSets,
                bands: try fields.optional("bands") { field throws(CatalogueError) in
                    (try field.name(BandSetID.self), field)
                },
                missingItems: fields.optional("missing_items"),
                alliance: fields.optional("alliance"),
                stalled: fields.optional("stalled"))
        }
    }
}

extension ChoiceDefinition {
    /// The instrument as the site wants it.
    func applied(to instrument: Instrument) throws(CatalogueError) -> Instrument {
        var chosen = try choosingNormSets(instrument)
        if let bands {
            guard let other = chosen.choosing(bandSet: bands.id) else {
                let known = instrument.bandSets.map(\.id.text).joined(separator: ", ")
                throw bands.place.refusal("\(instrument.reference) has no bands \(bands.id); known: \(known)")
            }
            chosen = other
        }
        if let missingItems {
            let rule = try MissingItemReader.read(missingItems, instrument.items)
            try rule.check(instrument.subscales, instrument.score)
            chosen = chosen.choosing(missingItemRule: rule.totalRule, ofSubscales: rule.subscaleRule)
        }
        if let alliance {
            let frame = ScoreFrame(
                range: instrument.totalRange, denominator: instrument.stepDenominator, direction: instrument.direction)
            chosen = chosen.choosing(
                allianceRule: try AllianceRuleReader.read(alliance, instrument.purpose, frame))
        }
        if let stalled {
            let rule =
                try stalled.isOff() ? nil : StalledRuleReader.read(stalled, instrument.purpose, instrument.normSets)
            chosen = chosen.choosing(stalledRule: rule)
        }
        return chosen
    }

    private func choosingNormSets(_ instrument: Instrument) throws(CatalogueError) -> Instrument {
        var chosen = instrument
        var populations: [(id: NormSetID, population: Population)] = []
        for (id, place) in normSets {
            guard let set = instrument.normSets.first(where: { $0.id == id }), let next = chosen.choosing(normSet: id)
            else {
                let known = instrument.normSets.map(\.id.text).joined(separator: ", ")
                throw place.refusal("\(instrument.reference) has no norm set \(id); known: \(known)")
            }
            for other in populations where other.population.overlaps(set.population) {
                throw place.refusal("\(id) and \(other.id) could both fit the same rater")
            }
            populations.append((id, set.population))
            chosen = next
        }
        return chosen
    }
}
