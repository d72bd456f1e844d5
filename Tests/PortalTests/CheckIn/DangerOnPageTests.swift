import Domain
import Foundation
import TestSupport
import Testing

@testable import Catalogue
@testable import PortalFixture
@testable import attune_portal

/// What a client reads who has answered that they are in danger.
@Suite struct DangerOnPageTests {
    /// Wording of the test's own.
    private static let phq9: String = {
        let codes = [
            "44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8",
        ]
        let choices = (0...3).map { score in
            #"{"valueCoding": {"code": "LA\#(6568 + score)-\#(["5", "3", "1", "9"][score])", "#
                + #""system": "http://loinc.org", "#
                + #""display": "Answer \#(score)", "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "#
                + #""valueDecimal": \#(score)}]}}"#
        }
        let items = codes.map {
            #"{"linkId": "\#($0)", "type": "choice", "text": "Question", "#
                + #""code": [{"system": "http://loinc.org", "code": "\#($0)"}], "#
                + #""answerOption": [\#(choices.joined(separator: ","))]}"#
        }
        return #"{"resourceType": "Questionnaire", "status": "active", "language": "en", "copyright": "Of a test", "#
            + #""code": [{"system": "urn:attune:instrument", "code": "phq-9"}], "item": [\#(items.joined(separator: ","))]}"#
    }()

    @Test(arguments: [(0, false), (1, true)])
    func `Whoever answers that they are in danger is told at once to talk to somebody`(item9: Int, isTold: Bool)
        async throws
    {
        let folder = FileManager.default.temporaryDirectory.appending(path: "texts-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (texts, file) = (folder.appending(path: "texts").path, folder.appending(path: "phq-9.json"))
        try Data(Self.phq9.utf8).write(to: file)
        _ = try TextFolder(path: texts).store(file.path, against: StoredEpisode.catalogue)
        try await PortalServer.run(on: try TestDatabase.make(), environment: ["ATTUNE_TEXTS_DIR": texts]) { server in
            var episode = StoredEpisode()
            // What somebody was asked before is asked again.
            episode.add(
                .ratingRecorded(
                    Rating(
                        id: RatingID(rawValue: UUID()), participant: episode.rater, instrument: .phq9, session: 1,
                        day: CalendarDay(daysSinceEpoch: 20_400), answers: .items([0, 0, 0, 0, 0, 0, 0, 0, 0]))))
            let scene = try await CheckInScene(server, episode)
            let (browser, path) = try await scene.begun()
            let answered = try await browser.answer(path + "/m/phq-9", (1...8).map { _ in "0" } + ["\(item9)"])
            try #require(answered.status == 303, "\(answered.text)")
            let summary = try await browser.get(path + "/summary").text
            #expect(summary.contains("Please talk to somebody today") == isTold)
            #expect(summary.contains("the emergency number of your country") == isTold)
        }
    }
}
