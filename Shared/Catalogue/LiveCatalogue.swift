import Synchronization

/// The catalogue that a running service uses, which can be read again without stopping it.
///
/// A set of files with a fault never takes the place of one without: the last good catalogue stays.
public final class LiveCatalogue: Sendable {
    private let siteFolder: String?
    private let state: Mutex<Catalogue>
    /// One reading at a time; who asks for the current catalogue does not wait for it.
    private let reading = Mutex(())

    /// Reads the catalogue for the first time; without a good one a service does not start.
    public init(siteFolder: String?) throws(CatalogueError) {
        self.siteFolder = siteFolder
        state = Mutex(try Catalogue.load(siteFolder: siteFolder))
    }

    /// The last good catalogue. Take it once for a piece of work, so that the work rests on one set of figures.
    public var current: Catalogue { state.withLock { $0 } }

    /// Reads the files again. Calls that come together are served one after the other.
    public func reload() -> CatalogueReload {
        reading.withLock { _ in
            let outcome = CatalogueReload(siteFolder: siteFolder, lastGood: current)
            state.withLock { $0 = outcome.catalogue }
            return outcome
        }
    }
}
