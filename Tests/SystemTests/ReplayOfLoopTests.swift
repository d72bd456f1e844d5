import AuditLog
import Contracts
import Domain
import Foundation
import LocalStack
import Persistence
import ServiceKit
import TestSupport
import Testing

@testable import EvidenceBundle
@testable import attune

/// What a running system recorded, replayed: to its ids and, from a bundle, to the last byte.
@Suite(.serialized) struct ReplayOfLoopTests {
    @Test func everythingThatTheSystemSaidFollowsFromItsLedger() throws {
        let system = try SystemStack("replay")
        let integration = try system.token(site: "north", role: "integration")
        let clinic = SimulatedClinic(
            site: SiteID(unchecked: "north"), seed: 11, episodes: 20, openedOn: CalendarDay(daysSinceEpoch: 20_000))
        func post(_ command: SimulatedClinic.Command) throws {
            let body = String(decoding: command.body.encoded, as: UTF8.self)
            let answer = try system.call(.post, .ingestion, command.path, token: integration, body: body)
            #expect(answer.status == 201)
        }
        for index in 0..<20 { try post(clinic.opening(index)) }
        for number in 0..<300 { try post(clinic.rating(number)) }
        #expect(try system.drained().missing.isEmpty)
        try answerEveryAlert(system)
        for number in 300..<420 { try post(clinic.rating(number)) }
        #expect(try system.drained().missing.isEmpty)

        let events = try system.count("select count(*) from published.event")
        let alerts = try system.count("select count(*) from published.alert")
        #expect(alerts > 10)
        let ledger = try replay(system, [])
        #expect(ledger["alerts_recorded"] == .integer(alerts) && ledger["alerts_reproduced"] == .integer(alerts), "\(ledger)")
        #expect(ledger["episodes"] == 20)

        let bundle = try export(system)
        let proven = try replay(system, ["--bundle", bundle.path])
        let trajectories = try system.count(
            "select count(*) from published.audit_leaf where topic = 'attune.trajectories.v1'")
        #expect(trajectories == 420 && proven["trajectories_proven"] == .integer(trajectories), "\(proven)")
        #expect(try system.count("select count(*) from published.event") == events)
    }

    /// Ends with status 0, or the test fails.
    private func replay(_ system: SystemStack, _ arguments: [String]) throws -> JSON {
        let catalogue = TestPrograms.checkout.appendingPathComponent("deploy/local/instruments").path
        let name = "replay-\(arguments.count)"
        try system.stack.runOperator(
            ["replay", "--all", "--diff", "--json", "--catalogue", catalogue] + arguments, logTo: name)
        let log = try String(contentsOf: system.folder.appendingPathComponent("log/\(name).log"), encoding: .utf8)
        let line = try #require(log.split(separator: "\n").last { $0.hasPrefix("{") })
        return try JSON.parse(Array(line.utf8))
    }

    private func answerEveryAlert(_ system: SystemStack) throws {
        let clinician = try system.token(site: "north", role: "clinician")
        let answer = try system.call(.get, .alerting, "/v1/alerts?limit=100", token: clinician)
        guard case .array(let alerts)? = answer.json?["alerts"] else { return }
        for alert in alerts {
            guard case .string(let id)? = alert["alertId"] else { continue }
            let resolved = try system.call(
                .post, .alerting, "/v1/alerts/\(id)/resolution", token: clinician, body: #"{"outcome": "plan_changed"}"#)
            #expect(resolved.status == 200)
        }
    }

    /// The ledger and the leaves as a bundle has them.
    private func export(_ system: SystemStack) throws -> URL {
        let folder = system.folder.appendingPathComponent("bundle")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let connection = try system.database()
        defer { connection.close() }
        let events = try Lane.all.flatMap { try Ledger.page(of: $0, after: 0, limit: 100_000, on: connection) }
        try Data(events.flatMap { LedgerLine.encode($0) + [0x0A] }).write(to: folder.appendingPathComponent("events.ndjson"))
        let leaves = try StoredLog.leaves(from: 0, limit: 100_000, on: connection).map { leaf -> [UInt8] in
            let entry = leaf.entry
            let json: JSON = [
                "topic": .string(entry.topic), "event": .text(entry.event), "type": .string(entry.type),
                "episode": .text(entry.episode), "sequence": .integer(entry.sequence), "site": .text(entry.site),
                "time": .text(entry.time), "source": .string(entry.source),
                "payloadDigest": .string(Data(entry.payloadDigest).base64EncodedString()),
            ]
            return json.encoded + [0x0A]
        }
        try Data(leaves.flatMap(\.self)).write(to: folder.appendingPathComponent("leaves.ndjson"))
        return folder
    }
}
