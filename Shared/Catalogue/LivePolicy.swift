public import Domain
import FoundationEssentials
import Synchronization

/// The policies of all sites as a running service uses them, which can be read again without stopping it. Files
/// with a fault never take the place of files without.
public final class LivePolicy: Sendable {
    private struct Policies {
        let usual: SitePolicy
        let sites: [SiteID: SitePolicy]
    }

    private let file: String?
    private let folder: String?
    private let state: Mutex<Policies>

    /// - Parameters:
    ///   - file: what holds at sites without a policy of their own; nil: Attune's defaults.
    ///   - folder: one file for each site that has its own, `<site>.yaml`; nil: no site has.
    public init(file: String?, folder: String? = nil) throws(CatalogueError) {
        self.file = file
        self.folder = folder
        state = Mutex(try Self.read(file, folder))
    }

    /// What holds about alerts at a site, as last read without a fault.
    public func policy(of site: SiteID) -> AlertPolicy { sitePolicy(of: site).alerts }

    /// All that holds at a site.
    public func sitePolicy(of site: SiteID) -> SitePolicy {
        state.withLock { $0.sites[site] ?? $0.usual }
    }

    /// Reads the files again.
    /// - Returns: the versions that hold from now on, in words for the log.
    /// - Throws: what is wrong with a file; everything then stays as it was.
    public func reload() throws(CatalogueError) -> String {
        let policies = try Self.read(file, folder)
        state.withLock { $0 = policies }
        let sites = policies.sites.sorted { $0.key.text < $1.key.text }.map { "\($0.key): \($0.value.version)" }
        return (["all others: \(policies.usual.version)"] + sites).joined(separator: ", ")
    }

    private static func read(_ file: String?, _ folder: String?) throws(CatalogueError) -> Policies {
        var sites: [SiteID: SitePolicy] = [:]
        for name in try names(in: folder) {
            let path = "\(folder ?? "")/\(name)"
            guard let site = SiteID(String(name.dropLast(".yaml".count))) else {
                throw CatalogueError(file: path, line: nil, reason: "is not named after a site, such as north.yaml")
            }
            sites[site] = try SitePolicy.load(file: path)
        }
        return Policies(usual: try SitePolicy.load(file: file), sites: sites)
    }

    private static func names(in folder: String?) throws(CatalogueError) -> [String] {
        guard let folder else { return [] }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }.sorted()
        } catch {
            throw CatalogueError(file: folder, line: nil, reason: "is not a folder that can be read")
        }
    }
}
