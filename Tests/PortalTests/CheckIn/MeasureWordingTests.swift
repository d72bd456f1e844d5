@testable import Catalogue
import Domain
import Foundation
import TestSupport
import Testing

@testable import PortalFixture
@testable import attune_portal

/// Measures that come with their own wording: loaded, missing, in another language, on a line.
@Suite struct MeasureWordingTests {
    /// A resource with wording of the test's own: the instrument's belongs to somebody.
    static func ors(language: String) -> String {
        questionnaire("ors", items: 4, 0...10, language: language)
    }

    static func questionnaire(
        _ instrument: String, items count: Int, _ range: ClosedRange<Int>, language: String
    ) -> String {
        func limit(_ name: String, _ value: Int) -> String {
            #"{"url": "http://hl7.org/fhir/StructureDefinition/\#(name)", "valueDecimal": \#(value)}"#
        }
        let items = (1...count).map {
            #"{"linkId": "item\#($0)", "type": "decimal", "text": "Line <\#($0)>", "#
                + #""extension": [\#(limit("minValue", range.lowerBound)), \#(limit("maxValue", range.upperBound))]}"#
        }
        return #"{"resourceType": "Questionnaire", "status": "active", "language": "\#(language)", "#
            + #""copyright": "Of a test", "#
            + #""code": [{"system": "urn:attune:instrument", "code": "\#(instrument)"}], "item": [\#(items.joined(separator: ","))]}"#
    }

    private func withORS(
        texts language: String?, _ body: (CheckInScene) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "texts-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let texts = folder.appending(path: "texts").path
        if let language {
            let file = folder.appending(path: "ors.json")
            try Data(Self.ors(language: language).utf8).write(to: file)
            _ = try TextFolder(path: texts).store(file.path, against: StoredEpisode.catalogue)
        }
        try await PortalServer.run(on: try TestDatabase.make(), environment: ["ATTUNE_TEXTS_DIR": texts]) { server in
            var episode = StoredEpisode()
            episode.rate([200, 210])
            try await body(try await CheckInScene(server, episode))
        }
    }

    @Test func `Lines take tenths as readers write them, and an empty one is no answer`() async throws {
        try await withORS(texts: "en") { scene in
            let (browser, path) = try await scene.begun()
            let page = try await browser.get(path + "/m/ors")
            #expect(page.text.contains("1. Line &lt;1&gt;"))
            let line = #"data-line="item1" data-lowest="0.0" data-highest="10.0" data-step="0.1" data-better="high""#
            #expect(page.text.contains(line))
            #expect(page.text.contains(#"name="item1" value="""#))
            #expect(page.text.contains("Of a test"))
            for wrong in ["", "10.1", "-0.1", "3.14", "five", "1.2.3"] {
                let refused = try await browser.answer(path + "/m/ors", ["1.5", "2", wrong, "3"])
                #expect(refused.status == 422 && refused.text.contains(#"id="item3-fault""#), "\(wrong)")
                #expect(refused.text.contains(#"name="item1" value="1.5""#))
            }
            #expect(try await browser.answer(path + "/m/ors", ["0", "10", "6,4", " 2.50 "]).status == 303)
            #expect(try scene.ratings.last?.answers == .items([0, 100, 64, 25]))
            #expect(try await browser.get(path + "/summary").text.contains("add up to 18.9."))
        }
    }

    @Test func `Where only another language is there, it is shown as what it is`() async throws {
        try await withORS(texts: "nl") { scene in
            let (browser, path) = try await scene.begun(language: "de")
            let page = try await browser.get(path + "/m/ors").text
            #expect(page.contains(#"<html lang="de">"#))
            #expect(page.contains(#"id="item1-label" lang="nl""#))
            #expect(page.contains("gibt es hier nicht in Ihrer Sprache"))
        }
    }

    @Test func `Where no wording is there, the page says which and how it is loaded, and paper is named`() async throws {
        try await withORS(texts: nil) { scene in
            let (browser, path) = try await scene.begun()
            #expect(try await browser.get(path + "/next").location == path + "/summary")
            for address in ["/summary", "/m/ors"] {
                let page = try await browser.get(path + address)
                #expect(page.status == 200)
                #expect(page.text.contains("The questions of Outcome Rating Scale are not available here."))
                #expect(page.text.contains("attune texts load ors.json"))
                #expect(page.text.contains("on paper"))
            }
            #expect(try await browser.answer(path + "/m/ors", ["1", "1", "1", "1"]).status == 404)
            #expect(try await browser.answer(path + "/m/ors", [], button: "decline").status == 303)
            #expect(try await browser.get(path + "/summary").text.contains("rather not answer this today"))
        }
    }

    @Test func `Every measure is asked by choices, a line or a number, and each end has its meaning`() throws {
        let library = try TextLibrary.builtIn(StoredEpisode.catalogue)
        for instrument in StoredEpisode.catalogue.instruments {
            for texts in library.all where texts.instrument == instrument.reference {
                for item in texts.items { #expect(ItemForm(item, of: instrument) == .choices) }
            }
            guard let scale = instrument.items else { continue }
            let bare = ItemForm(ItemText(item: 1, text: "", choices: []), of: instrument)
            #expect((bare == .line) == ((scale.ranges[0].count - 1) / scale.step >= 50), "\(instrument.reference)")
        }
    }
}
