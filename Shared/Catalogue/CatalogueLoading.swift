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
            ("attune-own.yaml", PackageResources.attune_own_yaml),
            ("audit-c.yaml", PackageResources.audit_c_yaml),
            ("c-nip.yaml", PackageResources.c_nip_yaml),
            ("core-10.yaml", PackageResources.core_10_yaml),
            ("core-om.yaml", PackageResources.core_om_yaml),
            ("cors.yaml", PackageResources.cors_yaml),
            ("csrs.yaml", PackageResources.csrs_yaml),
            ("dass-21.yaml", PackageResources.dass_21_yaml),
            ("epds.yaml", PackageResources.epds_yaml),
            ("gad-7.yaml", PackageResources.gad_7_yaml),
            ("gsrs.yaml", PackageResources.gsrs_yaml),
            ("k10.yaml", PackageResources.k10_yaml),
            ("oq-30.yaml", PackageResources.oq_30_yaml),
            ("oq-45.yaml", PackageResources.oq_45_yaml),
            ("ors.yaml", PackageResources.ors_yaml),
            ("pcl-5.yaml", PackageResources.pcl_5_yaml),
            ("phq-8.yaml", PackageResources.phq_8_yaml),
            ("phq-9.yaml", PackageResources.phq_9_yaml),
            ("phq-a.yaml", PackageResources.phq_a_yaml),
            ("srs.yaml", PackageResources.srs_yaml),
            ("who-5.yaml", PackageResources.who_5_yaml),
            ("wsas.yaml", PackageResources.wsas_yaml),
            ("y-oq.yaml", PackageResources.y_oq_yaml),
        ].map { CatalogueSource(name: $0.0, bytes: $0.1, isBuiltIn: true) }
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
