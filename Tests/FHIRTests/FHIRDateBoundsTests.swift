import Domain
import FHIR
import Testing

@Suite struct FHIRDateBoundsTests {
    @Test(arguments: [
        (["2026-03-01"], "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"),
        (["2026-12"], "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        (["2024-02"], "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"),
        (["2026"], "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        (["2026-03-01T10:30+01:00"], "2026-03-01T09:30:00Z", "2026-03-01T09:31:00Z"),
        (["2026-03-01T10:30 01:00"], "2026-03-01T09:30:00Z", "2026-03-01T09:31:00Z"),
        (["2026-03-01T10:30:05Z"], "2026-03-01T10:30:05Z", "2026-03-01T10:30:06Z"),
        (["2026-03-01T10:30:05.25Z"], "2026-03-01T10:30:05.25Z", "2026-03-01T10:30:05.26Z"),
        (["ge2026-03-01", "lt2026-04"], "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"),
        (["gt2026-03-01", "le2026-04"], "2026-03-02T00:00:00Z", "2026-05-01T00:00:00Z"),
        (["ge2026-03-01", "ge2026-03-05", "lt2026"], "2026-03-05T00:00:00Z", "2026-01-01T00:00:00Z"),
    ])
    func `A date means all instants that it could be, and all dates hold`(
        values: [String], from: String, before: String
    ) throws {
        let bounds = try #require(FHIRDateBounds(values))
        #expect(bounds.from == Timestamp(from) && bounds.before == Timestamp(before), "\(bounds)")
    }

    @Test(arguments: ["", "ne2026-03-01", "ap2026", "ge", "2026-13", "2026-02-30", "2026-03-01T10:30", "26-03-01", "gestern"])
    func `What is no date is none`(value: String) { #expect(FHIRDateBounds([value]) == nil) }
}
