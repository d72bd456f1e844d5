/// What a metric means, for its `# HELP` line and for docs/metrics.md, and how finely it is measured.
public struct MetricDescription: Sendable {
    public enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    public let kind: Kind
    public let name: String
    public let help: String
    /// Labels that its series may have. Each has few values, known beforehand: never ids, never what somebody sent.
    public let labels: [String]
    /// Upper bounds of the histogram's buckets; nil for the usual ones of its unit.
    public let buckets: [Double]?
    private let ownUnit: String?

    public init(
        _ kind: Kind, _ name: String, _ help: String, labels: [String] = [], unit: String? = nil, buckets: [Double]? = nil
    ) {
        self.kind = kind
        ownUnit = unit
        self.labels = labels
        self.name = name
        self.help = help
        self.buckets = buckets
    }

    /// What it is measured in: as its name ends, but for names that are older than that rule.
    public var unit: String {
        if let ownUnit { return ownUnit }
        for unit in ["seconds", "bytes"] where name.hasSuffix("_\(unit)") || name.hasSuffix("_\(unit)_total") { return unit }
        return "number"
    }

    /// From a database round trip to a very slow request.
    public static let secondsBuckets: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    ]
    static let bytesBuckets: [Double] = (8...26).filter { $0 % 2 == 0 }.map { Double(1 << $0) }
    static let countBuckets: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]

    static func usualBuckets(for name: String) -> [Double] {
        if name.hasSuffix("_seconds") { return secondsBuckets }
        if name.hasSuffix("_bytes") { return bytesBuckets }
        return countBuckets
    }
}
