import AuditLog
import Contracts
import Domain
import Testing

@Suite struct AuditEntryTests {
    private let envelope = EventEnvelope(
        id: EventID("018f2c1e-7a00-7000-8000-00000000000a")!, type: .ratingRecorded, source: "/attune/ingestion",
        episode: EpisodeID("018f2c1e-7a00-7000-8000-000000000001")!, site: SiteID("north")!, sequence: 3,
        time: Timestamp(microseconds: 1_772_357_400_123_456), trace: nil, payload: [1, 2, 3])

    /// Computed by another program from the documented layout.
    @Test func `the canonical bytes and the leaf hash of an entry never change`() {
        let entry = AuditEntry(topic: "attune.episode-events.v1", envelope)
        let hex = entry.canonicalBytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(
            hex == """
                0100000018617474756e652e657069736f64652d6576656e74732e763100000010018f2c1e7a007000800000000000000a\
                00000019617474756e652e726174696e672e7265636f726465642e763100000010018f2c1e7a0070008000000000000001\
                000000080000000000000003000000056e6f7274680000000800064bf31d3fd840000000112f617474756e652f696e6765\
                7374696f6e00000020039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81
                """)
        #expect(
            entry.leafHash.description == "81667e2163a48b15d4f3ac563140d6a4f9ff11367c32c5dbdf28aae0e4b1152a")
    }

    @Test func `every field of an event changes its leaf`() {
        let topic = "attune.episode-events.v1"
        let entry = AuditEntry(topic: topic, envelope)
        func changed(
            id: EventID? = nil, type: EventType? = nil, source: String? = nil, episode: EpisodeID? = nil,
            site: SiteID? = nil, sequence: Int64? = nil, time: Timestamp? = nil, payload: [UInt8]? = nil
        ) -> AuditEntry {
            AuditEntry(
                topic: topic,
                EventEnvelope(
                    id: id ?? envelope.id, type: type ?? envelope.type, source: source ?? envelope.source,
                    episode: episode ?? envelope.episode, site: site ?? envelope.site,
                    sequence: sequence ?? envelope.sequence, time: time ?? envelope.time, trace: nil,
                    payload: payload ?? envelope.payload))
        }
        let others = [
            AuditEntry(topic: "attune.alerts.v1", envelope), changed(id: EventID("018f2c1e-7a00-7000-8000-00000000000b")!),
            changed(type: .ratingCorrected), changed(source: "/attune/scoring"),
            changed(episode: EpisodeID("018f2c1e-7a00-7000-8000-000000000002")!), changed(site: SiteID("south")!),
            changed(sequence: 4), changed(time: envelope.time.advanced(bySeconds: 1)), changed(payload: [1, 2]),
        ]
        #expect(Set((others + [entry]).map(\.leafHash)).count == others.count + 1)
    }
}
