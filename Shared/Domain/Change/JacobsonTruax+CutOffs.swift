extension JacobsonTruax {
    /// Cut-off a, in points: two standard deviations from the clinical mean towards health. For where
    /// nothing is known of the functional population.
    public static func cutOffA(
        clinicalMean: Double, clinicalDeviation: Double, direction: ScoreDirection
    ) -> Double {
        clinicalMean + Double(direction.sign) * 2 * clinicalDeviation
    }

    /// Cut-off b, in points: two standard deviations from the functional mean towards illness.
    ///
    /// With the deviation of the functional population, as published; the R package clinicalsignificance
    /// takes the clinical one and cannot serve as a check here (clinical-reference 3.1).
    public static func cutOffB(
        functionalMean: Double, functionalDeviation: Double, direction: ScoreDirection
    ) -> Double {
        functionalMean - Double(direction.sign) * 2 * functionalDeviation
    }

    /// Cut-off c, in points: as likely in the functional as in the clinical population. The same for both
    /// directions.
    public static func cutOff(
        clinicalMean: Double, clinicalDeviation: Double, functionalMean: Double, functionalDeviation: Double
    ) -> Double {
        (functionalDeviation * clinicalMean + clinicalDeviation * functionalMean)
            / (clinicalDeviation + functionalDeviation)
    }

    /// A computed cut-off on the instrument's own steps: every score it separates stays on its side, and a
    /// score that lies exactly on it is functional.
    ///
    /// CORE-10's 10.46 becomes 11, itself clinical, and the ORS's 24.31 becomes 25, itself functional, as
    /// both are published in whole points. A distance below a billionth of a step is taken for rounding of
    /// the arithmetic.
    /// - Parameters:
    ///   - points: of any of the three cut-offs; its size below 10⁹.
    ///   - denominator: steps in a point.
    public static func cutOffInSteps(_ points: Double, denominator: Int, direction: ScoreDirection) -> CutOff {
        let steps = points * Double(denominator)
        return switch direction {
        case .higherIsBetter: CutOff(value: Int((steps - 1e-9).rounded(.up)), isInclusive: false)
        case .lowerIsBetter: CutOff(value: Int((steps + 1e-9).rounded(.down)) + 1, isInclusive: true)
        }
    }
}
