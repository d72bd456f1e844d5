import Contracts
import Domain
import Testing

@Suite struct AccessAndResealCodecTests {
    private let digest = [UInt8](repeating: 7, count: 32)

    @Test func anExportOfEvidenceReadsBackAsItWasWritten() throws {
        let bounds: [(Timestamp?, Timestamp?)] = [(nil, nil), (Timestamp(microseconds: 0), Timestamp(microseconds: 9))]
        for (from, before) in bounds {
            let event = AccessEvent(
                accessedBy: "op-17", reason: "case 12",
                body: .evidenceExported(
                    ExportedEvidence(
                        export: EventID("018f2c1e-7a00-7000-8000-00000000000a")!, manifestDigest: digest, events: 12,
                        episodes: [EpisodeID("018f2c1e-7a00-7000-8000-000000000001")!], sites: [SiteID("north")!],
                        from: from, before: before)))
            let bytes = try AccessEventCodec.encode(event)
            #expect(try AccessEventCodec.decode(bytes, type: .evidenceExported) == event)
            #expect(throws: MalformedEvent.self) { try AccessEventCodec.decode(bytes, type: .ratingRecorded) }
            #expect(throws: MalformedEvent.self) { try AccessEventCodec.decode([], type: .evidenceExported) }
        }
    }

    @Test func aChangeOfTheDirectoryReadsBackAsItWasWritten() throws {
        func event(_ digest: [UInt8]) -> AccessEvent {
            AccessEvent(
                accessedBy: "op-17", reason: "",
                body: .directoryChanged(
                    DirectoryChange(
                        application: EventID("018f2c1e-7a00-7000-8000-00000000000a")!, fileDigest: digest,
                        added: ["person c-01", "site north"], changed: ["team t-1"], deactivated: ["person c-02"])))
        }
        let bytes = try AccessEventCodec.encode(event(digest))
        #expect(try AccessEventCodec.decode(bytes, type: .directoryChanged) == event(digest))
        #expect(throws: MalformedEvent.self) { try AccessEventCodec.decode(bytes, type: .evidenceExported) }
        let short = try AccessEventCodec.encode(event([1]))
        #expect(throws: MalformedEvent.self) { try AccessEventCodec.decode(short, type: .directoryChanged) }
    }

    @Test func aResealEntryReadsBackAsItWasWritten() throws {
        let tree = LogReseal.Tree(size: 200, root: digest)
        for agreed in [nil, tree] {
            let reseal = LogReseal(
                origin: "example.org/audit", restored: tree, agreed: agreed,
                lost: [LogReseal.Tree(size: 320, root: digest)], lastNote: "note\n", reason: "disk", resealedBy: "op-17",
                resealedAt: Timestamp(microseconds: 5))
            #expect(try LogResealCodec.decode(LogResealCodec.encode(reseal)) == reseal)
            #expect(reseal.lost[0].size == 320)
        }
        let short = LogReseal(
            origin: "o", restored: LogReseal.Tree(size: 1, root: [1]), agreed: nil, lost: [], lastNote: "", reason: "",
            resealedBy: "", resealedAt: Timestamp(microseconds: 0))
        #expect(throws: MalformedEvent.self) { try LogResealCodec.decode(LogResealCodec.encode(short)) }
    }
}
