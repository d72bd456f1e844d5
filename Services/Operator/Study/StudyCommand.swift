import ArgumentParser
import Catalogue
import Domain
import FoundationEssentials
import ServiceKit

/// Studies of what rules do, on courses of which everything is known.
struct StudyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "study", abstract: "Study what flags tell, on simulated courses.", subcommands: [Detection.self])

    struct Detection: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "How early, and how rightly, flags tell of deterioration.",
            discussion: """
                Simulates a network of adult services with the built-in outcome scale, fits a model on one part of its \
                courses and scores the other with it. Sensitivity and specificity are for courses that end reliably \
                worse; "courses that went on" leaves out those that had ended by that rating, whose last rating is both \
                flag and outcome. The same seed gives the same figures.
                """)

        @Option(help: "Courses to score.")
        var courses = 20_000

        @Option(help: "Courses to fit the model on.")
        var history = 5_000

        @Option(help: "Decides every course.")
        var seed: UInt64 = 1

        @Option(help: "Share of courses made to deteriorate, 0 to 0.5.")
        var deteriorating: Double?

        @Option(help: "Variance of single ratings, in squared points.")
        var residualVariance: Double?

        @Option(help: "File for the plot, an SVG picture.")
        var svg: String?

        @Flag(help: "Print JSON instead of the table.")
        var json = false

        func validate() throws {
            guard (100...10_000_000).contains(courses), (100...1_000_000).contains(history),
                (0...0.5).contains(deteriorating ?? 0), (0.1...400).contains(residualVariance ?? 1)
            else {
                throw ValidationError(
                    "courses 100-10000000, history 100-1000000, deteriorating 0-0.5, residual variance 0.1-400")
            }
        }

        func run() throws {
            let simulated: SimulatedDetection
            do {
                simulated = try SimulatedDetection(try network(), courses: courses, history: history, seed: seed)
            } catch let problem as ModelFitProblem {
                note("attune study detection: \(problem)")
                throw ExitCode(1)
            }
            if json {
                print(String(decoding: DetectionJSON.report(simulated, seed: seed).encoded, as: UTF8.self))
            } else {
                print(simulated.study.table)
                print(simulated.byNature.table, terminator: "")
            }
            if let svg { try Data(simulated.study.plot.utf8).write(to: URL(filePath: svg), options: .atomic) }
        }

        private func network() throws -> SimulatedNetwork {
            let reference = InstrumentReference(id: InstrumentID(unchecked: "ors"), version: "2000")
            guard let instrument = try Catalogue.load().instrument(reference),
                let norms = instrument.normSet(for: .`self`, .adult)
            else { throw ValidationError("The built-in catalogue has no \(reference) with figures for adults.") }
            var network = SimulatedNetwork.outcomeScale(instrument, norms)
            if let deteriorating { network.deteriorating = deteriorating }
            if let residualVariance {
                let c = network.coefficients
                network.coefficients = .init(
                    beta: c.beta, betaCovariance: c.betaCovariance, levelVariance: c.levelVariance,
                    levelSlopeCovariance: c.levelSlopeCovariance, slopeVariance: c.slopeVariance,
                    residualVariance: residualVariance)
            }
            return network
        }
    }
}

/// A study as JSON: counts, so that a reader can work out every share and interval again.
enum DetectionJSON {
    static func report(_ simulated: SimulatedDetection, seed: UInt64) -> JSON {
        [
            "seed": .string(String(seed)), "model_persons": .integer(simulated.fit.persons),
            "model_ratings": .integer(simulated.fit.ratings), "dropped_out": simulated.droppedOut.json,
            "made_to_deteriorate": simulated.deterioratingByNature.json,
            "studies": .array([simulated.study, simulated.byNature].map(study)),
        ]
    }

    private static func study(_ study: DetectionStudy) -> JSON {
        [
            "truth": .string(study.truth.rawValue), "courses": .integer(study.courses),
            "deteriorated": study.deteriorated.json, "without_expectation": study.withoutExpectation.json,
            "rules": .array(study.rules.map(rule)),
        ]
    }

    private static func rule(_ figures: DetectionStudy.OfRule) -> JSON {
        [
            "rule": .string(figures.rule.label), "ever_flagged": figures.everFlagged.json,
            "sessions_until_flag": median(figures.sessionsUntilFlag),
            "sessions_until_true_flag": median(figures.sessionsUntilTrueFlag),
            "by_rating": .array(
                figures.byRating.map { at in
                    [
                        "rating": .integer(at.rating), "sensitivity": at.all.sensitivity.json,
                        "specificity": at.all.specificity.json, "sensitivity_ahead": at.ahead.sensitivity.json,
                        "specificity_ahead": at.ahead.specificity.json,
                    ]
                }),
        ]
    }

    private static func median(_ estimate: MedianEstimate?) -> JSON {
        guard let estimate else { return .null }
        return [
            "median": .string("\(estimate.median)"), "low": .string("\(estimate.interval.lowerBound)"),
            "high": .string("\(estimate.interval.upperBound)"), "courses": .integer(estimate.cases),
        ]
    }
}
