public import Catalogue
public import Domain

extension Catalogue {
    /// The instrument that a rating is given on.
    public func instrument(forRatingOn reference: InstrumentReference) throws(UnfitInstrument) -> Instrument {
        let instrument = try known(reference)
        guard instrument.hasBetterEnd else { throw .asksForPreferences }
        return instrument
    }

    /// The instrument that somebody would rather not answer: any.
    public func instrument(declined reference: InstrumentReference) throws(UnfitInstrument) -> Instrument {
        try known(reference)
    }

    /// The inventory that asks for preferences.
    public func instrument(forPreferencesOn reference: InstrumentReference) throws(UnfitInstrument) -> Instrument {
        let instrument = try known(reference)
        guard instrument.purpose == .preferences else { throw .doesNotAskForPreferences }
        return instrument
    }

    private func known(_ reference: InstrumentReference) throws(UnfitInstrument) -> Instrument {
        if let instrument = instrument(reference) { return instrument }
        let versions = instruments.map(\.reference).filter { $0.id == reference.id }.map(\.version)
        guard versions.isEmpty else { throw .unknownVersion(known: versions) }
        throw .unknown(known: Set(instruments.map(\.reference.id)).sorted())
    }
}

/// Why an instrument does not take what is to be recorded.
public enum UnfitInstrument: Error, Hashable, Sendable {
    case unknown(known: [InstrumentID])
    case unknownVersion(known: [String])
    /// None of the answers is better than another, so that there is nothing to score.
    case asksForPreferences
    case doesNotAskForPreferences
}
