import Domain
import Foundation
import Testing

@testable import Channels
@testable import attune_notification

@Suite struct RoutesTests {
    /// A routes file in a folder of its own, beside a key file.
    private func load(_ text: String, key: String = "0123456789abcdef0123456789abcdef\n") throws -> Routes {
        let folder = FileManager.default.temporaryDirectory.appending(path: "routes-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(key.utf8).write(to: folder.appending(path: "bridge.key"))
        let file = folder.appending(path: "routes.yaml")
        try Data(text.utf8).write(to: file)
        do {
            return try Routes.load(file: file.path)
        } catch {
            // The folder's name is not part of what is expected.
            throw RoutesError(file: "routes.yaml", line: error.line, reason: error.reason)
        }
    }

    private static let good = """
        default:
          - id: duty-desk
            channel:
              email: {address: duty@clinic.example}
        sites:
          north:
            - id: north-desk
              channel:
                email: {address: north@clinic.example}
              kinds: [not_on_track, alliance]
              escalations: false
            - id: bridge
              channel:
                webhook: {url: "https://bridge.example/alerts", key_id: "2026-1", key_file: bridge.key}
              kinds: [safety]
              escalations: false
        """

    private func names(_ routes: Routes, _ kind: AlertKind, _ site: String, isEscalation: Bool = false) -> [String] {
        routes.recipients(of: kind, isEscalation: isEscalation, at: SiteID(site)!).map(\.id)
    }

    @Test func `A site's own recipients are told, and the default where it has none for a kind or an escalation`()
        throws
    {
        let routes = try load(Self.good)
        #expect(names(routes, .alliance, "north") == ["north-desk"])
        #expect(names(routes, .safety, "north") == ["bridge"])
        #expect(names(routes, .deteriorating, "north") == ["duty-desk"])
        #expect(names(routes, .safety, "north", isEscalation: true) == ["duty-desk"])
        #expect(names(routes, .safety, "south") == ["duty-desk"])
        guard case .webhook(let target) = routes.contact(of: RecipientPlace(id: "bridge", channel: .webhook))?.address
        else {
            Issue.record("the bridge is not in the routes")
            return
        }
        #expect(target.keys.first?.bytes == Array("0123456789abcdef0123456789abcdef".utf8))
        #expect(!"\(target)".contains("bridge.example"))
    }

    @Test(arguments: [
        ("id: duty-desk", "id: duty-desk\n    colour: red", 3, "unknown field \"colour\""),
        ("duty@clinic.example", "duty@@clinic", 4, "plain mail address"),
        ("https://bridge.example/alerts", "http://bridge.example/alerts", 14, "must be https"),
        ("https://bridge.example/alerts", "bridge", 14, "absolute https URL"),
        ("https://bridge.example/alerts", "https://u:p@bridge.example/", 14, "without user"),
        ("bridge.key", "other.key", 14, "key file cannot be read"),
        ("kinds: [safety]", "kinds: [saftey]", 15, "all or one of"),
        ("kinds: [safety]", "kinds: []", 15, "must not be empty"),
        (
            "      escalations: false\n    - id: bridge", "      escalations: never\n    - id: bridge", 11,
            "true or false"
        ),
        ("  north:", "  North Site:", 6, "not a site name"),
        ("id: bridge", "id: Bridge 1", 12, "is not a name"),
        ("email: {address: north@clinic.example}", "pigeon: {loft: 3}", 9, "unknown field \"pigeon\""),
        (
            "    channel:\n      email: {address: duty@clinic.example}", "    kinds: [all]", 2,
            "field channel is missing"
        ),
        ("id: bridge", "id: duty-desk\n      channel:\n        email: {address: other@clinic.example}", 13, "twice"),
        ("id: north-desk", "id: duty-desk", 7, "another address"),
        ("default:", "defaults:", 1, "unknown field \"defaults\""),
        ("default:", "default: [", 2, "did not find expected"),
        ("https://bridge.example/alerts", "https://127.0.0.1/alerts", 14, "allow_private: true"),
        ("key_file: bridge.key", "key_file: bridge.key, next_key_id: k2", 14, "belong together"),
        (
            "key_file: bridge.key", "key_file: bridge.key, next_key_id: 2026-1, next_key_file: bridge.key", 14,
            "must differ"
        ),
        ("kinds: [safety]", "language: tlh", 15, "known are de, en"),
        (
            "kinds: [safety]",
            "second_channel: {webhook: {url: \"https://b.example\", key_id: k, key_file: bridge.key}}", 15,
            "of another kind"
        ),
        ("kinds: [safety]", "second_channel: {inbox: {user: \"two words\"}}", 15, "subject of their access tokens"),
        ("kinds: [safety]", "times: {time_zone: Europe/Atlantis}", 15, "time zone database"),
        ("kinds: [safety]", "times: {time_zone: Europe/Berlin, digest: 8am}", 15, "a time of day"),
        (
            "kinds: [safety]", "times: {time_zone: UTC, quiet: {from: \"20:00\", to: \"07:00\"}, digest: \"06:59\"}",
            15, "lies in the quiet hours"
        ),
        ("kinds: [safety]", "times: {time_zone: UTC, limit: {messages: 0, minutes: 5}}", 15, "whole number from 1"),
        ("sites:", "times:\n  North Site: {time_zone: UTC}\nsites:", 6, "not a site name"),
    ])
    func `What is not understood is refused with its line`(from: String, to: String, line: Int, reason: String) throws {
        try #require(Self.good.contains(from))
        let error = #expect(throws: RoutesError.self) { try load(Self.good.replacing(from, with: to)) }
        #expect(error?.line == line)
        #expect(error?.reason.contains(reason) == true)
        #expect(error?.description.hasPrefix("routes.yaml:\(line): ") == true)
    }

    @Test func `Routes that leave any kind to nobody are refused, unless they say so`() throws {
        let text = Self.good.replacing(
            "  - id: duty-desk",
            with: "  - id: duty-desk\n    kinds: [safety, alliance, deteriorating, not_on_track, stalled]")
        let error = #expect(throws: RoutesError.self) { try load(text) }
        #expect(error?.reason.contains("somebody must take guarded alerts") == true)
        #expect(error?.reason.contains("list the kind under untold") == true)
        let said = try load(text + "\nuntold: [guarded]")
        #expect(names(said, .guarded, "south").isEmpty)
        let safety = #expect(throws: RoutesError.self) { try load(text + "\nuntold: [guarded, safety]") }
        #expect(safety?.reason.contains("cannot be untold") == true)
    }

    @Test(arguments: ["kinds: [alliance]", "escalations: false"])
    func `Routes that leave safety alerts or their escalations to nobody are refused`(field: String) {
        let text = Self.good.replacing("  - id: duty-desk", with: "  - id: duty-desk\n    \(field)")
        let error = #expect(throws: RoutesError.self) { try load(text) }
        #expect(error?.reason.contains("somebody must take safety alerts") == true)
    }

    @Test func `For how long nobody is told again is three days, or what the file says; for danger never`() throws {
        let usual = try load(Self.good)
        #expect(usual.rearmTime(of: .deteriorating, at: north) == .seconds(72 * 3600))
        let own = try load(Self.good + "\nrearm: {default: 48, north: 0}\n")
        #expect(own.rearmTime(of: .alliance, at: north) == .zero)
        #expect(own.rearmTime(of: .alliance, at: SiteID("south")!) == .seconds(48 * 3600))
        #expect(own.rearmTime(of: .safety, at: SiteID("south")!) == .zero)
        for wrong in ["{default: -1}", "{north: 721}", "{north: soon}", "{\"no site\": 3}", "[3]"] {
            #expect(throws: RoutesError.self) { try load(Self.good + "\nrearm: \(wrong)\n") }
        }
    }

    @Test func `A key that could be guessed is refused`() {
        let error = #expect(throws: RoutesError.self) { try load(Self.good, key: "secret\n") }
        #expect(error?.reason.contains("must hold 32 to 1024 bytes") == true)
    }

    @Test func `No refusal shows an address, a URL or a key`() {
        let wrong = Self.good.replacing("duty@clinic.example", with: "sentinel@@clinic")
            .replacing("https://bridge.example/alerts", with: "ftp://sentinel.example")
        let error = #expect(throws: RoutesError.self) { try load(wrong) }
        #expect(error?.description.contains("sentinel") == false)
    }

    @Test func `A missing file is refused`() {
        #expect(throws: RoutesError(file: "/nowhere.yaml", line: nil, reason: "cannot be read")) {
            try Routes.load(file: "/nowhere.yaml")
        }
    }
}
