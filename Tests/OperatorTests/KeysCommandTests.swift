import ClientText
import Foundation
import Testing
import TransparencyLog

/// `attune keys`: files of keys and how they change.
@Suite struct KeysCommandTests {
    private let files: TestFolder
    private let folder: String

    init() throws {
        files = try TestFolder()
        folder = files.path("keys")
    }

    private func make(_ options: String...) async throws -> Program.Ending {
        try await Program.attune(["keys", "--directory", folder, "--audit-origin", "example.org/audit"] + options)
    }

    private func read(_ name: String) throws -> String { try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) }

    @Test func `A key that is added stands last, and those before it stay`() async throws {
        #expect(try await make().status == 0)
        let names = ["content.keys", "contact.keys", "portal.key"]
        let before = try names.map(read)
        #expect(try await make().output.isEmpty, "what is there stays as it is")
        #expect(try names.map(read) == before)
        #expect(try await make("--new-content-key", "--new-contact-key", "--new-portal-key").status == 0)
        for (name, old) in zip(names, before) {
            let now = try read(name)
            #expect(now.hasPrefix(old), "\(name)")
            #expect(now.split(separator: "\n").count == old.split(separator: "\n").count + 1, "\(name)")
            let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(name)")
        }
        let (old, new) = (try MasterKeys(text: before[0]), try MasterKeys(text: read("content.keys")))
        #expect(old.current != new.current)
        #expect(try new.open(old.seal([1, 2], binding: [3]), binding: [3]) == [1, 2])
    }

    @Test func `A changed audit key leaves what the old one has signed verifiable`() async throws {
        #expect(try await make().status == 0)
        func key(_ name: String) throws -> SigningKey {
            try SigningKey(text: read(name).trimmingCharacters(in: .newlines))
        }
        func rotate(_ options: String...) async throws -> Int32 {
            try await Program.attune(["keys", "rotate", "--directory", folder] + options).status
        }
        let old = try key("audit.key")
        let checkpoint = try Checkpoint(origin: "example.org/audit", size: 7, root: .emptyRoot)
        let signed = try checkpoint.signed(by: [old]).encoded
        #expect(try await rotate() == 0)
        #expect(try key("audit.retiring.key").verifierKey == old.verifierKey)
        let new = try key("audit.key")
        #expect(new.verifierKey != old.verifierKey)
        #expect(try LogKeys(text: read("audit.pub")).keys == [new.verifierKey, old.verifierKey])
        #expect(try await rotate() != 0, "one change at a time")
        #expect(try await rotate("--ended", "12") == 0)
        #expect(throws: (any Error).self) { try key("audit.retiring.key") }
        let keys = try LogKeys(text: read("audit.pub"))
        #expect(keys.entries.map(\.until) == [nil, 12])
        #expect(try Checkpoint.verified(signed, keys: keys).checkpoint.size == 7)
        // And once more: the oldest stays on the list.
        #expect(try await rotate() == 0)
        #expect(try LogKeys(text: read("audit.pub")).keys.count == 3)
        #expect(try Checkpoint.verified(signed, keys: try LogKeys(text: read("audit.pub"))).checkpoint.size == 7)
    }
}
