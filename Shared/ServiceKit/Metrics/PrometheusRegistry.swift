public import Metrics
import Synchronization

/// Keeps the metrics of a process for swift-metrics and shows them in Prometheus text format.
///
/// Names follow Prometheus: counters end in `_total`, times in `_seconds`, sizes in `_bytes`;
/// ``namingProblems`` lists those that do not. A metric has at most `seriesLimit` label
/// combinations: further ones are refused and counted, so that a mistake in a label cannot fill the
/// memory of the service or of the monitoring.
public final class PrometheusRegistry: MetricsFactory {
    typealias Kind = MetricDescription.Kind

    private struct Family {
        let kind: Kind
        var series: [[Label]: any Series] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        var descriptions: [String: MetricDescription] = [:]
        var refused: [String: Int] = [:]
        var readers: [@Sendable (inout String) -> Void] = []
    }

    private let seriesLimit: Int
    private let state = Mutex(State())

    public init(seriesLimit: Int = 1000) { self.seriesLimit = seriesLimit }

    /// Gives metrics their meaning; to be called before they are first used if they have own buckets.
    ///
    /// Counters without labels stand at 0 from now on: where there is no series, a rule cannot see that nothing happens,
    /// nor the first time as an increase.
    public func describe(_ descriptions: [MetricDescription]) {
        state.withLock { for each in descriptions { $0.descriptions[each.name] = each } }
        for each in descriptions where each.kind == .counter && each.labels.isEmpty {
            _ = makeCounter(label: each.name, dimensions: [])
        }
    }

    /// Metrics that are measured only when they are asked for.
    func onScrape(_ read: @escaping @Sendable (inout String) -> Void) {
        state.withLock { $0.readers.append(read) }
    }

    /// All metrics in Prometheus text format, families and series in alphabetical order.
    public func exposition() -> String {
        let (families, descriptions, refused, readers) = state.withLock {
            ($0.families, $0.descriptions, $0.refused, $0.readers)
        }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            Exposition.header(name, type: family.kind.rawValue, help: descriptions[name]?.help ?? name, to: &text)
            for (labels, series) in family.series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                series.expose(name, labels, to: &text)
            }
        }
        Exposition.header(
            "attune_metrics_series_refused_total", type: "counter",
            help: "Uses of label combinations beyond the limit, or of a name as two kinds of metric.", to: &text)
        for (name, count) in refused.sorted(by: { $0.key < $1.key }) {
            Exposition.sample(
                "attune_metrics_series_refused_total", [Label(name: "metric", value: name)], Double(count), to: &text)
        }
        for read in readers { read(&text) }
        return text
    }

    /// Metrics whose names do not tell their kind and unit, or that are other than described, each with the reason; empty when all is well.
    public var namingProblems: [String] {
        let (families, descriptions) = state.withLock { ($0.families, $0.descriptions) }
        return families.sorted { $0.key < $1.key }.compactMap { name, family in
            let isOwn = ["attune_", "messaging_"].contains(where: name.hasPrefix)
            if name != name.lowercased() || !isOwn { return "\(name): not attune_ in lower case" }
            guard let description = descriptions[name] else { return "\(name): not described" }
            if description.kind != family.kind { return "\(name): described as a \(description.kind.rawValue)" }
            let labels = Set(family.series.keys.joined().map(\.name)).subtracting(description.labels)
            if !labels.isEmpty { return "\(name): labels not described: \(labels.sorted().joined(separator: ", "))" }
            switch family.kind {
            case .counter: return name.hasSuffix("_total") ? nil : "\(name): a counter not ending in _total"
            case .gauge: return name.hasSuffix("_total") ? "\(name): a gauge ending in _total" : nil
            case .histogram:
                let units = ["_seconds", "_bytes", "_rows", "_events", "_records"]
                return units.contains(where: name.hasSuffix) ? nil : "\(name): a histogram not ending in its unit"
            }
        }
    }

    // MARK: MetricsFactory

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter) { _ in CounterSeries() } ?? RefusedSeries.shared
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions, .counter) { _ in CounterSeries() } ?? RefusedSeries.shared
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge) { _ in GaugeSeries() } ?? RefusedSeries.shared
    }

    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate {
            series(label, dimensions, .histogram) { HistogramSeries(bounds: $0) } ?? RefusedSeries.shared
        } else {
            series(label, dimensions, .gauge) { _ in GaugeSeries() } ?? RefusedSeries.shared
        }
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram) { HistogramSeries(bounds: $0) } ?? RefusedSeries.shared
    }

    // Counters and histograms stay until the process ends: Prometheus expects them not to vanish. A gauge of something that
    // is gone, such as a partition that another process reads now, would show its last value for ever.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) { end(handler as? GaugeSeries) }
    public func destroyRecorder(_ handler: any RecorderHandler) { end(handler as? GaugeSeries) }
    public func destroyTimer(_ handler: any TimerHandler) {}

    private func end(_ gauge: GaugeSeries?) {
        guard let gauge else { return }
        state.withLock { state in
            for name in state.families.keys {
                guard let place = state.families[name]?.series.first(where: { $0.value === gauge })?.key else { continue }
                state.families[name]?.series[place] = nil
                return
            }
        }
    }

    /// The series of these labels, made when it is new; nil if it is refused.
    private func series<S: Series>(
        _ label: String, _ dimensions: [(String, String)], _ kind: Kind, make: ([Double]) -> S
    ) -> S? {
        let name = Exposition.name(label)
        let labels = Dictionary(
            dimensions.map { (Exposition.name($0.0), $0.1) }, uniquingKeysWith: { _, last in last }
        ).map { Label(name: $0.key, value: $0.value) }.sorted()
        return state.withLock { state in
            let family = state.families[name] ?? Family(kind: kind)
            if let known = family.series[labels] {
                if let known = known as? S { return known }
            } else if family.kind == kind, family.series.count < seriesLimit {
                let bounds = state.descriptions[name]?.buckets ?? MetricDescription.usualBuckets(for: name)
                let new = make(bounds)
                state.families[name, default: family].series[labels] = new
                return new
            }
            state.refused[name, default: 0] += 1
            return nil
        }
    }
}
