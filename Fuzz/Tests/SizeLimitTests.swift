import Domain
import Foundation
import NIOCore
import ServiceKit
import Testing

@testable import Catalogue
@testable import Channels
@testable import Contracts
@testable import FHIR
@testable import Outbound
@testable import ServiceKit
@testable import attune
@testable import attune_ingestion
@testable import attune_notification
@testable import attune_portal

/// Goes one step beyond limits of size that no other test goes beyond.
@Suite struct SizeLimitTests {
    @Test func `A number that is too long is refused`() throws {
        let longest = String(repeating: "1", count: JSONParser.longestNumber)
        #expect(throws: Never.self) { try JSON.parse(Array(longest.utf8)) }
        #expect(throws: JSONSyntaxError.self) { try JSON.parse(Array((longest + "1").utf8)) }
    }

    @Test func `A line that is too long is refused alone`() throws {
        let text = String(repeating: "x", count: BatchLine.byteLimit - 2)
        let lines = try #require(BatchLine.split(ByteBuffer(string: "\"\(text)\"\n\"\(text)x\"\n{}\n"), limit: 3))
        #expect(throws: Never.self) { try lines[0].document() }
        do throws(Problem) {
            _ = try lines[1].document()
            Issue.record("the line was read")
        } catch { #expect(error.name == "line-too-large") }
        #expect(throws: Never.self) { try lines[2].document() }
    }

    @Test func `A form with too many fields is refused`() throws {
        let fields = (0..<Form.mostFields).map { "f\($0)=1" }.joined(separator: "&")
        #expect(throws: Never.self) { try Form(ByteBuffer(string: fields)) }
        #expect(throws: Problem.self) { try Form(ByteBuffer(string: fields + "&g=1")) }
    }

    @Test func `A search with too many parameters is refused, a page has a limit`() throws {
        let most = (0..<FHIRQuery.parameterLimit).map { _ in (name: "_count", value: "100000") }
        #expect(try FHIRQuery(most, knowing: []).count() == FHIRQuery.largestPage)
        #expect(throws: Problem.self) { try FHIRQuery(most + most.prefix(1), knowing: []) }
    }

    @Test func `A header of a record that is too long is refused`() throws {
        let event = EventEnvelope(
            id: try #require(EventID("01890a5d-ac96-774b-bcce-b302099a8057")), type: .sessionHeld,
            source: String(repeating: "s", count: CloudEventsBinding.longestHeader),
            episode: try #require(EpisodeID("01890a5d-ac96-774b-bcce-b302099a8058")), site: SiteID(unchecked: "north"),
            sequence: 1, time: Timestamp(microseconds: 1), trace: nil, payload: [])
        var headers = CloudEventsBinding.headers(of: event)
        let key = CloudEventsBinding.key(of: event.episode)
        #expect(try CloudEventsBinding.event(key: key, headers: headers, value: []) == event)
        headers.append(RecordHeader(name: "ce_source", value: Array((event.source + "s").utf8)))
        #expect(throws: MalformedEvent.self) { try CloudEventsBinding.event(key: key, headers: headers, value: []) }
    }

    @Test func `A token that is too long is refused unread`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let issuer = try TokenIssuer(generating: "k")
        let keys = folder.appending(path: "keys.json").path
        try issuer.write(privateKey: folder.appending(path: "private.json").path, keySet: keys)
        let verifier = try await TokenVerifier(
            .file(keys), rules: TokenRules(issuer: "attune", audience: "attune"), logger: .init(label: "limits"))
        func refusal(_ length: Int) async throws -> TokenRefusal? {
            let subject = String(repeating: "s", count: length)
            let token = try await issuer.token(for: Caller(subject: subject, sites: .all, roles: [.auditor]))
            #expect((token.utf8.count > TokenVerifier.longestToken) == (length > 5000))
            do throws(TokenRefusal) {
                _ = try await verifier.verify(token)
                return nil
            } catch { return error }
        }
        #expect(try await refusal(9000) == .malformed)
        #expect(try await refusal(100) == nil)
    }

    @Test func `A questionnaire that is too large or too deep is refused unread`() throws {
        func reason(_ bytes: [UInt8]) -> String {
            do throws(TextRefusal) {
                _ = try QuestionnaireReading(bytes, file: "f")
                return "none"
            } catch { return error.reason }
        }
        #expect(reason([UInt8](repeating: 0x20, count: QuestionnaireReading.largestFile + 1)).contains("larger"))
        #expect(
            reason([UInt8](repeating: UInt8(ascii: "["), count: QuestionnaireReading.deepestNesting + 1)).contains(
                "deeper"))
        #expect(
            reason([UInt8](repeating: UInt8(ascii: "["), count: QuestionnaireReading.deepestNesting)).contains("JSON"))
    }

    @Test func `A returned mail is read to its limits`() throws {
        let fields = (0...MIMEEntity.limit).map { "X-\($0): x\n" }.joined()
        #expect(MIMEEntity(Array(fields.utf8)[...]).fields.count == MIMEEntity.limit)
        let address = try BounceAddress(try MailAddress("bounces@clinic.example"))
        func mail(levels: Int) -> [UInt8] {
            var mail = "Content-Type: multipart/report; boundary=r\n\n--r\nContent-Type: message/delivery-status\n\n"
            mail += "Action: failed\nStatus: 5.1.1\n\n--r--\n"
            for level in 0..<levels - 1 {
                mail = "Content-Type: multipart/mixed; boundary=b\(level)\n\n--b\(level)\n\(mail)\n--b\(level)--\n"
            }
            return Array("To: bounces+01890a5d-ac96-774b-bcce-b302099a8057@clinic.example\n\(mail)".utf8)
        }
        #expect(BounceReport(mail(levels: BounceReport.depth), to: address) != nil)
        #expect(BounceReport(mail(levels: BounceReport.depth + 1), to: address) == nil)
    }

    @Test func `A directory with too many entries is refused`() {
        let rows = String(repeating: "team,t,north\n", count: DirectoryEntries.countLimit + 1)
        var faults: [DirectoryFault] = []
        #expect(throws: DirectoryFault.self) {
            try DirectoryEntries.read(Array("type,id,site\n\(rows)".utf8), isJSON: false, &faults)
        }
    }

    @Test func `A file that is too large is not imported`() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: file) }
        // A file of that length without content: it takes no room.
        let handle = open(file, O_CREAT | O_WRONLY, 0o600)
        ftruncate(handle, off_t(ImportTable.sizeLimit + 1))
        close(handle)
        #expect(throws: ImportProblem.self) { try ImportTable.read(file: file) }
    }
}
