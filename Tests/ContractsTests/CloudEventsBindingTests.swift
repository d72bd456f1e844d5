import Contracts
import Domain
import Testing

@Suite struct CloudEventsBindingTests {
    let event = EventEnvelope(
        id: EventID("018f2c1e-7a00-7000-8000-00000000000a")!, type: .ratingRecorded, source: "/attune/ingestion",
        episode: EpisodeID("018f2c1e-7a00-7000-8000-000000000001")!, site: SiteID("north")!, sequence: 7,
        time: Timestamp("2026-03-01T09:30:00.000123Z")!,
        trace: TraceContext(traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), payload: [1, 2, 3])

    @Test func aRecordReadsBackAsTheEventThatWasWritten() throws {
        let read = try CloudEventsBinding.event(
            key: CloudEventsBinding.key(of: event.episode), headers: CloudEventsBinding.headers(of: event), value: event.payload)
        #expect(read == event)
    }

    @Test(arguments: ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time", "ce_sequence", "ce_site"])
    func aMissingAttributeIsNamed(header: String) {
        let headers = CloudEventsBinding.headers(of: event).filter { $0.name != header }
        let error = #expect(throws: MalformedEvent.self) {
            try CloudEventsBinding.event(key: event.episode.bytes, headers: headers, value: [])
        }
        #expect(error?.field == header)
    }

    @Test(arguments: [
        ("ce_id", "nonsense"), ("ce_type", "attune.unknown.v1"), ("ce_sequence", "0"), ("ce_sequence", "-1"),
        ("ce_site", "Not A Site"), ("ce_time", "yesterday"), ("ce_specversion", "0.3"), ("ce_subject", "x"),
    ])
    func aBadAttributeIsNamedWithoutItsValue(header: String, value: String) {
        let headers = CloudEventsBinding.headers(of: event).map { $0.name == header ? RecordHeader(name: header, value: Array(value.utf8)) : $0 }
        let error = #expect(throws: MalformedEvent.self) {
            try CloudEventsBinding.event(key: event.episode.bytes, headers: headers, value: [])
        }
        #expect(error?.field == header)
        if value.count > 2 { #expect(error?.description.contains(value) == false) }
    }

    @Test func aKeyOfAnotherEpisodeAndATombstoneAreMalformed() {
        let headers = CloudEventsBinding.headers(of: event)
        #expect(throws: MalformedEvent.self) { try CloudEventsBinding.event(key: [1], headers: headers, value: []) }
        #expect(throws: MalformedEvent.self) {
            try CloudEventsBinding.event(key: event.episode.bytes, headers: headers, value: nil)
        }
    }

    @Test func derivedIdsFollowFromCauseAndRuleAlone() {
        let first: AlertID = DerivedIdentity.following(event.id, rule: "a")
        let again: AlertID = DerivedIdentity.following(event.id, rule: "a")
        let other: AlertID = DerivedIdentity.following(event.id, rule: "b")
        #expect(first == again)
        #expect(first != other)
        #expect(Array(first.bytes.prefix(6)) == Array(event.id.bytes.prefix(6)))
        #expect(first.bytes[6] >> 4 == 8 && first.bytes[8] >> 6 == 2)
    }

    @Test func timeOrderedIdsSortByTheirTime() {
        let early: EventID = TimeOrderedIdentity.make(at: Timestamp(microseconds: 1_700_000_000_000_000))
        let late: EventID = TimeOrderedIdentity.make(at: Timestamp(microseconds: 1_700_000_000_001_000))
        #expect(early < late)
        #expect(early.bytes[6] >> 4 == 7)
    }

    @Test func aFollowingSpanStaysInItsTrace() {
        let next = event.trace!.following(event.id.bytes)
        #expect(next.traceID == event.trace!.traceID)
        #expect(next.parentID != event.trace!.parentID)
        #expect(next == event.trace!.following(event.id.bytes))
        #expect(TraceContext(traceparent: next.description) == next)
    }

    @Test(arguments: ["", "00-0-0-0", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-4BF92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"])
    func aTraceparentOutsideTheStandardIsNotRead(text: String) {
        #expect(TraceContext(traceparent: text) == nil)
    }

    @Test(arguments: ["01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"])
    func ofALaterVersionWhatAllHaveIsRead(text: String) {
        let trace = TraceContext(traceparent: text)
        #expect(trace?.traceIDText == "4bf92f3577b34da6a3ce929d0e0e4736")
        // What is handed on is of the version that is written here.
        #expect(trace?.description == "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    }

    @Test(arguments: [("00", "00"), ("01", "01"), ("02", "02"), ("03", "03"), ("ff", "03"), ("f8", "00")])
    func flagsOfUnknownMeaningAreNotHandedOn(sent: String, kept: String) {
        let trace = TraceContext(traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-\(sent)")
        #expect(trace?.description.hasSuffix("-\(kept)") == true)
    }

    @Test(arguments: [
        ("2026-03-01T09:30:00Z", "2026-03-01T09:30:00.000000Z"), ("2026-03-01T09:30:00.5+02:00", "2026-03-01T07:30:00.500000Z"),
        ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
    ])
    func timesReadAndPrintInUTC(text: String, expected: String) {
        #expect(Timestamp(text)?.description == expected)
    }

    @Test(arguments: ["2026-02-30T00:00:00Z", "2026-03-01 09:30:00Z", "2026-03-01T24:00:00Z", "2026-03-01T09:30:00", "2026-03-01T09:30:00.1234567Z"])
    func textThatIsNoTimeIsNotRead(text: String) {
        #expect(Timestamp(text) == nil)
    }
}
