@testable import Domain
import Testing

@Suite struct SimulatedNetworkTests {
    private static let network = SimulatedNetwork.outcomeScale(Examples.outcome, Examples.adultNorms)

    @Test func theSameSeedMakesTheSameCourses() {
        var (one, other, third) = (SplitMix64(seed: 9), SplitMix64(seed: 9), SplitMix64(seed: 10))
        let courses = Self.network.courses(50, using: &one)
        #expect(courses == Self.network.courses(50, using: &other))
        #expect(courses != Self.network.courses(50, using: &third))
    }

    /// Swift and Greenberg 2012: 19.7 % drop out; deterioration in 5 to 10 % of adults; intakes of 16 to 19.
    @Test func theDefaultNetworkLooksLikePublishedServices() {
        var numbers = SplitMix64(seed: 11)
        let courses = Self.network.courses(4000, using: &numbers)
        let n = Double(courses.count)
        #expect((0.17...0.24).contains(Double(courses.count(where: \.hasDroppedOut)) / n))
        #expect((0.04...0.06).contains(Double(courses.count(where: \.deterioratesByNature)) / n))
        #expect((160...190).contains(Double(courses.reduce(0) { $0 + $1.intake }) / n))
        let worse = courses.count { course in (course.ratings.last?.score ?? course.intake) <= course.intake - 50 }
        #expect((0.05...0.10).contains(Double(worse) / n))
        for course in courses {
            #expect(Self.network.intakeRange.contains(course.intake))
            #expect(course.ratings.allSatisfy { (0...400).contains($0.score) && (2...16).contains($0.session) })
            #expect(zip(course.ratings, course.ratings.dropFirst()).allSatisfy { $0.session < $1.session })
        }
    }

    @Test func whoDeterioratesByNatureEndsLowerThanWhoDoesNot() {
        var network = Self.network
        network.attendance = .everyone(sessions: 10)
        network.deteriorating = 0.5
        for direction in ScoreDirection.allCases {
            var turned = network
            turned.instrument = Examples.outcomeScale(direction)
            if direction == .lowerIsBetter {
                turned.coefficients = .init(
                    beta: Vector4(0, 1, 1.8, -0.27), betaCovariance: network.coefficients.betaCovariance,
                    levelVariance: 4, levelSlopeCovariance: 0, slopeVariance: 8, residualVariance: 22)
                turned.intakeMean = 22
            }
            var numbers = SplitMix64(seed: 12)
            let courses = turned.courses(600, using: &numbers)
            func meanChange(_ nature: Bool) -> Double {
                let changes = courses.filter { $0.deterioratesByNature == nature }.map {
                    direction.improvement(from: $0.intake, to: $0.ratings.last?.score ?? $0.intake)
                }
                return Double(changes.reduce(0, +)) / Double(max(1, changes.count))
            }
            #expect(meanChange(true) < -70)
            #expect(meanChange(false) > 50)
        }
    }

    @Test func aDeteriorationComesWhenItIsSaidTo() {
        let late = SimulatedNetwork.Deterioration(weight: 1, after: 4, over: 3, loss: 10, lossDeviation: 0)
        #expect((1...8).map { late.share(at: $0) } == [0, 0, 0, 0, 1 / 3.0, 2 / 3.0, 1, 1])
    }
}

@Suite struct DetectionStudyTests {
    private func trajectory(_ scores: [Int]) -> Trajectory {
        Trajectory.score(scores.enumerated().map { Examples.rating($0 + 1, score: $1) }, on: Examples.basis)
    }

    private func study(_ courses: [Int]...) -> DetectionStudy {
        DetectionStudy(courses.map(trajectory), direction: .higherIsBetter, reliableChange: 50)
    }

    // Bounds of an intake of 18.0 at session 2: 68 % from 15.397, 80 % from 13.856, 90 % from 11.868; at
    // session 3: 16.564, 14.879; at session 4: 17.291, 15.475.
    @Test func everyCourseIsCountedWhereItBelongs() throws {
        let study = study(
            [180, 153, 120],  // beyond 68 % at the second rating, ends reliably worse
            [180, 138, 200, 220, 230],  // beyond 80 % at the second, ends well
            [180, 190, 200, 210, 120],  // no flag until the last, ends reliably worse
            [180, 200],  // never flagged
            [180],  // left out
            [340, 335, 290])  // outside the support: reliable change only
        #expect(study.courses == 5 && study.coursesLeftOut == 1)
        #expect(study.deteriorated == Proportion(3, of: 5))
        #expect(study.withoutExpectation == Proportion(1, of: 5))

        let wide = try #require(study.figures(of: .beyond68))
        let red = try #require(study.figures(of: .beyond80))
        let narrow = try #require(study.figures(of: .beyond90))
        let alone = try #require(study.figures(of: .reliablyWorse))
        #expect([wide, red, narrow, alone].map(\.everFlagged.count) == [4, 4, 3, 3])
        #expect([2, 3, 4, 5].map { wide.figures(at: $0)?.all.sensitivity.count } == [1, 2, 2, 3])
        #expect([2, 3, 4, 5].map { red.figures(at: $0)?.all.sensitivity.count } == [0, 2, 2, 3])
        #expect(red.figures(at: 4)?.all.specificity == Proportion(1, of: 2))
        #expect(alone.figures(at: 4)?.all.specificity == Proportion(2, of: 2))
        // Of courses with more than four ratings one ended worse, unflagged by then, and one well.
        #expect(red.figures(at: 4)?.ahead.sensitivity == Proportion(0, of: 1))
        #expect(red.figures(at: 4)?.ahead.specificity == Proportion(0, of: 1))
        // No course went on after its last rating.
        #expect(red.figures(at: 5)?.ahead.sensitivity.share == nil)
        #expect(red.figures(at: 5)?.ahead.specificity.share == nil)
        #expect(red.figures(at: 9) == nil)
        // First flags of the 80 % rule: sessions 3, 2, 5 and 3.
        #expect(red.sessionsUntilFlag?.median == 3)
        #expect(red.sessionsUntilTrueFlag == MedianEstimate([3, 5, 3]))
    }

