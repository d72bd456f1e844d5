import Crypto
import Domain

extension ModelDefinition {
    /// The model on its instrument, with the hash of all that decides its results.
    func model(on instrument: Instrument) throws(CatalogueError) -> ExpectedResponseModel {
        let support = try ScoreFrame.range(baseline, instrument.stepDenominator)
        guard instrument.totalRange.contains(support.lowerBound), instrument.totalRange.contains(support.upperBound)
        else { throw baseline.refusal("is outside the instrument's total") }
        guard instrument.hasBetterEnd else {
            throw instrumentPlace.refusal(
                "\(instrument.reference) has no better end that a course could be expected to near")
        }
        let text = canonicalText(support: support)
        let hash = Array(SHA256.hash(data: Array(text.utf8)))
        try checkStated(hash)
        let model = ExpectedResponseModel(
            reference: ModelReference(id: id, version: version, hash: hash), label: label,
            instrument: self.instrument, population: population, coefficients: coefficients,
            baselineSupport: support, maxSession: maxSession)
        for score in support {
            for session in 1...maxSession {
                let variance = model.variance(baseline: score, session: session, instrument: instrument)
                guard variance > 0, variance.isFinite else {
                    throw baseline.refusal(
                        "variance is not positive at intake \(instrument.text(score)), session \(session)")
                }
            }
        }
        return model
    }

    /// A model that was changed and kept its hash is not the model that was fitted, reviewed or activated.
    private func checkStated(_ hash: [UInt8]) throws(CatalogueError) {
        guard let statedHash else { return }
        let text = hash.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        guard try statedHash.text() == text else {
            throw statedHash.refusal("does not fit the content, whose hash is \(text)")
        }
    }

    /// One line per field, numbers in their shortest form that reads back as the same value. The label
    /// is left out: better words do not make another model.
    private func canonicalText(support: ClosedRange<Int>) -> String {
        func list(_ numbers: [Double]) -> String { numbers.map { "\($0)" }.joined(separator: ",") }
        let beta = coefficients.beta
        let betweenPersons = [
            coefficients.levelVariance, coefficients.levelSlopeCovariance, coefficients.slopeVariance,
        ]
        return """
            attune expected-response model 1
            id=\(id)
            version=\(version)
            instrument=\(instrument)
            raters=\(population.raterRoles.map(\.rawValue).sorted().joined(separator: ","))
            ages=\(population.ageBands.map(\.rawValue).sorted().joined(separator: ","))
            beta=\(list([beta.a, beta.b, beta.c, beta.d]))
            beta_covariance=\(list(coefficients.betaCovariance.upperTriangle))
            person_variance=\(list(betweenPersons))
            residual_variance=\(list([coefficients.residualVariance]))
            baseline_steps=\(support.lowerBound)...\(support.upperBound)
            max_session=\(maxSession)

            """
    }
}
