import Domain
import FoundationEssentials
import Testing

@testable import Catalogue

@Suite struct LivePolicyTests {
    private let north = SiteID("north")!
    private let south = SiteID("south")!

    private func write(_ text: String, to folder: SiteFolder, _ name: String) throws {
        try text.write(toFile: folder.path + "/" + name, atomically: true, encoding: .utf8)
    }

    @Test func aSiteWithAFileHasItsOwnPolicyAndTheOthersTheUsualOne() throws {
        let folder = try SiteFolder(["north.yaml": "version: north-1\ndue_minutes: {safety: 5}", "notes.txt": "no policy"])
        let policy = try LivePolicy(file: nil, folder: folder.path)
        #expect(policy.policy(of: north).version == "north-1")
        #expect(policy.policy(of: north).safetyDueSeconds == 300)
        #expect(policy.policy(of: south) == .default)
    }

    @Test func aFaultyFileLeavesTheLastGoodPolicies() throws {
        let folder = try SiteFolder(["north.yaml": "version: north-1"])
        let policy = try LivePolicy(file: nil, folder: folder.path)
        try write("version: north-2\ndue_minuts: {safety: 5}", to: folder, "north.yaml")
        let error = #expect(throws: CatalogueError.self) { try policy.reload() }
        #expect(error?.line == 2)
        #expect(policy.policy(of: north).version == "north-1")

        try write("version: north-3", to: folder, "north.yaml")
        #expect(try policy.reload() == "all others: \(AlertPolicy.default.version), north: north-3")
        #expect(policy.policy(of: north).version == "north-3")
    }

    @Test func aFileThatIsNamedAfterNoSiteIsRefused() throws {
        let folder = try SiteFolder(["The North.yaml": "version: n"])
        #expect(throws: CatalogueError.self) { try LivePolicy(file: nil, folder: folder.path) }
        #expect(throws: CatalogueError.self) { try LivePolicy(file: nil, folder: folder.path + "/absent") }
    }
}
