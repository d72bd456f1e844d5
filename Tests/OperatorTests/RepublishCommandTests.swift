import Domain
import Persistence
import Testing

@testable import attune

@Suite struct RepublishCommandTests {
    private let bench: StatusBench

    init() throws {
        bench = try StatusBench()
        try bench.append(6, to: .episode)
        try bench.append(2, to: .alert)
        try bench.relay(5, of: .episode)
        try bench.relay(2, of: .alert)
    }

    private func republish(_ arguments: String...) async throws -> Program.Ending {
        try await Program.attune(
            ["relay", "republish", "--role", "attune_operator"] + arguments,
            environment: ["ATTUNE_DATABASE_URL": bench.database.url])
    }

    private func cursor(_ lane: Lane) throws -> Int64 {
        try Republication.plan(lane, after: 0, on: bench.connect()).cursor
    }

    @Test func `A dry run says how many events of each lane, and changes nothing`() async throws {
        let before = try cursor(.episode)
        let ending = try await republish("--from", "0", "--dry-run")
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(ending.lines.contains { $0.hasPrefix("episode ") && $0.contains(" 5  none yet") })
        #expect(ending.lines.contains { $0.hasPrefix("alert ") && $0.contains(" 2  none yet") })
        #expect(ending.lines.last == "7 events would be published again")
        #expect(try cursor(.episode) == before)
    }

    @Test func `Only the lanes named are set back, to the position before the one given`() async throws {
        let third = try Ledger.page(of: .episode, after: 0, limit: 3, on: bench.connect())[2].position
        let alerts = try cursor(.alert)
        let ending = try await republish("--from", "\(third)", "--lane", "episode")
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(ending.lines.last == "3 events are published again")
        #expect(try cursor(.episode) == third - 1)
        #expect(try cursor(.alert) == alerts)
    }

    @Test func `A time is taken for a position`() async throws {
        let ending = try await republish("--from", "2000-01-01T00:00:00Z")
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(ending.lines.last == "7 events are published again")
        #expect(try cursor(.episode) == 0)
    }

    @Test func `A new cluster that gets only a part is warned of`() async throws {
        let ending = try await republish("--from", "3", "--lane", "episode", "--new-cluster", "--dry-run")
        #expect(ending.status == 0)
        #expect(ending.errors.contains("nothing up to position 2 goes to the new cluster"))
    }

    @Test(arguments: [["--from", "yesterday"], ["--from", "-1"], ["--from", "0", "--lane", "other"], []])
    func `Wrong arguments end with 64`(arguments: [String]) async throws {
        let ending = try await Program.attune(
            ["relay", "republish"] + arguments, environment: ["ATTUNE_DATABASE_URL": bench.database.url])
        #expect(ending.status == 64)
    }
}
