import Domain
import ServiceKit
import Testing

@Suite struct JSONFieldTests {
    struct Misfit: Sendable, CustomTestStringConvertible {
        let text: String
        let pointer: String
        let read: @Sendable (JSONField) throws -> Void

        init(_ text: String, _ pointer: String, _ read: @escaping @Sendable (JSONField) throws -> Void) {
            self.text = text
            self.pointer = pointer
            self.read = read
        }

        var testDescription: String { text }
    }

    private enum Setting: String, CaseIterable {
        case individual, couple
    }

    private func field(_ text: String) throws -> JSONField { JSONField(try JSON.parse(Array(text.utf8))) }

    @Test func `a field of the right form is read`() throws {
        let object = try field(
            """
            {"id":"018F2C1E-7a00-7000-8000-000000000001","site":"north","day":"2026-03-01","kind":"couple",
             "n":3,"ok":true,"items":[1,2],"note":null}
            """
        ).object(["id", "site", "day", "kind", "n", "ok", "items", "note"])
        #expect(try object["id"].identity(RatingID.self).description == "018f2c1e-7a00-7000-8000-000000000001")
        #expect(try object["site"].name() == SiteID(unchecked: "north"))
        #expect(try object["day"].day().description == "2026-03-01")
        #expect(try object["kind"].choice() == Setting.couple)
        #expect(try object["n"].integer(1...3) == 3)
        #expect(try object["ok"].bool())
        #expect(try object["items"].array().map { try $0.integer() } == [1, 2])
        #expect(object.optional("note") == nil)
        #expect(object.optional("absent") == nil)
    }

    @Test(arguments: [
        Misfit(#"{"a":1}"#, "/a", { _ = try $0.object(["b"]) }),
        Misfit(#"{"b":1}"#, "/a", { _ = try $0.object(["a", "b"])["a"] }),
        Misfit(#"{"a":null}"#, "/a", { _ = try $0.object(["a"])["a"] }),
        Misfit(#"{"a":[0,"x"]}"#, "/a/1", { _ = try $0.object(["a"])["a"].array()[1].integer() }),
        Misfit(#"{"a":1.5}"#, "/a", { _ = try $0.object(["a"])["a"].integer() }),
        Misfit(#"{"a":1.0}"#, "/a", { _ = try $0.object(["a"])["a"].integer() }),
        Misfit(#"{"a":4}"#, "/a", { _ = try $0.object(["a"])["a"].integer(1...3) }),
        Misfit(#"{"a":"4"}"#, "/a", { _ = try $0.object(["a"])["a"].number() }),
        Misfit(#"{"a":""}"#, "/a", { _ = try $0.object(["a"])["a"].string() }),
        Misfit(#"{"a":"abcd"}"#, "/a", { _ = try $0.object(["a"])["a"].string(1...3) }),
        Misfit(#"{"a":1}"#, "/a", { _ = try $0.object(["a"])["a"].bool() }),
        Misfit(#"{"a":[1,2]}"#, "/a", { _ = try $0.object(["a"])["a"].array(0...1) }),
        Misfit(#"{"a":"group"}"#, "/a", { _ = try $0.object(["a"])["a"].choice(Setting.self) }),
        Misfit(#"{"a":"x"}"#, "/a", { _ = try $0.object(["a"])["a"].identity(RatingID.self) }),
        Misfit(#"{"a":"00000000-0000-0000-0000-000000000000"}"#, "/a", { _ = try $0.object(["a"])["a"].identity(RatingID.self) }),
        Misfit(#"{"a":"Site A"}"#, "/a", { _ = try $0.object(["a"])["a"].name(SiteID.self) }),
        Misfit(#"{"a":"2026-02-30"}"#, "/a", { _ = try $0.object(["a"])["a"].day() }),
        Misfit("[]", "", { _ = try $0.object([]) }),
    ])
    func `a field of the wrong form is refused at its pointer`(misfit: Misfit) throws {
        let field = try field(misfit.text)
        let error = #expect(throws: FieldError.self) { try misfit.read(field) }
        #expect(error?.pointer == misfit.pointer)
    }

    @Test func `the refusal does not repeat the value`() throws {
        let object = try field(#"{"name":"Secret Person"}"#).object(["name"])
        let error = #expect(throws: FieldError.self) { try object["name"].integer() }
        #expect(error?.detail.contains("Secret") == false)
    }

    @Test func `all faults of a document are told at once`() throws {
        let object = try field(#"{"a":"x","b":0}"#).object(["a", "b"])
        var errors = FieldErrors()
        #expect(errors.catching { () throws(FieldError) in try object["a"].integer() } == nil)
        #expect(errors.catching { () throws(FieldError) in try object["b"].integer() } == 0)
        #expect(errors.catching { () throws(FieldError) in try object["c"].bool() } == nil)
        let problem = #expect(throws: Problem.self) { try errors.throwIfAny() }
        #expect(problem?.errors.map(\.pointer) == ["/a", "/c"])
        #expect(problem?.status.code == 422)
    }

    @Test(arguments: [
        ("2026-03-01T09:30:00Z", "2026-03-01T09:30:00.000000Z"),
        ("2026-03-01T09:30:00.5+01:00", "2026-03-01T08:30:00.500000Z"),
        ("2026-03-01t00:30:00.1234567-14:00", "2026-03-01T14:30:00.123456Z"),
    ])
    func `an instant with a zone is read to the microsecond`(text: String, instant: String) throws {
        #expect(try field("\"\(text)\"").instant().description == instant)
    }

    @Test(arguments: [
        "2026-03-01T09:30:00", "2026-03-01 09:30:00Z", "2026-03-01T24:00:00Z", "2026-03-01T09:60:00Z",
        "2026-03-01T23:59:60Z", "2026-02-29T09:30:00Z", "2026-03-01T09:30:00.Z", "2026-03-01T09:30:00+0100",
        "2026-03-01T09:30:00+15:00", "2026-03-01T09:30:00Zx", "2026-03-01T9:30:00Z+", "-026-03-01T09:30:00Z",
    ])
    func `an instant without zone or of another form is refused`(text: String) throws {
        let field = try field("\"\(text)\"")
        #expect(throws: FieldError.self) { try field.instant() }
    }
}
