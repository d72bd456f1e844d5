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

    @Test func aSharedPageReadsBackAsItWasWritten() throws {
        let end = Timestamp(microseconds: 1_790_000_000_000_000)
        for (body, type) in [
            (AccessEventBody.reflectionShared(with: "supervisor", until: end), EventType.reflectionShared),
            (.reflectionShareEnded, .reflectionShareEnded),
        ] {
            let event = AccessEvent(accessedBy: "c-01", reason: "", body: body)
            let bytes = try AccessEventCodec.encode(event)
            #expect(event.type == type)
            #expect(try AccessEventCodec.decode(bytes, type: type) == event)
            #expect(throws: MalformedEvent.self) { try AccessEventCodec.decode(bytes, type: .clientDataViewed) }
            #expect(throws: MalformedEvent.self) { try ClientEventCodec.decode(bytes, type: type) }
        }
        let nobody = AccessEvent(accessedBy: "c-01", reason: "", body: .reflectionShared(with: "", until: end))
        let bytes = try AccessEventCodec.encode(nobody)
        #expect(throws: MalformedEvent.self) { try AccessEventCodec.decode(bytes, type: .reflectionShared) }
    }

    /// Bytes as they stand in ledgers: of versions before shared pages, and of the first that has them.
    private static let recorded: [(hex: String, type: EventType, body: AccessEventBody)] = [
        (
            "42120a0567726170681209636c696e696369616ea20604632d3031", .clientDataViewed,
            .viewed(.graph, as: "clinician", participant: nil)
        ),
        (
            "4a180a0a7265666c656374696f6e120a73757065727669736f72a20604632d3031", .viewRefused,
            .viewRefused(.reflection, as: "supervisor")
        ),
        (
            "52150a0a73757065727669736f721080c097d1edff9603a20604632d3031", .reflectionShared,
            .reflectionShared(with: "supervisor", until: Timestamp(microseconds: 1_790_000_000_000_000))
        ),
        ("5a00a20604632d3031", .reflectionShareEnded, .reflectionShareEnded),
    ]

    @Test func whatWasRecordedIsReadForEver() throws {
        for (hex, type, body) in Self.recorded {
            let digits = Array(hex)
            let bytes = try stride(from: 0, to: digits.count, by: 2).map {
                try #require(UInt8(String(digits[$0...$0 + 1]), radix: 16))
            }
            let event = AccessEvent(accessedBy: "c-01", reason: "", body: body)
            #expect(try AccessEventCodec.decode(bytes, type: type) == event)
            #expect(try AccessEventCodec.encode(event) == bytes, "\(type)")
        }
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
