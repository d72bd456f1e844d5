import Domain
import Testing

@Suite struct CourseFileTests {
    private func courses(_ text: String) throws(CourseFileProblem) -> [ClosedCourse] {
        try CourseFile(text, instrument: Examples.outcome).courses
    }

    @Test func rowsBecomeCoursesWhateverTheirOrder() throws {
        let found = try courses(
            "score,person,clinic,session\r\n18.3,b,x,1\r\n\"9.0\", a ,x,2\r\n\r\n21,b,x,3\r\n12.5,a,x,1\r\n")
        #expect(found.map(\.intake) == [183, 125])
        #expect(found.map(\.later) == [[.init(session: 3, score: 210)], [.init(session: 2, score: 90)]])
    }

    @Test(arguments: [
        ("", 1, "column person"), ("person,session\na,1\n", 1, "column score"),
        ("person,session,score\na,1\n", 2, "2 fields"), ("person,session,score\n,1,3\n", 2, "no person"),
        ("person,session,score\na,0,3\n", 2, "session"), ("person,session,score\na,1,3\na,1.5,3\n", 3, "session"),
        ("person,session,score\na,1,\n", 2, "not a decimal"), ("person,session,score\na,1,3.25\n", 2, "smallest step"),
        ("person,session,score\na,1,40.1\n", 2, "outside 0.0 to 40.0"),
    ])
    func whatCannotBeReadIsNamedByItsLine(text: String, line: Int, words: String) throws {
        let problem = #expect(throws: CourseFileProblem.self) { try courses(text) }
        #expect(problem?.line == line)
        #expect(problem?.reason.contains(words) == true)
        #expect(problem?.description.contains("40.1") == false, "no score may reach a log")
    }
}

@Suite struct FittedModelReportTests {
    @Test func theReportStatesWhatTheModelRestsOn() throws {
        let fit = try ModelFittingTests.fit(ModelFittingTests.courses(250, seed: 60))
        let report = fit.report(Examples.outcome)
        for words in [
            "Courses from 2022-01-08 to 2023-12-09: 250 with 1750 ratings", "raters: self; ages: adult",
            "level (b0)", "residual variance", "on the courses of the fit", "cross-validation", "session 6 to 9",
            "up to session 8",
        ] { #expect(report.contains(words), "\(words)") }
        #expect(!report.split(separator: "\n").contains { $0.last == " " })
    }

    /// Read back figure by figure, since every bit counts for the hash.
    @Test func theCatalogueTextHoldsEveryFigureToTheLastBit() throws {
        let fit = try ModelFittingTests.fit(ModelFittingTests.courses(250, seed: 61))
        let text = fit.catalogueText(
            id: ModelID(unchecked: "ors-own"), version: "2026-1", label: "our \"own\" courses\nof 2025",
            instrument: Examples.outcome)
        func numbers(_ field: String) throws -> [Double] {
            let line = try #require(text.split(separator: "\n").first { $0.drop { $0 == " " }.hasPrefix(field + ":") })
            return line.split { !"0123456789.e-+".contains($0) }.compactMap { Double($0) }
        }
        let c = fit.coefficients
        #expect(try numbers("beta") == [c.beta.a, c.beta.b, c.beta.c, c.beta.d])
        #expect(try numbers("beta_covariance") == c.betaCovariance.upperTriangle)
        #expect(try numbers("residual_variance") == [c.residualVariance])
        #expect(text.contains("level_slope: \(c.levelSlopeCovariance),"))
        #expect(text.contains("label: \"our \\\"own\\\" courses of 2025\""))
        #expect(text.contains("    raters: [self]\n    ages: [adult]\n"))
        #expect(text.contains("instrument: {id: ors, version: \"2000\"}"))
        #expect(text.contains("baseline: {minimum: \(Examples.outcome.text(fit.baselineSupport.lowerBound)), maximum: "))
    }
}
