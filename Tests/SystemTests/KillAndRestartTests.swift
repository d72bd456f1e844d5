import Foundation
import LocalStack
import TestSupport
import Testing

@Suite(.serialized) struct KillAndRestartTests {
    /// The promise of the whole system: whoever dies, in whatever order, nothing is lost and nothing
    /// counted twice.
    @Test func servicesKilledInAnyOrderUnderLoadLoseNothingAndDoubleNothing() throws {
        let system = try SystemStack("kill")
        let token = try system.tokenFile(site: "north", role: "integration")
        let total = 200 * 15
        let report = system.folder.appendingPathComponent("simulate.json")
        let load = ManagedProcess(
            Command(
                name: "simulate", executable: TestPrograms.folder.appendingPathComponent("attune"),
                arguments: [
                    "simulate", "--rate", "200", "--seconds", "15", "--episodes", "60", "--url", try system.url(.ingestion),
                    "--token-file", token.path, "--patience", "300",
                ], output: .file(report)))
        try load.start()
        var random = SeededOrder(seed: 20_261)
        var killed: Set<StackService> = []
        while load.isRunning || killed.count < StackService.allCases.count {
            for service in random.shuffled(StackService.allCases) {
                system.stack.kill(service)
                try system.stack.restart(service)
                killed.insert(service)
            }
        }
        let ended = load.waitForEnd(within: .seconds(600))
        #expect(ended?.isSuccess == true, "\(load.logTail())")

        let state = try system.drained()
        #expect(state.missing == [])
        #expect(state.ratings == total)
        #expect(state.points == total)
        let ratingLeaves = try system.count(
            "select count(*) from published.audit_leaf where type = 'attune.rating.recorded.v1'")
        let trajectoryLeaves = try system.count(
            "select count(*) from published.audit_leaf where type = 'attune.trajectory.updated.v1'")
        #expect(ratingLeaves == total)
        #expect(trajectoryLeaves == total)
        let ledger = try system.count("select count(*) from published.event")
        let ledgerLeaves = try system.count(
            "select count(*) from published.audit_leaf l join published.event e using (event_id)")
        #expect(ledgerLeaves == ledger)
        #expect(throws: Never.self) {
            try system.stack.runOperator(
                ["audit", "verify", "--key-file", system.stack.keys.auditVerifier.path], logTo: "verify")
        }
    }
}

/// An order that the seed decides.
struct SeededOrder {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
        var elements = elements
        for index in elements.indices.reversed() {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            elements.swapAt(index, Int(state >> 33) % (index + 1))
        }
        return elements
    }
}
