/// Reliable and clinically significant change after Jacobson and Truax (J Consult Clin Psychol 1991;
/// 59:12-19), for sites that derive figures from their own data.
///
/// Published thresholds are stored, not derived: the OQ-45 manual's 14 points, for one, do not follow
/// from the norms most often printed beside them (clinical-reference 1.2.3).
public enum JacobsonTruax {
    /// Normal deviates of the two-sided levels in use.
    public enum Level: Int, Hashable, Sendable, CaseIterable {
        case ninety = 90
        case ninetyFive = 95

        public var deviate: Double {
            switch self {
            case .ninety: 1.645
            case .ninetyFive: 1.96
            }
        }
    }

    /// Standard error of measurement: SD·√(1 − r).
    public static func standardError(deviation: Double, reliability: Double) -> Double {
        deviation * (1 - reliability).squareRoot()
    }

    /// Standard error of a difference of two scores: √(2·SEM²).
    public static func standardErrorOfDifference(deviation: Double, reliability: Double) -> Double {
        let error = standardError(deviation: deviation, reliability: reliability)
        return (2 * error * error).squareRoot()
    }

    /// The change in points that measurement error alone exceeds in 5 (10) of 100 cases.
    public static func reliableChange(deviation: Double, reliability: Double, level: Level) -> Double {
        level.deviate * standardErrorOfDifference(deviation: deviation, reliability: reliability)
    }

    /// Cut-off c: as likely in the functional as in the clinical population.
    public static func cutOff(
        clinicalMean: Double, clinicalDeviation: Double, functionalMean: Double, functionalDeviation: Double
    ) -> Double {
        (functionalDeviation * clinicalMean + clinicalDeviation * functionalMean)
            / (clinicalDeviation + functionalDeviation)
    }
}
