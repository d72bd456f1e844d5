import ArgumentParser
import EvidenceBundle
import Foundation
import ServiceKit
import TransparencyLog

/// `attune evidence verify`.
struct EvidenceVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a bundle of evidence by itself, without database and network.",
        discussion: """
            Checks every file against the manifest, every event against its leaf, every leaf against the signed tree, and \
            that each signed tree contains those before it. Take the keys from somewhere else than the bundle: with its \
            own they prove nothing about who made it. --checkpoint compares with a checkpoint that you have kept, \
            --manifest with the digest that the ledger holds of the export. Exit status: 0 verified, 1 differences were \
            found, 2 it could not be checked, 64 wrong arguments.
            """)

    @Argument(help: "The bundle's folder.")
    var folder: String

    @Option(help: "File with verifier keys of the log, one a line. Repeatable.")
    var keyFile: [String] = []

    @Option(help: "File with a checkpoint that was kept elsewhere. Repeatable.")
    var checkpoint: [String] = []

    @Option(help: "SHA-256 that the manifest must have, in hexadecimal.")
    var manifest: String?

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        let report: EvidenceVerification.Report
        do {
            let keys = try keyFile.isEmpty ? nil : LogKeys(keyFile.flatMap { try LogKeys(text: TextFile.read($0)).entries })
            let bars = ProgressBars()
            report = try EvidenceVerification(
                folder: URL(fileURLWithPath: folder), keys: keys, kept: checkpoint.map(TextFile.read),
                manifestDigest: manifest
            ).run(progress: bars.show)
            bars.end()
        } catch {
            note("The evidence could not be checked: \(error)")
            throw ExitCode(2)
        }
        if json {
            print(String(decoding: Self.json(report).encoded, as: UTF8.self))
        } else {
            for line in Self.words(report) { print(line) }
        }
        if report.differenceCount > 0 { throw ExitCode(1) }
    }

    static func words(_ report: EvidenceVerification.Report) -> [String] {
        let manifest = report.manifest
        var lines = [
            "log         \(manifest.origin)", "made        \(manifest.createdAt)", "manifest    \(report.manifestDigest)",
            "checkpoint  \(manifest.size) leaves, \(report.checkpoints) checkpoints",
            "events      \(report.events), leaves \(report.leaves)",
        ]
        if manifest.counts.uncovered > 0 {
            lines.append("left out    \(manifest.counts.uncovered) events that were not signed yet")
        }
        if !report.hasOutsideKeys {
            lines.append("WARNING     the keys are the bundle's own: give --key-file to know whose log this is")
        }
        lines += report.differences.map { "DIFFERENCE  \($0)" }
        let unlisted = report.differenceCount - report.differences.count
        if unlisted > 0 { lines.append("            and \(unlisted) more") }
        lines.append(
            report.differenceCount == 0 ? "verified" : "NOT verified: \(report.differenceCount) differences")
        return lines
    }

    static func json(_ report: EvidenceVerification.Report) -> JSON {
        [
            "verified": .bool(report.differenceCount == 0), "origin": .string(report.manifest.origin),
            "manifest": .string(report.manifestDigest), "size": .integer(report.manifest.size),
            "root": .string(report.manifest.root.base64), "events": .integer(report.events),
            "leaves": .integer(report.leaves), "checkpoints": .integer(report.checkpoints),
            "uncovered": .integer(report.manifest.counts.uncovered), "ownKeys": .bool(!report.hasOutsideKeys),
            "differenceCount": .integer(report.differenceCount),
            "differences": .array(report.differences.map { .text($0) }),
        ]
    }
}