    @Test func sessionsUntilTheFlagCountFromTheFirstRating() {
        let late = Trajectory.score(
            [Examples.rating(1, session: 4, score: 180), Examples.rating(2, session: 7, score: 120)], on: Examples.basis)
        let study = DetectionStudy([late], direction: .higherIsBetter, reliableChange: 50)
        #expect(study.figures(of: .reliablyWorse)?.sessionsUntilFlag?.median == 4)
    }

    @Test func theTableAndThePlotShowTheFigures() throws {
        let study = study([180, 153, 120], [180, 138, 200, 220, 230], [180, 200])
        #expect(study.table.contains("Courses that ended reliably worse: 1 of 3, 0.333 [0.061, 0.792]"))
        #expect(study.table.contains("Flag: worse than the 80 % bound, or reliably worse"))
        #expect(study.table.contains("  8          1.000 [0.207, 1.000]   0.500 [0.095, 0.905]   –"))
        #expect(!study.table.contains(" \n"))
        let parser = XMLCheck(study.plot)
        #expect(parser.isWellFormed, "\(parser.problem)")
        #expect(study.plot.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\""))
        for words in ["Sensitivity, all courses", "80 % bound", "reliable change alone", "over 3 courses"] {
            #expect(study.plot.contains(words))
        }
        #expect(!study.plot.contains("nan") && !study.plot.contains("inf"))
        #expect(DetectionStudy([], direction: .higherIsBetter, reliableChange: 50).plot.hasSuffix("</svg>\n"))
    }

    /// What the simulated network of adult services gives, at a size that tests can bear; `attune study
    /// detection` runs it larger. Counted as the literature counts, over all courses, the 80 % rule reaches
    /// the aim of .80 and .80 by the fourth rating with 20 to 40 % ever flagged (clinical-reference 2.8): over
    /// 100,000 courses sensitivity is .83 and specificity .84. Counted over courses that went on, so that the
    /// flag came before the outcome, sensitivity is .74 and misses it: a part of final deterioration begins
    /// after the fourth rating, and a part is nothing but the scatter of the last one.
    @Test func theDefaultNetworkReachesTheAimOverAllCoursesAndMissesItAhead() throws {
        let network = SimulatedNetwork.outcomeScale(Examples.outcome, Examples.adultNorms)
        let simulated = try SimulatedDetection(
            network, courses: 5000, history: 1500, seed: 1, settings: ModelFittingTests.quick)
        let red = try #require(simulated.study.figures(of: .beyond80))
        let fourth = try #require(red.figures(at: 4))
        // About 430 courses deteriorate: a standard error of .018.
        #expect((0.77...0.88).contains(try #require(fourth.all.sensitivity.share)))
        #expect((0.80...0.88).contains(try #require(fourth.all.specificity.share)))
        #expect((0.20...0.40).contains(try #require(red.everFlagged.share)))
        #expect((0.66...0.80).contains(try #require(fourth.ahead.sensitivity.share)))
        #expect((0.05...0.10).contains(try #require(simulated.study.deteriorated.share)))
        // Wider bounds flag less and later; nothing flags less than reliable change alone.
        for study in [simulated.study, simulated.byNature] {
            let shares = FlagRule.allCases.compactMap { study.figures(of: $0)?.everFlagged.count }
            #expect(shares == shares.sorted(by: >))
            for figures in study.rules {
                let counts = figures.byRating.map(\.all.sensitivity.count)
                #expect(counts == counts.sorted())
            }
        }
        #expect(simulated.byNature.truth == .madeToDeteriorate)
        #expect(simulated.byNature.deteriorated.count <= simulated.deterioratingByNature.count)
        #expect(simulated.byNature.table.contains("were made to deteriorate"))
    }
}

/// Reads XML to its end, or says where it is not.
private struct XMLCheck {
    let isWellFormed: Bool
    let problem: String

    init(_ text: String) {
        var open: [Substring] = []
        var problem = ""
        var rest = text[...]
        while let start = rest.firstIndex(of: "<") {
            guard let end = rest[start...].firstIndex(of: ">") else {
                problem = "unclosed tag"
                break
            }
            let tag = rest[rest.index(after: start)..<end]
            if tag.filter({ $0 == "\"" }).count % 2 != 0 { problem = "quotes in \(tag)" }
            let name = tag.prefix { !$0.isWhitespace && $0 != "/" }
            if tag.first == "/" {
                if open.popLast() != tag.dropFirst() { problem = "</\(tag.dropFirst())> closes nothing" }
            } else if tag.last != "/" {
                open.append(name)
            }
            rest = rest[rest.index(after: end)...]
        }
        if let last = open.last { problem = "<\(last)> is not closed" }
        self.problem = problem
        isWellFormed = problem.isEmpty
    }
}
