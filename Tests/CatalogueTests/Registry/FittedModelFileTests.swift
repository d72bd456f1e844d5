import Catalogue
import Domain
import Testing

@Suite struct FittedModelFileTests {
    private func fit(_ ors: Instrument, seed: UInt64) throws -> FittedModel {
        var numbers = SplitMix64(seed: seed)
        let network = SimulatedNetwork.outcomeScale(ors, try #require(ors.normSet(for: .`self`, .adult)))
        let day = try #require(CalendarDay("2025-03-01"))
        return try FittedModel(
            network.courses(400, using: &numbers).compactMap(\.closed), instrument: ors, population: network.population,
            period: day...CalendarDay(daysSinceEpoch: day.daysSinceEpoch + 300))
    }

    @Test(arguments: [UInt64(1), 2, 3]) func whatAFitWritesTheCatalogueReads(seed: UInt64) throws {
        let ors = try Builtin.instrument("ors", "2000")
        let fit = try fit(ors, seed: seed)
        let record = fit.record(
            at: try #require(Timestamp("2026-03-01T09:30:00.123456Z")), by: OperatorName(unchecked: "op-17"))
        let file = try FittedModelFile(
            fit, id: ModelID(unchecked: "ors-north"), version: "2026-1", label: "our \"own\" courses: of\n2025",
            instrument: ors, record: record)
        let catalogue = try RegistryExample.load(file.text)
        let model = try #require(catalogue.models(for: ors.reference).first { $0.reference.id.text == "ors-north" })
        #expect(model == file.model)
        #expect(model.coefficients == fit.coefficients)
        #expect(model.baselineSupport == fit.baselineSupport && model.maxSession == fit.maxSession)
        #expect(model.population.raterRoles == fit.population.raterRoles)
        #expect(model.label == "our \"own\" courses: of 2025")
        let hash = model.reference.hash.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        #expect(file.text.contains("    hash: \"\(hash)\"\n"))
        let version = try #require(catalogue.registry.versions.first { $0.reference == model.reference })
        #expect(version.origin == .fitted(record) && version.status == .candidate)
        // A candidate scores nobody, and a figure that was changed afterwards is found.
        #expect(catalogue.modelName() == "ors-start@1")
        let changed = file.text.replacing("max_session: \(fit.maxSession)", with: "max_session: \(fit.maxSession - 1)")
        #expect(throws: CatalogueError.self) { try RegistryExample.load(changed) }
    }
}
