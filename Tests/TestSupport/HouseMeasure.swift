public import Foundation

/// A measure that a site defines while its services run.
public enum HouseMeasure {
    public static let yaml = """
        instruments:
          - id: house-measure
            version: "1"
            title: a measure of the house
            purpose: outcome
            direction: higher_is_better
            decimals: 0
            total: {minimum: 0, maximum: 40}
            total_entry: true
            licence: {wording: site_owned, holder: the site, notice: none}
        """

    /// Where it is put so that services which read this folder know it when they read it next.
    public static func write(into folder: URL) throws {
        try Data(yaml.utf8).write(to: folder.appendingPathComponent("house.yaml"), options: .atomic)
    }
}
