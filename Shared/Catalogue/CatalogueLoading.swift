import FoundationEssentials

/// A file of the catalogue, before it is read.
struct CatalogueSource {
    let name: String
    let bytes: [UInt8]
    let isBuiltIn: Bool
}

extension Catalogue {
    /// Loads the built-in instruments and models, and those of a site.
    ///
    /// - Parameter siteFolder: a folder whose `.yaml` and `.yml` files are all read, in the order of their
    ///   names; other files are left alone. Nil: built-in ones only.
    public static func load(siteFolder: String? = nil) throws(CatalogueError) -> Catalogue {
        var sources = builtIn
        if let siteFolder { sources += try files(in: siteFolder) }
        return try Catalogue(sources)
    }

    static var builtIn: [CatalogueSource] {
        [
            CatalogueSource(name: "gad-7.yaml", bytes: PackageResources.gad_7_yaml, isBuiltIn: true),
            CatalogueSource(name: "ors.yaml", bytes: PackageResources.ors_yaml, isBuiltIn: true),
            CatalogueSource(name: "phq-9.yaml", bytes: PackageResources.phq_9_yaml, isBuiltIn: true),
            CatalogueSource(name: "srs.yaml", bytes: PackageResources.srs_yaml, isBuiltIn: true),
        ]
    }

    private static func files(in folder: String) throws(CatalogueError) -> [CatalogueSource] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw CatalogueError(file: folder, line: nil, reason: "is not a folder that can be read")
        }
        var sources: [CatalogueSource] = []
        for name in names.sorted() where name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
            guard let data = FileManager.default.contents(atPath: path) else {
                throw CatalogueError(file: path, line: nil, reason: "cannot be read")
            }
            sources.append(CatalogueSource(name: path, bytes: Array(data), isBuiltIn: false))
        }
        return sources
    }
}
