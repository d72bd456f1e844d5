extension FittedModel {
    /// The fit in words and figures, for the person who decides about its use.
    /// - Parameter instrument: the one it was fitted on.
    public func report(_ instrument: Instrument) -> String {
        let c = coefficients
        let roles = population.raterRoles.map(\.rawValue).sorted().joined(separator: ", ")
        let ages = population.ageBands.map(\.rawValue).sorted().joined(separator: ", ")
        var lines = [
            "\(instrument.title) (\(self.instrument)); raters: \(roles); ages: \(ages)",
            "Courses from \(period.lowerBound) to \(period.upperBound): \(persons) with \(ratings) ratings after the "
                + "first session; \(coursesLeftOut) ended with it and are left out",
            "Speaks about intakes from \(instrument.text(baselineSupport.lowerBound)) to "
                + "\(instrument.text(baselineSupport.upperBound)), up to session \(maxSession)",
            "Log-likelihood \(logLikelihood.decimals(3)) after \(iterations) steps",
            "",
            "                              points    standard error",
        ]
        func row(_ name: String, _ value: Double, _ error: Double) {
            lines.append(name.leftAligned(26) + value.fine.rightAligned(10) + error.fine.rightAligned(18))
        }
        row("level (b0)", c.beta.a, standardErrors.a)
        row("per intake point (b1)", c.beta.b, standardErrors.b)
        row("per ln session (b2)", c.beta.c, standardErrors.c)
        row("and per intake point (b3)", c.beta.d, standardErrors.d)
        row("level variance", c.levelVariance, varianceErrors.a)
        row("level-slope covariance", c.levelSlopeCovariance, varianceErrors.b)
        row("slope variance", c.slopeVariance, varianceErrors.c)
        row("residual variance", c.residualVariance, varianceErrors.d)
        lines += ["", "Ratings beyond the bounds on the unfavourable side; expected .159, .100 and .050"]
        lines += table(calibration, "on the courses of the fit", instrument)
        if let crossValidation {
            lines += table(crossValidation, "on courses left out of the fit (cross-validation)", instrument)
        }
        lines += warnings.map { "Warning: \($0)" }
        return lines.joined(separator: "\n") + "\n"
    }

    private func table(_ calibration: Calibration, _ title: String, _ instrument: Instrument) -> [String] {
        let cells = [calibration.overall] + calibration.bySession + calibration.byIntake
        return ["", title, "                          ratings      68 %      80 %      90 %"]
            + cells.map { cell in
                let shares = ToleranceBound.allCases.map {
                    (cell.worse(than: $0).share?.decimals(3) ?? "–").rightAligned(10)
                }
                return cell.group.words(instrument).leftAligned(24) + String(cell.ratings).rightAligned(9)
                    + shares.joined()
            }
    }

    /// The model as the catalogue reads it, numbers in their shortest form that reads back as the same value.
    /// - Parameters:
    ///   - label: what the model rests on, shown beside its curve; one line.
    ///   - record: who fitted it and when: the model is then a candidate of the registry and scores nothing until
    ///     a site has activated it. Nil: the text says nothing of it.
    ///   - hash: what the reader is to check the figures against; 32 bytes.
    public func catalogueText(
        id: ModelID, version: String, label: String, instrument: Instrument,
        record: ModelVersion.FitRecord? = nil, hash: [UInt8]? = nil
    ) -> String {
        func list(_ numbers: [Double]) -> String { "[" + numbers.map { "\($0)" }.joined(separator: ", ") + "]" }
        let c = coefficients
        let (lowest, highest) = (instrument.text(baselineSupport.lowerBound), instrument.text(baselineSupport.upperBound))
        var lines = [
            "# Fitted by maximum likelihood on \(persons) courses with \(ratings) ratings after the first session,",
            "# \(period.lowerBound) to \(period.upperBound).", "models:", "  - id: \(id)", "    version: \(version.quoted)",
            "    label: \(label.quoted)",
            "    instrument: {id: \(self.instrument.id), version: \(self.instrument.version.quoted)}",
            "    raters: [\(population.raterRoles.map(\.rawValue).sorted().joined(separator: ", "))]",
            "    ages: [\(population.ageBands.map(\.rawValue).sorted().joined(separator: ", "))]",
            "    beta: \(list([c.beta.a, c.beta.b, c.beta.c, c.beta.d]))",
            "    beta_covariance: \(list(c.betaCovariance.upperTriangle))",
            "    person_variance: {level: \(c.levelVariance), level_slope: \(c.levelSlopeCovariance), "
                + "slope: \(c.slopeVariance)}",
            "    residual_variance: \(c.residualVariance)", "    baseline: {minimum: \(lowest), maximum: \(highest)}",
            "    max_session: \(maxSession)",
        ]
        if let record { lines += record.catalogueLines }
        if let hash { lines.append("    hash: \"\(Hexadecimal.text(hash))\"") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The fit as the registry keeps it.
    public func record(at time: Timestamp, by fitter: OperatorName) -> ModelVersion.FitRecord {
        ModelVersion.FitRecord(fittedAt: time, by: fitter, persons: persons, ratings: ratings, period: period)
    }
}

extension ModelVersion.FitRecord {
    fileprivate var catalogueLines: [String] {
        [
            "    origin:", "      kind: fitted", "      at: \(fittedAt)", "      by: \(by.text.quoted)",
            "      persons: \(persons)", "      ratings: \(ratings)",
            "      from: \(period.lowerBound)", "      to: \(period.upperBound)",
            "    status: \(ModelVersion.Status.candidate.rawValue)",
        ]
    }
}

extension CalibrationCell.Group {
    func words(_ instrument: Instrument) -> String {
        switch self {
        case .all: "all"
        case .sessions(let band) where band.count == 1: "session \(band.lowerBound)"
        case .sessions(let band) where band.upperBound == 999: "session \(band.lowerBound) and later"
        case .sessions(let band): "session \(band.lowerBound) to \(band.upperBound)"
        case .intakes(let band): "intake \(instrument.text(band.lowerBound)) to \(instrument.text(band.upperBound))"
        }
    }
}

extension String {
    /// One line between double quotes, as YAML reads it.
    fileprivate var quoted: String {
        let kept = map { $0.isNewline ? " " : $0 }
        return "\"" + kept.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "\""
    }

    fileprivate func leftAligned(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
    fileprivate func rightAligned(_ width: Int) -> String { String(repeating: " ", count: max(1, width - count)) + self }
}

extension Double {
    /// Four decimal places.
    fileprivate var fine: String {
        guard magnitude < 1e9 else { return "–" }
        return DecimalSteps.text(Int((self * 10_000).rounded()), denominator: 10_000)
    }
}
