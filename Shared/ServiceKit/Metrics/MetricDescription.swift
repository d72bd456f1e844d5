/// What a metric means, for its `# HELP` line, and how finely it is measured.
public struct MetricDescription: Sendable {
    public let name: String
    public let help: String
    /// Upper bounds of the histogram's buckets; nil for the usual ones of its unit.
    public let buckets: [Double]?

    public init(_ name: String, _ help: String, buckets: [Double]? = nil) {
        self.name = name
        self.help = help
        self.buckets = buckets
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
