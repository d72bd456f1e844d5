import Foundation
import Testing

/// Holds what services show under /metrics to what docs/metrics.md says they show.
struct MetricsCheck {
    private struct Metric {
        let kind: String
        let labels: Set<String>
    }

    /// Of ``PrometheusRegistry``.
    private static let seriesLimit = 1000

    private var known: [String: Metric] = [:]

    init(page: URL) throws {
        let rows = try String(contentsOf: page, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("| `") }
        for row in rows {
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let labels = cells[3].matches(of: /`([a-z_]+)`/).map { String($0.output.1) }
            known[String(cells[0].dropFirst().dropLast())] = Metric(kind: cells[1], labels: Set(labels))
        }
        #expect(known.count > 50)
    }

    /// - Parameter metrics: by service.
    func check(_ metrics: [String: String]) throws {
        for (service, text) in metrics {
            var kinds: [String: String] = [:]
            var series: [String: Int] = [:]
            for line in text.split(separator: "\n") {
                if let match = line.wholeMatch(of: /# TYPE (\S+) (\S+)/) {
                    kinds[String(match.output.1)] = String(match.output.2)
                    continue
                }
                if line.hasPrefix("#") { continue }
                let match = try #require(line.wholeMatch(of: /([a-z_]+)(?:\{(.*)\})? \S+/), "\(line)")
                var name = String(match.output.1)
                if kinds[name] == nil { name = name.replacing(/_(bucket|sum|count)$/, with: "") }
                let metric = try #require(known[name], "\(name) of \(service) is not in docs/metrics.md")
                #expect(kinds[name] == metric.kind, "\(name) of \(service)")
                series[name, default: 0] += 1
                for label in (match.output.2 ?? "").matches(of: /([a-z_]+)="((?:[^"\\]|\\.)*)"/) where label.output.1 != "le" {
                    #expect(metric.labels.contains(String(label.output.1)), "\(label.output.1) of \(name) of \(service)")
                    #expect(Self.isHarmless(String(label.output.2)), "\(label.output.2) in \(name) of \(service)")
                }
            }
            for (name, count) in series { #expect(count < Self.seriesLimit, "\(name) of \(service)") }
            let refused = text.split(separator: "\n").filter { $0.hasPrefix("attune_metrics_series_refused_total{") }
            #expect(refused.isEmpty, "\(service): \(refused)")
        }
    }

    /// Neither an id, nor an address, nor anything long.
    private static func isHarmless(_ value: String) -> Bool {
        value.count <= 80 && !value.contains("@")
            && value.firstMatch(of: /[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}/) == nil
    }
}
