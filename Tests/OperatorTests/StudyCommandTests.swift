import Foundation
import ServiceKit
import Testing

@Suite struct StudyCommandTests {
    private static let small = ["study", "detection", "--courses", "300", "--history", "400", "--seed", "7"]

    @Test func `The same seed gives the same study, as table, JSON and picture`() async throws {
        let files = try TestFolder()
        let picture = files.path("study.svg")
        let table = try await Program.attune(Self.small + ["--svg", picture])
        #expect(table.status == 0, "\(table.errors)")
        #expect(table.output.contains("Courses with two or more ratings: "))
        #expect(table.output.contains("by rating  sensitivity            specificity"))
        #expect(try String(contentsOfFile: picture, encoding: .utf8).contains("<svg"))
        let again = try await Program.attune(Self.small)
        #expect(again.output == table.output)

        let json = try await Program.attune(Self.small + ["--json"])
        let report = try JSON.parse(Array(json.output.utf8))
        #expect(report["seed"] == "7")
        #expect(report["made_to_deteriorate"]?["of"] == 300)
        guard case .array(let studies)? = report["studies"] else {
            Issue.record("\(json.output)")
            return
        }
        #expect(studies.map { $0["truth"] }.count == 2)
        let other = try await Program.attune(["study", "detection", "--courses", "300", "--history", "400", "--seed", "8"])
        #expect(other.status == 0 && other.output != table.output)
    }

    @Test func `A history too short for a model ends the study with a reason`() async throws {
        let ending = try await Program.attune(["study", "detection", "--courses", "100", "--history", "100"])
        #expect(ending.status == 1)
        #expect(ending.errors.contains("are needed"))
        #expect(try await Program.attune(["study", "detection", "--courses", "5"]).status == 64)
    }
}
