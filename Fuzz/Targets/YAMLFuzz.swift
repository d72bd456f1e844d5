import Domain

@testable import Catalogue
@testable import Channels
@testable import attune

/// Files that a site writes.
enum YAMLFuzz {
    static func catalogue(_ bytes: [UInt8]) throws(FuzzFault) {
        do throws(CatalogueError) {
            _ = try Catalogue(
                Catalogue.builtIn.filter { $0.name == "ors.yaml" } + [
                    CatalogueSource(name: "fuzz.yaml", bytes: bytes, isBuiltIn: false)
                ])
        } catch {
            try hold(!error.reason.isEmpty && !error.file.isEmpty, "a refusal without file and reason")
        }
    }

    static func policy(_ bytes: [UInt8]) throws(FuzzFault) {
        do throws(CatalogueError) {
            _ = try SitePolicy.read(String(decoding: bytes, as: UTF8.self), file: "fuzz.yaml")
        } catch {
            try hold(!error.reason.isEmpty && !error.file.isEmpty, "a refusal without file and reason")
        }
    }

    static func routes(_ bytes: [UInt8]) throws(FuzzFault) {
        let text = String(decoding: bytes, as: UTF8.self)
        do throws(RoutesError) {
            _ = try Routes.read(text, file: "/nowhere/fuzz.yaml", languages: ["en", "de"])
        } catch {
            try hold(!error.reason.isEmpty, "a refusal without a reason")
            try Secrecy.check("\(error)", ofYAML: text)
        }
    }

    static func importMap(_ bytes: [UInt8]) throws(FuzzFault) {
        do {
            _ = try ImportMap.read(String(decoding: bytes, as: UTF8.self), "fuzz.yaml")
        } catch {
            try hold(error is ImportProblem, "an unexpected error: \(type(of: error))")
        }
    }
}
