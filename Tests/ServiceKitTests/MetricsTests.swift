import Metrics
import ServiceKit
import Testing

/// What a Prometheus server would read; anything it could not read is a failure.
func samples(_ text: String) throws -> [String: Double] {
    var samples: [String: Double] = [:]
    var types: [String: String] = [:]
    for line in text.split(separator: "\n") {
        if line.hasPrefix("# TYPE ") {
            let words = line.split(separator: " ")
            #expect(types.updateValue(String(words[3]), forKey: String(words[2])) == nil, "declared twice: \(line)")
            continue
        }
        if line.hasPrefix("# HELP ") { continue }
        let match = try #require(
            line.wholeMatch(
                of: /([a-zA-Z_][a-zA-Z0-9_]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*",?)*\})? (\S+)/),
            "not a sample: \(line)")
        let family = match.1.replacing(/_(bucket|sum|count)$/, with: "")
        #expect(types[String(match.1)] != nil || types[String(family)] == "histogram", "undeclared: \(line)")
        let value = try #require(Double(match.3.replacing("+Inf", with: "inf")))
        #expect(samples.updateValue(value, forKey: String(match.1) + String(match.2 ?? "")) == nil, "twice: \(line)")
    }
    return samples
}

@Suite struct MetricsTests {
    @Test func `counters, gauges and histograms are exposed`() throws {
        let registry = PrometheusRegistry()
        registry.describe([
            MetricDescription(.histogram, "attune_wait_seconds", "Waiting.", buckets: [0.1, 1]),
            MetricDescription(.counter, "attune_events_total", "Events\nwith \\ odd text."),
        ])
        let events = Counter(label: "attune_events_total", dimensions: [("topic", "a")], factory: registry)
        events.increment(by: 2)
        Counter(label: "attune_events_total", dimensions: [("topic", "a")], factory: registry).increment()
        Gauge(label: "attune_lag_records", factory: registry).record(7.5)
        let meter = Meter(label: "attune_open_connections", factory: registry)
        meter.set(3)
        meter.decrement()
        let timer = Metrics.Timer(label: "attune_wait_seconds", factory: registry)
        timer.recordMilliseconds(50)
        timer.recordMilliseconds(100)
        timer.recordMilliseconds(500)
        timer.recordSeconds(5)
        let read = try samples(registry.exposition())
        #expect(read[#"attune_events_total{topic="a"}"#] == 3)
        #expect(read["attune_lag_records"] == 7.5)
        #expect(read["attune_open_connections"] == 2)
        #expect(read[#"attune_wait_seconds_bucket{le="0.1"}"#] == 2)
        #expect(read[#"attune_wait_seconds_bucket{le="1"}"#] == 3)
        #expect(read[#"attune_wait_seconds_bucket{le="+Inf"}"#] == 4)
        #expect(read["attune_wait_seconds_count"] == 4)
        #expect(abs((read["attune_wait_seconds_sum"] ?? 0) - 5.65) < 1e-9)
    }

    @Test func `label values are escaped and label order does not matter`() throws {
        let registry = PrometheusRegistry()
        for dimensions in [[("b", "1"), ("a", "x\"y\\z\n")], [("a", "x\"y\\z\n"), ("b", "1")]] {
            Counter(label: "attune_x_total", dimensions: dimensions, factory: registry).increment()
        }
        #expect(try samples(registry.exposition())[#"attune_x_total{a="x\"y\\z\n",b="1"}"#] == 2)
    }

    @Test func `series beyond the limit are refused and counted, known ones go on`() throws {
        let registry = PrometheusRegistry(seriesLimit: 3)
        for round in 1...2 {
            for client in 0..<10 {
                Counter(label: "attune_x_total", dimensions: [("client", "\(client)")], factory: registry)
                    .increment(by: round)
            }
        }
        let read = try samples(registry.exposition())
        #expect(read.keys.filter { $0.hasPrefix("attune_x_total") }.count == 3)
        #expect(read[#"attune_x_total{client="2"}"#] == 3)
        #expect(read[#"attune_metrics_series_refused_total{metric="attune_x_total"}"#] == 14)
    }

    @Test func `one name cannot be two kinds of metric`() throws {
        let registry = PrometheusRegistry()
        Counter(label: "attune_x_total", factory: registry).increment()
        Gauge(label: "attune_x_total", factory: registry).record(9)
        let read = try samples(registry.exposition())
        #expect(read["attune_x_total"] == 1)
        #expect(read[#"attune_metrics_series_refused_total{metric="attune_x_total"}"#] == 1)
    }

    @Test func `names that do not tell kind and unit are found`() {
        let registry = PrometheusRegistry()
        registry.describe(
            ["attune_a", "attune_e_total", "other_total", "attune_h_total", "attune_i_total"].map {
                MetricDescription(.counter, $0, "x", labels: ["lane"])
            } + [MetricDescription(.gauge, "attune_b_total", "x")]
                + ["attune_c", "attune_d_seconds"].map { MetricDescription(.histogram, $0, "x") })
        Counter(label: "attune_a", factory: registry).increment()
        Gauge(label: "attune_b_total", factory: registry).record(1)
        Metrics.Timer(label: "attune_c", factory: registry).recordSeconds(1)
        Metrics.Timer(label: "attune_d_seconds", factory: registry).recordSeconds(1)
        Counter(label: "attune_e_total", factory: registry).increment()
        Counter(label: "attune_f_total", factory: registry).increment()
        Counter(label: "other_total", factory: registry).increment()
        Gauge(label: "attune_h_total", factory: registry).record(1)
        Counter(label: "attune_i_total", dimensions: [("lane", "a"), ("client", "b")], factory: registry).increment()
        #expect(
            registry.namingProblems.map { $0.prefix { $0 != ":" } }
                == [
                    "attune_a", "attune_b_total", "attune_c", "attune_f_total", "attune_h_total", "attune_i_total", "other_total",
                ])
        #expect(registry.namingProblems.contains("attune_i_total: labels not described: client"))
    }

    @Test func `a gauge that was ended is shown no more; a counter stays`() throws {
        let registry = PrometheusRegistry()
        func gauge(_ topic: String) -> Gauge {
            Gauge(label: "attune_lag_records", dimensions: [("topic", topic)], factory: registry)
        }
        let (first, second) = (gauge("a"), gauge("b"))
        first.record(7)
        second.record(8)
        let counter = Counter(label: "attune_x_total", factory: registry)
        counter.increment()
        first.destroy()
        counter.destroy()
        let read = try samples(registry.exposition())
        #expect(read[#"attune_lag_records{topic="a"}"#] == nil)
        #expect(read[#"attune_lag_records{topic="b"}"#] == 8)
        #expect(read["attune_x_total"] == 1)
        gauge("a").record(9)
        #expect(try samples(registry.exposition())[#"attune_lag_records{topic="a"}"#] == 9)
    }

    @Test func `a counter without labels stands at 0 once it is described, and counts from there`() throws {
        let registry = PrometheusRegistry()
        registry.describe([
            MetricDescription(.counter, "attune_a_total", "x"),
            MetricDescription(.counter, "attune_b_total", "x", labels: ["kind"]),
            MetricDescription(.gauge, "attune_c", "x"),
        ])
        #expect(try samples(registry.exposition()) == ["attune_a_total": 0])
        Counter(label: "attune_a_total", factory: registry).increment()
        registry.describe([MetricDescription(.counter, "attune_a_total", "x")])
        #expect(try samples(registry.exposition()) == ["attune_a_total": 1])
    }
}
