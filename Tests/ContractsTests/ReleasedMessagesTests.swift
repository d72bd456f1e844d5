import Foundation
import TestSupport
import Testing

/// No message that was released changes its meaning, and the code generated from the messages is theirs.
@Suite struct ReleasedMessagesTests {
    private static let folder = TestPrograms.checkout.appending(path: "Shared/Contracts")

    private static func files() throws -> [(name: String, file: ProtoFile)] {
        let proto = folder.appending(path: "Proto/attune/v1")
        return try FileManager.default.contentsOfDirectory(atPath: proto.path).sorted().map { name in
            (String(name.dropLast(6)), try ProtoFile(String(contentsOf: proto.appending(path: name), encoding: .utf8)))
        }
    }

    private static func breaking(_ part: String, _ released: String?, _ now: String?) -> String? {
        guard let released, released != now else { return nil }
        // A value that nobody gives any more may go, if its number stays taken.
        if now == "reserved", !released.contains(":") { return nil }
        let change = now.map { "was released as \"\(released)\" and is \"\($0)\" now" } ?? "was released as \"\(released)\" and is gone"
        return "\(change); recorded events would be misread. Leave it as it is, and add what is new under a number of its own"
    }

    @Test func `No released message has changed`() throws {
        let now = try Self.files().reduce(into: [:]) { $0.merge($1.file.numbers) { first, _ in first } }
        #expect(now.count > 250)
        let released = try ReleasedState("docs/contracts/released-messages.txt")
        #expect(try released.faults(now, breaking: Self.breaking) == [])
    }

    @Test(arguments: [
        ("message A { string a = 1; }", "A 1"), ("message A { bytes a = 1; string b = 2; }", "A 2"),
        ("message A { bytes a = 1; string b = 3; }", "A 2"), ("message A { bytes a = 1; repeated string c = 2; }", "A 2"),
        ("message A { bytes a = 1; string c = 2; } enum E { X = 0; }", "A 2"), ("message A { reserved 1, 2; }", "A 1"),
        ("message B { bytes a = 1; repeated string b = 2; }", "A"), ("enum E { Y = 0; }", "E 0"),
        ("message A { oneof c { bytes a = 1; } repeated string b = 2; }", "A 1"),
        ("message A { bytes a = 1; repeated string b = 2; string d = 5; }", "A 5"),
    ])
    func `A change that breaks readers is refused and named`(text: String, part: String) throws {
        let before = try ProtoFile("message A { bytes a = 1; repeated string b = 2; reserved 5; } enum E { X = 0; }").numbers
        let after = try ProtoFile(text).numbers
        #expect(Self.breaking(part, before[part], after[part]) != nil)
    }

    @Test func `What is added breaks nothing`() throws {
        let before = try ProtoFile("message A { bytes a = 1; } enum E { X = 0; Y = 1; }").numbers
        let after = try ProtoFile("message A { bytes a = 1; bytes c = 2; } message B {} enum E { X = 0; reserved 1; Z = 2; }").numbers
        for part in Set(before.keys).union(after.keys) where before[part] != after[part] {
            #expect(Self.breaking(part, before[part], after[part]) == nil, "\(part)")
        }
    }

    @Test(arguments: ["message A { map<string, string> a = 1; }", "message A { string a = 1; string b = 1; }", "service A {}",
        "message A { string a = 1 [deprecated = true]; }", "message A { reserved 1 to 3; }", "message A {"])
    func `What the reader of messages does not know it refuses`(text: String) {
        #expect(throws: ProtoFile.NotUnderstood.self) { try ProtoFile(text) }
    }

    @Test func `The generated code is that of the messages`() throws {
        let files = try Self.files()
        let enumerations = files.reduce(into: Set<String>()) { $0.formUnion($1.file.enumerations) }
        for (name, file) in files {
            let code = try String(contentsOf: Self.folder.appending(path: "Generated/\(name).pb.swift"), encoding: .utf8)
            var generated: [String: String] = [:]
            for part in code.components(separatedBy: "extension Attune_V1_").dropFirst() {
                let message = String(part.prefix { $0 != ":" })
                // The first call behind each number, and not behind the next one.
                let calls = /case (\d+): try \{(?:(?!case \d+:).)*?decoder\.decode(Singular|Repeated)(\w+)Field/
                for match in part.matches(of: calls.dotMatchesNewlines()) {
                    generated["\(message) \(match.1)"] = "\(match.2)\(match.3)"
                }
            }
            var written: [String: String] = [:]
            for (part, meaning) in file.numbers where meaning.contains(": ") {
                let words = meaning.split(separator: " ").map(String.init)
                let isRepeated = words[1] == "repeated"
                let type = words[1] == "optional" || isRepeated ? words[2] : words[1]
                let kind =
                    switch type {
                    case "string", "bytes", "bool", "double", "uint32", "uint64", "int32", "int64", "sint32", "sint64":
                        type == "uint32" || type == "uint64" ? "UInt" + type.suffix(2) : type.prefix(1).uppercased() + type.dropFirst()
                    default: enumerations.contains(type) ? "Enum" : "Message"
                    }
                written[part] = (isRepeated ? "Repeated" : "Singular") + kind.replacing("Sint", with: "SInt")
            }
            #expect(generated == written, "\(name).proto: generate the code anew")
        }
    }
}
