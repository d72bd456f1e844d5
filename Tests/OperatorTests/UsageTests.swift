import Foundation
import Testing

@Suite struct UsageTests {
    /// EX_USAGE of sysexits.h.
    private static let usage: Int32 = 64

    @Test(arguments: [
        ["nonsense"], ["status", "--seconds", "0"], ["status", "--seconds", "61"], ["status", "--colour"],
        ["import"], ["import", "f.csv", "--map", "m.yaml"],
        ["import", "f.csv", "--map", "m.yaml", "--site", "North Site", "--url", "http://127.0.0.1:9", "--token-file", "t"],
        ["token", "--key", "k", "--site", "north"],
        ["token", "--key", "k", "--site", "north", "--role", "chief"],
    ])
    func `What cannot be meant ends with the status of a usage error, and says so on standard error`(
        arguments: [String]
    ) async throws {
        let ending = try await Program.attune(arguments)
        #expect(ending.status == Self.usage, "\(ending.errors)")
        #expect(ending.output.isEmpty)
        #expect(ending.errors.contains("Error: "))
    }

    @Test(arguments: [[], ["--help"], ["status", "--help"], ["import", "--help"]])
    func `Help is no error`(arguments: [String]) async throws {
        let ending = try await Program.attune(arguments)
        #expect(ending.status == 0)
        #expect(ending.output.contains("USAGE: attune"))
    }
}
