import AlertBook
import Foundation
import ServiceKit
import TestSupport
import Testing

@testable import attune_alerting
@testable import attune_audit
@testable import attune_ingestion
@testable import attune_notification
@testable import attune_scoring

/// docs/metrics.md, the code and its descriptions say the same.
@Suite struct MetricsPageTests {
    /// By who shows them; process figures and the registry's own are made at each scrape, without a series.
    private static let parts: [(title: String, metrics: [MetricDescription])] = [
        ("Every service", HTTPDescriptions.all + SharedDescriptions.all),
        ("attune-ingestion", IngestionMetrics.descriptions),
        ("attune-scoring", ScoringHandler.metrics),
        ("attune-alerting, attune-portal", AlertMetrics.descriptions),
        ("attune-alerting", OverdueFigures.descriptions),
        ("attune-notification", NotificationMetrics.descriptions),
        ("attune-audit", AuditMetrics.descriptions),
    ]

    private static func table(_ metrics: [MetricDescription]) -> String {
        let rows = metrics.map { metric in
            let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
            return "| `\(metric.name)` | \(metric.kind.rawValue) | \(metric.unit) | \(labels.isEmpty ? "–" : labels) | \(metric.help) |"
        }
        return (["| metric | kind | unit | labels | meaning |", "|---|---|---|---|---|"] + rows).joined(separator: "\n")
    }

    private func page() throws -> String {
        try String(contentsOf: TestPrograms.checkout.appendingPathComponent("docs/metrics.md"), encoding: .utf8)
    }

    @Test(arguments: parts.map(\.title)) func `The page has the table that follows from the descriptions`(title: String) throws {
        let metrics = Self.parts.first { $0.title == title }?.metrics ?? []
        let expected = "## \(title)\n\n\(Self.table(metrics))\n"
        #expect(try page().contains(expected), "docs/metrics.md must hold:\n\(expected)")
    }

    @Test func `Every metric of the page is described, and none twice`() throws {
        let described = Self.parts.flatMap { $0.metrics.map(\.name) }
        #expect(Set(described).count == described.count)
        let named = try page().matches(of: /^\| `([a-z_]+)` \|/.anchorsMatchLineEndings()).map { String($0.output.1) }
        #expect(Set(named).subtracting(described) == Self.scraped)
    }

    /// Named on the page under "Of the process".
    private static let scraped: Set<String> = [
        "process_start_time_seconds", "process_resident_memory_bytes", "process_open_fds", "process_max_fds",
        "process_cpu_seconds_total", "attune_build_info", "attune_ready", "attune_metrics_series_refused_total",
    ]

    @Test func `Every name in the code is described, and every described name is in the code`() throws {
        var inCode: Set<String> = []
        for room in ["Services", "Shared"] {
            let folder = TestPrograms.checkout.appendingPathComponent(room)
            let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
            for case let file as URL in files where file.pathExtension == "swift" {
                let source = try String(contentsOf: file, encoding: .utf8)
                inCode.formUnion(source.matches(of: /label: "((?:attune|messaging)_[a-z_]+)"/).map { String($0.output.1) })
                // A function that is handed the name, as ingestion has for its lanes.
                inCode.formUnion(source.matches(of: /counter\("(attune_[a-z_]+)"/).map { String($0.output.1) })
            }
        }
        #expect(inCode == Set(Self.parts.flatMap { $0.metrics.map(\.name) }))
    }

    @Test func `No label is called after something of which there are many`() {
        let many = ["id", "client", "participant", "episode", "rating", "alert", "event", "delivery", "path", "user", "subject", "key"]
        for metric in Self.parts.flatMap(\.metrics) {
            for label in metric.labels { #expect(!many.contains(label), "\(label) of \(metric.name)") }
            #expect(metric.labels.count <= 5)
        }
    }
}
