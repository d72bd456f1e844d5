import Foundation

/// A folder of YAML files that exists for one test.
final class SiteFolder {
    let path: String

    init(_ files: [String: String]) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "catalogue-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
        for (name, text) in files {
            try Data(text.utf8).write(to: url.appending(path: name))
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// A site's own measures: two that are entered as totals only, and a process measure.
    static let example = """
        instruments:
          - id: bdi-total
            version: "1996"
            title: Beck Depression Inventory, total only
            purpose: outcome
            direction: lower_is_better
            decimals: 0
            total: {minimum: 0, maximum: 63}
            total_entry: true
            norm_sets:
              - id: bdi-site
                title: adults of this site
                raters: [self]
                ages: [adult]
                cut_off: {value: 14, inclusive: true}
                reliable_change: {deviation: 10.0, reliability: 0.90, level: 95}
                source: the site's own sample
                confidence: computed
            licence: {wording: licensed, holder: its publisher, notice: The site holds a licence.}
          - id: ces-d-total
            version: "1977"
            title: Center for Epidemiologic Studies Depression Scale, total only
            purpose: outcome
            direction: lower_is_better
            decimals: 0
            total: {minimum: 0, maximum: 60}
            total_entry: true
            recall_days: 7
            licence: {wording: public_domain, holder: none, notice: none}
          - id: bond
            version: "1"
            title: Bond, the site's own process measure
            purpose: alliance
            direction: higher_is_better
            decimals: 0
            items: {count: 6, minimum: 1, maximum: 7, reversed: [2, 4]}
            total: {minimum: 6, maximum: 42}
            total_entry: false
            missing_items: {at_most: 1}
            alliance:
              cut_off: {value: 30, inclusive: true}
              lowest_item: 3
            licence: {wording: site_owned, holder: the site, notice: none}
        models:
          - id: ors-own
            version: "2026-1"
            label: fitted on the site's closed episodes
            instrument: {id: ors, version: "2000"}
            raters: [self]
            ages: [adult]
            beta: [0, 1, 8, -0.24]
            beta_covariance: [0.04, 0, 0, 0, 0.0001, 0, 0, 0.04, 0, 0.0001]
            person_variance: {level: 4, level_slope: 1, slope: 8}
            residual_variance: 20
            baseline: {minimum: 0, maximum: 32}
            max_session: 20
        """
}
