import TestSupport
import Testing

/// No address, field or answer that was released goes away or changes its meaning.
@Suite struct ReleasedAPITests {
    typealias Part = APIContract.Part

    private static let documents = [
        "Services/Ingestion/attune-ingestion", "Services/Alerting/attune-alerting",
        "Services/Notification/attune-notification", "Services/Audit/attune-audit",
    ]

    @Test func `Nothing that was released of the HTTP contracts has changed`() throws {
        var now: [String: String] = [:]
        for document in Self.documents {
            let service = document.split(separator: "/").last ?? ""
            for (name, part) in try APIContract(document + ".openapi.yaml").surface {
                now["\(service) \(name)"] = part.map(\.description) ?? "operation"
            }
        }
        #expect(now.count > 900)
        let released = try ReleasedState("docs/contracts/released-api.txt")
        #expect(try released.faults(now) { Self.breaking($0, $1, $2, in: released.entries) } == [])
    }

    /// What a change of a part breaks; nil for nothing.
    private static func breaking(
        _ name: String, _ released: String?, _ now: String?, in all: [String: String]
    ) -> String? {
        let isRequest = name.contains(" request ")
        guard let released else {
            guard isRequest, let now, Part(now)?.isRequired == true, all[owner(of: name)] != nil else { return nil }
            return "is new and required: requests that were good are refused. Make it optional, or give it an address of its own"
        }
        guard let now else { return "was released and is gone. Put it back; callers rely on it" }
        guard let before = Part(released), let after = Part(now) else { return "was \(released) and is \(now)" }
        let (values, types) = (before.kinds.filter { $0.hasPrefix("=") }, before.kinds.filter { !$0.hasPrefix("=") })
        if isRequest {
            if after.isRequired, !before.isRequired { return "is required now: requests that were good are refused" }
            if !before.kinds.isSubset(of: after.kinds) { return "was \(released) and is \(now): requests that were good are refused" }
            let isNarrower = (after.least ?? .min) > (before.least ?? .min) || (after.most ?? .max) < (before.most ?? .max)
            return isNarrower ? "was \(released) and is \(now): requests that were good are refused" : nil
        }
        if before.isRequired, !after.isRequired { return "may be missing now: readers rely on it" }
        let newTypes = after.kinds.filter { !$0.hasPrefix("=") }
        // Readers of a value among several are told that others may come; readers of a type are not.
        return newTypes.isSubset(of: types) && (values.isEmpty == (after.kinds == newTypes))
            ? nil : "was \(released) and is \(now): readers would not understand it"
    }

    /// The object that a property is in, or the operation that a parameter is of.
    private static func owner(of name: String) -> String {
        guard let slash = name.lastIndex(of: "/"), let space = name.lastIndex(of: " "), slash > space else {
            return String(name[..<(name.range(of: " request ")?.lowerBound ?? name.endIndex)])
        }
        return String(name[..<slash])
    }

    private static let object = "s POST /a request application/json "
    private static let state = ["s POST /a": "operation", object: "required object"]

    @Test(arguments: [
        ("s POST /a", "operation", nil), ("s POST /a", "operation", nil),
        (object + "/b", nil, "required string"), (object + "/b", "optional string", nil),
        (object + "/b", "optional string", "required string"), (object + "/b", "optional string", "optional integer"),
        (object + "/b", "optional string|null", "optional string"), (object + "/b", "optional =x|=y", "optional =x"),
        (object + "/b", "optional string 1..200", "optional string 1..100"),
        (object + "/b", "optional string", "optional string(uuid)"),
        ("s POST /a request query b", nil, "required string"),
        ("s POST /a answer 200 application/json /b", "required string", nil),
        ("s POST /a answer 200 application/json /b", "required string", "optional string"),
        ("s POST /a answer 200 application/json /b", "required string", "required string|null"),
        ("s POST /a answer 200 application/json /b", "required =x", "required string"),
    ] as [(String, String?, String?)])
    func `A change that breaks callers is refused`(name: String, released: String?, now: String?) {
        #expect(Self.breaking(name, released, now, in: Self.state) != nil)
    }

    @Test(arguments: [
        ("s POST /b", nil, "operation"), (object + "/b", nil, "optional string"),
        ("s POST /b request application/json /c", nil, "required string"),
        (object + "/b", "required string", "optional string"), (object + "/b", "optional =x", "optional =x|=y"),
        (object + "/b", "optional string 1..100", "optional string 1..200"),
        (object + "/b", "optional string", "optional string|null"),
        ("s POST /a answer 200 application/json /b", nil, "required string"),
        ("s POST /a answer 200 application/json /b", "required =x", "required =x|=y"),
        ("s POST /a answer 200 application/json /b", "required string|null", "required string"),
    ] as [(String, String?, String?)])
    func `A change that breaks nobody is let through`(name: String, released: String?, now: String?) {
        #expect(Self.breaking(name, released, now, in: Self.state) == nil)
    }

    @Test(arguments: [
        "required null|string(uuid)", "optional =other|=self", "required integer 1..999", "optional array 1..",
        "optional string(^(\\*|\"[0-9]{1,19}\")$)", "required anything",
    ])
    func `A part reads back as it was written`(text: String) {
        #expect(Part(text)?.description == text)
    }
}
