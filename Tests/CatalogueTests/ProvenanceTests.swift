import Catalogue
import Domain
import Foundation
import Testing

/// Walks over everything that is built in: no figure without source, no wording, nothing uncertain by default.
@Suite struct ProvenanceTests {
    private let instruments: [Instrument]

    init() throws { instruments = try Builtin.catalogue().instruments }

    private static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Shared/Catalogue/Builtin")

    /// All norm sets with the place they belong to, of totals and of subscales.
    private var normSets: [(place: String, set: NormSet)] {
        instruments.flatMap { instrument in
            instrument.normSets.map { ("\(instrument.reference)", $0) }
                + instrument.subscales.flatMap { subscale in
                    subscale.normSets.map { ("\(instrument.reference) \(subscale.id)", $0) }
                }
        }
    }

    private var bandSets: [(place: String, set: BandSet)] {
        instruments.flatMap { instrument in
            (instrument.bandSets + instrument.subscales.flatMap(\.bandSets)).map { ("\(instrument.reference)", $0) }
        }
    }

    @Test func everyFigureNamesItsSource() {
        func check(_ evidence: Evidence?, _ place: String) {
            #expect((evidence?.source.count ?? 0) > 15, "\(place)")
        }
        for instrument in instruments {
            check(instrument.evidence, "\(instrument.reference)")
            if let rule = instrument.allianceRule { check(rule.evidence, "\(instrument.reference) alliance") }
            for item in instrument.items?.safety ?? [] where item.evidence != nil {
                check(item.evidence, "\(instrument.reference) item \(item.item)")
            }
        }
        for (place, set) in normSets {
            check(Evidence(source: set.source, confidence: set.confidence), "\(place) \(set.id)")
            check(set.cutOffEvidence, "\(place) \(set.id) cut-off")
            check(set.reliableChangeEvidence, "\(place) \(set.id) reliable change")
        }
        for (place, set) in bandSets { check(set.evidence, "\(place) \(set.id)") }
        #expect(normSets.count > 40)
        #expect(bandSets.count > 15)
    }

    /// What the reference calls uncertain holds only where a site chooses it; Attune's own measures say that
    /// they rest on nothing.
    @Test func nothingUncertainHoldsWithoutAChoice() {
        for (place, set) in normSets where set.standing == .standard {
            var used = [set.confidence]
            if set.cutOff != nil { used.append(set.cutOffEvidence.confidence) }
            if set.reliableChange != nil { used.append(set.reliableChangeEvidence.confidence) }
            #expect(!used.contains(.uncertain), "\(place) \(set.id)")
        }
        for (place, set) in bandSets where set.standing == .standard {
            #expect(set.evidence.confidence != .uncertain, "\(place) \(set.id)")
        }
        for instrument in instruments where instrument.evidence?.confidence == .uncertain {
            #expect(instrument.isUnvalidated, "\(instrument.reference)")
        }
        #expect(normSets.contains { $0.set.cutOffEvidence.confidence == .uncertain })
    }

    /// Exactly one set holds for each rater for whom there are figures at all, and a choice is needed for none.
    @Test func everyRaterHasExactlyOneStandardSet() {
        for instrument in instruments where !instrument.isUnvalidated {
            for role in RaterRole.allCases {
                for age in AgeBand.allCases {
                    for sex in Sex.allCases {
                        let fitting = instrument.normSets.filter { $0.population.includes(role, age, sex) }
                        let standard = fitting.filter { $0.standing == .standard }
                        #expect(
                            standard.count == (fitting.isEmpty ? 0 : 1), "\(instrument.reference) \(role) \(age) \(sex)"
                        )
                        #expect(instrument.normSet(for: role, ageBand: age, sex: sex) == standard.first)
                    }
                }
            }
        }
    }

    @Test func normSetsHaveOneMeaningInTheWholeCatalogue() {
        let ids = normSets.map(\.set.id.text)
        #expect(Set(ids).count == ids.count)
    }

    @Test func aComputedReliableChangeStandsBesideTheStoredOneAndIsNeverFarOff() {
        let derived = normSets.compactMap { entry in entry.set.derivation.map { (entry.place, entry.set, $0) } }
        #expect(derived.count == 6)
        for (place, set, derivation) in derived {
            let instrument = instruments.first { place.hasPrefix("\($0.reference)") }
            let stored = Double(set.reliableChange ?? 0) / Double(instrument?.stepDenominator ?? 1)
            #expect(stored >= derivation.points && stored < derivation.points + 1, "\(place) \(set.id)")
        }
    }

    @Test func everySafetyItemIsNeededForATotal() throws {
        for instrument in instruments {
            guard let scale = instrument.items else { continue }
            for safety in scale.safety {
                var given: [Int?] = scale.ranges.map(\.lowerBound)
                given[safety.item - 1] = nil
                #expect(throws: AnswerProblem.self, "\(instrument.reference)") { try instrument.score(.items(given)) }
            }
        }
    }

    /// The YAML has fields for figures alone; a field for wording is unknown and so refused at every level.
    @Test func thereIsNoFieldForItemWording() throws {
        let example = SiteFolder.example
        let places = [
            ("    version: \"1\"\n", "    version: \"1\"\n    text: words\n"),
            ("{count: 6, minimum", "{count: 6, texts: [words], minimum"),
            ("licence: {wording: site_owned, holder", "licence: {wording: site_owned, words: words, holder"),
        ]
        for (part, fault) in places {
            let folder = try SiteFolder(["site.yaml": example.replacing(part, with: fault)])
            let error = try #require(throws: CatalogueError.self) { try Catalogue.load(siteFolder: folder.path) }
            #expect(error.reason.contains("unknown field"))
        }
    }

    /// Texts are shipped for Attune's own measures alone.
    @Test func textsAreBuiltInForAttunesOwnMeasuresAlone() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        let texts = ["alliance", "wellbeing"].flatMap { ["attune-\($0).de.json", "attune-\($0).en.json"] }
        #expect(files.filter { $0.hasSuffix(".json") }.sorted() == texts)
        let owned = instruments.filter { $0.licence.wording == .attuneOwned }
        #expect(owned.map(\.reference.id.text) == ["attune-alliance", "attune-wellbeing"])
        #expect(instruments.filter(\.isUnvalidated) == owned)
    }

    /// A definition that lies in the folder and is not in the list would silently not exist.
    @Test func everyDefinitionInTheFolderIsRead() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter {
            $0.hasSuffix(".yaml")
        }
        var defined: Set<String> = []
        for file in files {
            let text = try String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)
            let copy = try SiteFolder(["copy.yaml": text])
            // Read a second time as a site's file, its first instrument is there already.
            let error = try #require(throws: CatalogueError.self, "\(file)") {
                try Catalogue.load(siteFolder: copy.path)
            }
            #expect(error.reason.contains("is defined twice"), "\(file): \(error)")
            defined.insert(file)
        }
        #expect(defined.count == 23)
    }
}
