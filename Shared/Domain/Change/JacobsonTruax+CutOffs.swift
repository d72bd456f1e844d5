extension JacobsonTruax {
    /// Cut-off a, in points: two standard deviations from the clinical mean towards health. For where
    /// nothing is known of the functional population.
    public static func cutOffA(
        clinicalMean: Double, clinicalDeviation: Double, direction: ScoreDirection
    ) -> Double {
        switch direction {
        case .higherIsBetter: clinicalMean + 2 * clinicalDeviation
        case .lowerIsBetter: clinicalMean - 2 * clinicalDeviation
        }
    }

    /// Cut-off b, in points: two standard deviations from the functional mean towards illness.
    ///
    /// With the deviation of the functional population, as published; the R package clinicalsignificance
    /// takes the clinical one and cannot serve as a check here (clinical-reference 3.1).
    public static func cutOffB(
        functionalMean: Double, functionalDeviation: Double, direction: ScoreDirection
    ) -> Double {
        switch direction {
        case .higherIsBetter: functionalMean - 2 * functionalDeviation
        case .lowerIsBetter: functionalMean + 2 * functionalDeviation
        }
    }

    /// Cut-off c, in points: as likely in the functional as in the clinical population. The same for both
    /// directions.
    public static func cutOff(
        clinicalMean: Double, clinicalDeviation: Double, functionalMean: Double, functionalDeviation: Double
    ) -> Double {
        (functionalDeviation * clinicalMean + clinicalDeviation * functionalMean)
            / (clinicalDeviation + functionalDeviation)
    }
}
