public import Domain

/// What became of reading the catalogue again.
public enum CatalogueReload: Sendable {
    /// The files are those of the last good catalogue.
    case unchanged(Catalogue)
    case replaced(Catalogue, CatalogueChanges)
    /// The files have a fault; the last good catalogue stays.
    case refused(CatalogueError, lastGood: Catalogue)

    /// Reads the files of a site, holding on to the last good catalogue.
    public init(siteFolder: String?, lastGood: Catalogue) {
        do {
            let read = try Catalogue.load(siteFolder: siteFolder)
            self =
                read.digest == lastGood.digest
                ? .unchanged(lastGood) : .replaced(read, CatalogueChanges(from: lastGood, to: read))
        } catch {
            self = .refused(error, lastGood: lastGood)
        }
    }

    /// What happened, for the log; names instruments and files only.
    public var words: String {
        func list(_ references: [InstrumentReference]) -> String {
            references.isEmpty ? "none" : references.map { "\($0)" }.joined(separator: ", ")
        }
        return switch self {
        case .unchanged: "the catalogue is unchanged"
        case .replaced(_, let changes):
            "the catalogue has been replaced; added: \(list(changes.added)); changed: \(list(changes.changed)); "
                + "removed: \(list(changes.removed))"
        case .refused(let error, _): "the catalogue is refused, the last good one stays: \(error)"
        }
    }

    public var isRefused: Bool {
        if case .refused = self { true } else { false }
    }

    /// The catalogue to use from now on.
    public var catalogue: Catalogue {
        switch self {
        case .unchanged(let catalogue), .replaced(let catalogue, _), .refused(_, let catalogue): catalogue
        }
    }
}

/// How two catalogues differ, as an operator should know: ratings on a removed instrument can no longer be
/// scored, and those on a changed one are scored anew.
public struct CatalogueChanges: Hashable, Sendable {
    public let added: [InstrumentReference]
    public let removed: [InstrumentReference]
    /// With another definition, other figures, another model, or another decision of a site about its models.
    public let changed: [InstrumentReference]

    init(from old: Catalogue, to new: Catalogue) {
        added = new.instruments.map(\.reference).filter { old.instrument($0) == nil }
        removed = old.instruments.map(\.reference).filter { new.instrument($0) == nil }
        changed = new.instruments.filter { instrument in
            guard let before = old.instrument(instrument.reference) else { return false }
            return before != instrument
                || old.models(for: instrument.reference) != new.models(for: instrument.reference)
                || old.decisions(about: instrument.reference) != new.decisions(about: instrument.reference)
        }.map(\.reference)
    }
}

extension Catalogue {
    fileprivate func decisions(about instrument: InstrumentReference) -> [ModelActivation] {
        registry.activations.filter { $0.instrument == instrument }
    }
}
