import Crypto
import Domain

extension ModelDefinition {
    /// The model on its instrument, with the hash of all that decides its results.
    func model(on instrument: Instrument) throws(CatalogueError) -> ExpectedResponseModel {
        guard instrument.hasBetterEnd else {
            throw instrumentPlace.refusal(
                "\(instrument.reference) has no better end that a course could be expected to near")
        }
        switch response {
        case .logLinear(let coefficients, let baseline, let maxSession):
            return try logLinear(coefficients, baseline, maxSession, on: instrument)
        case .percentileLines(let place):
            let lines = try PercentileLinesReader.read(place, on: instrument)
            return ExpectedResponseModel(
                reference: try reference(hashed: canonicalText(Self.figures(of: lines))), label: label,
                instrument: self.instrument, population: population, lines: lines)
        }
    }

    private func logLinear(
        _ coefficients: ExpectedResponseModel.Coefficients, _ baseline: StrictNode, _ maxSession: Int,
        on instrument: Instrument
    ) throws(CatalogueError) -> ExpectedResponseModel {
        let support = try ScoreFrame.range(baseline, instrument.stepDenominator)
        guard instrument.totalRange.contains(support.lowerBound), instrument.totalRange.contains(support.upperBound)
        else { throw baseline.refusal("is outside the instrument's total") }
        let figures = Self.figures(of: coefficients, support, maxSession)
        let model = ExpectedResponseModel(
            reference: try reference(hashed: canonicalText(figures)), label: label, instrument: self.instrument,
            population: population, coefficients: coefficients, baselineSupport: support, maxSession: maxSession)
        for score in support {
            for session in 1...maxSession {
                let variance = model.variance(baseline: score, session: session, instrument: instrument) ?? 0
                guard variance > 0, variance.isFinite else {
                    throw baseline.refusal(
                        "variance is not positive at intake \(instrument.text(score)), session \(session)")
                }
            }
        }
        return model
    }

    /// A model that was changed and kept its hash is not the model that was fitted, reviewed or activated.
    private func reference(hashed text: String) throws(CatalogueError) -> ModelReference {
        let hash = Array(SHA256.hash(data: Array(text.utf8)))
        let digits = hash.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        if let statedHash, try statedHash.text() != digits {
            throw statedHash.refusal("does not fit the content, whose hash is \(digits)")
        }
        return ModelReference(id: id, version: version, hash: hash)
    }

    /// One line per field, numbers in their shortest form that reads back as the same value. The label
    /// is left out: better words do not make another model.
    private func canonicalText(_ figures: String) -> String {
        """
        attune expected-response model 1
        id=\(id)
        version=\(version)
        instrument=\(instrument)
        raters=\(population.raterRoles.map(\.rawValue).sorted().joined(separator: ","))
        ages=\(population.ageBands.map(\.rawValue).sorted().joined(separator: ","))
        \(figures)

        """
    }

    private static func figures(
        of coefficients: ExpectedResponseModel.Coefficients, _ support: ClosedRange<Int>, _ maxSession: Int
    ) -> String {
        func list(_ numbers: [Double]) -> String { numbers.map { "\($0)" }.joined(separator: ",") }
        let beta = coefficients.beta
        let betweenPersons = [
            coefficients.levelVariance, coefficients.levelSlopeCovariance, coefficients.slopeVariance,
        ]
        return """
            beta=\(list([beta.a, beta.b, beta.c, beta.d]))
            beta_covariance=\(list(coefficients.betaCovariance.upperTriangle))
            person_variance=\(list(betweenPersons))
            residual_variance=\(list([coefficients.residualVariance]))
            baseline_steps=\(support.lowerBound)...\(support.upperBound)
            max_session=\(maxSession)
            """
    }

    private static func figures(of lines: PercentileLines) -> String {
        lines.rows.map { row in
            let pairs = row.sessions.map { "\($0.success)/\($0.failure)" }.joined(separator: ",")
            return "lines_steps=\(row.intakes.lowerBound)...\(row.intakes.upperBound):\(pairs)"
        }.joined(separator: "\n")
    }
}
