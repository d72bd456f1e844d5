import Catalogue
import Domain

/// A site's models and decisions: approved, candidate and retired ones, and one of other raters and another
/// instrument.
enum RegistryExample {
    static let ors = Builtin.reference("ors", "2000")
    static let north = SiteID(unchecked: "north")
    static let south = SiteID(unchecked: "south")

    static let models = """
        models:
        \(model("ors-own", "0", "retired", slope: 7))
        \(model("ors-own", "1", "approved", slope: 8))
        \(model("ors-own", "2", "candidate", slope: 9))
        \(model("ors-young", "1", "approved", ages: "adolescent", slope: 6))
        \(model("phq-own", "1", "approved", instrument: "{id: phq-9, version: \"2001\"}", maximum: 27, slope: -2))
        """

    static let decisions = """
        activations:
          - site: north
            instrument: {id: ors, version: "2000"}
            champion: none
            by: op-16
            at: 2026-01-01T08:00:00Z
          - site: north
            instrument: {id: ors, version: "2000"}   # the second decision
            champion: {id: ors-own, version: "1"}
            challenger: {id: ors-own, version: "2"}
            by: op-17
            at: 2026-03-01T09:30:00+01:00
        """

    static let text = models + "\n" + decisions

    private static func model(
        _ id: String, _ version: String, _ status: String, ages: String = "adult",
        instrument: String = "{id: ors, version: \"2000\"}", maximum: Int = 32, slope: Int
    ) -> String {
        """
          - id: \(id)
            version: "\(version)"
            label: made up for a test
            instrument: \(instrument)
            raters: [self]
            ages: [\(ages)]
            beta: [0, 1, \(slope), 0]
            beta_covariance: [0.04, 0, 0, 0, 0.0001, 0, 0, 0.04, 0, 0.0001]
            person_variance: {level: 4, level_slope: 1, slope: 8}
            residual_variance: 20
            baseline: {minimum: 0, maximum: \(maximum)}
            max_session: 20
            origin: {kind: loaded, at: 2025-12-01T00:00:00Z, by: op-16, source: made up for a test}
            status: \(status)   # of \(id) \(version)
        """
    }

    static func load(_ text: String = text) throws -> Catalogue {
        let folder = try SiteFolder(["site.yaml": text])
        return try withExtendedLifetime(folder) { try Catalogue.load(siteFolder: folder.path) }
    }
}

extension Catalogue {
    func adult(at site: SiteID) -> ScoringBasis? {
        basis(for: RegistryExample.ors, role: .`self`, ageBand: .adult, site: site)
    }

    func modelName(_ ageBand: AgeBand = .adult, at site: SiteID = RegistryExample.north) -> String? {
        basis(for: RegistryExample.ors, role: .`self`, ageBand: ageBand, site: site)?.model
            .map { "\($0.reference.id)@\($0.reference.version)" }
    }
}
