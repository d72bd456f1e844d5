import Catalogue
import Domain
import Foundation
import Testing

@Suite final class TextFolderTests {
    private let catalogue: Catalogue
    private let site: SiteFolder
    private let folder: TextFolder
    private let gad7 = InstrumentReference(id: InstrumentID(unchecked: "gad-7"), version: "2006")
    private let english: LanguageTag

    init() throws {
        catalogue = try Builtin.catalogue()
        site = try SiteFolder([:])
        folder = TextFolder(path: site.path + "/texts")
        english = try #require(LanguageTag("EN"))
    }

    private func file(_ example: QuestionnaireExample = QuestionnaireExample()) throws -> String {
        let path = site.path + "/resource.json"
        try Data(example.bytes).write(to: URL(filePath: path))
        return path
    }

    @Test func loadedTextsAreCopiedPinnedAndFoundAgain() throws {
        let stored = try folder.store(try file(), against: catalogue)
        #expect(stored.isNew)
        let library = try folder.library(catalogue)
        #expect(library.texts(for: gad7, in: english) == stored.texts)
        #expect(library.languages(of: gad7) == [english])
        let pins = try String(contentsOfFile: folder.path + "/pins.json", encoding: .utf8)
        #expect(pins.contains(stored.texts.checksum))
        #expect(pins.contains("gad-7_2006_en.json"))
    }

    @Test func loadingTheSameAgainChangesNothing() throws {
        _ = try folder.store(try file(), against: catalogue)
        let pins = try Data(contentsOf: URL(filePath: folder.path + "/pins.json"))
        #expect(try folder.store(try file(), against: catalogue).isNew == false)
        #expect(try Data(contentsOf: URL(filePath: folder.path + "/pins.json")) == pins)
    }

    @Test func otherTextsTakeThePlaceOfPinnedOnesOnlyExplicitly() throws {
        let first = try folder.store(try file(), against: catalogue)
        var example = QuestionnaireExample()
        example.items[0].text = "other words"
        let other = try file(example)
        let error = try #require(throws: TextRefusal.self) { try folder.store(other, against: catalogue) }
        #expect(error.reason.contains("differs from the pinned texts of gad-7@2006 in en"))
        #expect(try folder.library(catalogue).texts(for: gad7, in: english) == first.texts)
        _ = try folder.store(other, against: catalogue, replacing: true)
        #expect(try folder.library(catalogue).texts(for: gad7, in: english)?.items[0].text == "other words")
    }

    @Test func textsThatWereChangedAfterTheCheckAreRefused() throws {
        _ = try folder.store(try file(), against: catalogue)
        var example = QuestionnaireExample()
        example.items[0].text = "slipped in"
        try Data(example.bytes).write(to: URL(filePath: folder.path + "/gad-7_2006_en.json"))
        let error = try #require(throws: TextRefusal.self) { try folder.library(catalogue) }
        #expect(error.file.hasSuffix("gad-7_2006_en.json"))
        #expect(error.reason.contains("checksum"))
    }

    @Test func aFileThatIsNotPinnedOrAPinWithoutFileIsRefused() throws {
        _ = try folder.store(try file(), against: catalogue)
        try Data(QuestionnaireExample().bytes).write(to: URL(filePath: folder.path + "/placed.json"))
        #expect(try #require(throws: TextRefusal.self) { try folder.library(catalogue) }.reason.contains("not pinned"))
        try FileManager.default.removeItem(atPath: folder.path + "/placed.json")
        try FileManager.default.removeItem(atPath: folder.path + "/gad-7_2006_en.json")
        #expect(throws: TextRefusal.self) { try folder.library(catalogue) }
    }

    @Test(arguments: [
        "{", #"{"texts":[{"file":"../x.json","instrument":"gad-7","version":"2006","language":"en","sha256":"0"}]}"#,
        #"{"texts":[{"file":"x.json","instrument":"GAD 7","version":"2006","language":"en","sha256":"0"}]}"#,
    ])
    func pinsThatWereTamperedWithAreRefused(pins: String) throws {
        _ = try folder.store(try file(), against: catalogue)
        try Data(pins.utf8).write(to: URL(filePath: folder.path + "/pins.json"))
        let error = try #require(throws: TextRefusal.self) { try folder.library(catalogue) }
        #expect(error.file.hasSuffix("pins.json"))
    }

    @Test func nothingIsWrittenOfARefusedResource() throws {
        var example = QuestionnaireExample()
        example.items.removeLast()
        let short = try file(example)
        #expect(throws: TextRefusal.self) { try folder.store(short, against: catalogue) }
        #expect(!FileManager.default.fileExists(atPath: folder.path))
        #expect(throws: TextRefusal.self) { try folder.store(site.path + "/absent.json", against: catalogue) }
    }

    @Test func aFolderThatIsNotThereHoldsAttunesOwnTextsAlone() throws {
        let library = try folder.library(catalogue)
        #expect(
            library.all.map { "\($0.instrument) \($0.language)" } == ["attune-alliance@1 de", "attune-alliance@1 en", "attune-wellbeing@1 de", "attune-wellbeing@1 en"])
    }

    @Test func whatIsMissingInALanguageIsListed() throws {
        _ = try folder.store(try file(), against: catalogue)
        let missing = try folder.library(catalogue).missing(catalogue.instruments, in: english).map { "\($0)" }
        #expect(missing.contains("phq-9@2001"))
        #expect(!missing.contains("gad-7@2006"))
        #expect(!missing.contains("attune-wellbeing@1"))
        // Taken as a total: there is nothing to show.
        #expect(!missing.contains("oq-30@2"))
    }

    @Test func attunesOwnMeasuresHaveTheirTextsAndAreCalledUnvalidated() throws {
        let library = try TextLibrary.builtIn(catalogue)
        for id in ["attune-wellbeing", "attune-alliance"] {
            let reference = InstrumentReference(id: InstrumentID(unchecked: id), version: "1")
            let instrument = try #require(catalogue.instrument(reference))
            let texts = try #require(library.texts(for: reference, in: english))
            #expect(texts.items.count == 5)
            #expect(texts.introduction.count == 1)
            #expect(texts.title?.contains("unvalidated") == true)
            #expect(instrument.isUnvalidated)
            #expect(instrument.title.contains("unvalidated"))
            let tag = try #require(LanguageTag("de"))
            let german = try #require(library.texts(for: reference, in: tag))
            #expect(german.title?.contains("nicht validiert") == true)
            #expect(german.items.map { $0.choices.map(\.answer) } == texts.items.map { $0.choices.map(\.answer) })
            #expect(Set(german.items.map(\.text)).isDisjoint(with: texts.items.map(\.text)))
        }
    }

    @Test(arguments: ["", "e", "english", "en_GB", "en-", "12", "en-toolongpart", "a-b-c-d-e-f"])
    func whatIsNoLanguageTagIsRefused(text: String) {
        #expect(LanguageTag(text) == nil)
    }
}
