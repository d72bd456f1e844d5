/// Reliable and clinically significant change after Jacobson and Truax (J Consult Clin Psychol 1991;
/// 59:12-19), for sites that derive figures from their own data.
///
/// Published thresholds are stored, not derived: the OQ-45 manual's 14 points, for one, do not follow
/// from the norms most often printed beside them (clinical-reference 1.2.3).
public enum JacobsonTruax {
    /// Normal deviates of the two-sided levels in use, with the decimals that the publications print.
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
    ///
    /// The √2 is that of Christensen and Mendoza 1986; the version of 1984 lacked it (clinical-reference 3.1).
    public static func standardErrorOfDifference(deviation: Double, reliability: Double) -> Double {
        let error = standardError(deviation: deviation, reliability: reliability)
        return (2 * error * error).squareRoot()
    }

    /// The change in points that measurement error alone exceeds in 5 (10) of 100 cases.
    public static func reliableChange(deviation: Double, reliability: Double, level: Level) -> Double {
        level.deviate * standardErrorOfDifference(deviation: deviation, reliability: reliability)
    }

    /// The reliable change index RC: an improvement in standard errors of a difference.
    ///
    /// The sign follows the improvement, whatever the instrument's direction: OQ-45 falling from 80 to 60 is
    /// an improvement of 20 and an RC above 0. Reading the sign off the raw scores instead turns the
    /// instruments where less is better upside down (clinical-reference 7).
    /// - Parameters:
    ///   - improvement: from first to last in points; positive is better (`ScoreDirection.improvement`).
    ///   - errorOfDifference: Sdiff in points, above 0.
    public static func index(improvement: Double, errorOfDifference: Double) -> Double {
        improvement / errorOfDifference
    }

    /// Whether an index is beyond measurement error: |RC| above the deviate, which itself is not enough.
    public static func isReliable(index: Double, level: Level) -> Bool {
        index.magnitude > level.deviate
    }

    /// The smallest change in whole steps that exceeds a threshold in points: what `NormSet.reliableChange`
    /// stores, where a change of exactly that many steps counts.
    ///
    /// In whole points 5.66 becomes 6 (CORE-10 at 90 %), 5.20 becomes 6 (PHQ-9) and 3.53 becomes 4 (GAD-7),
    /// as published; in tenths 4.99 becomes 5.0. A threshold that is itself a whole number of steps is not
    /// exceeded by that number: 6.00 becomes 7. A distance below a billionth of a step is taken for
    /// rounding of the arithmetic.
    /// - Parameters:
    ///   - points: the threshold, 0 or more and below 10⁹.
    ///   - denominator: steps in a point.
    public static func smallestReliableSteps(_ points: Double, denominator: Int) -> Int {
        let steps = points * Double(denominator)
        return Int((steps + 1e-9).rounded(.down)) + 1
    }
}

extension JacobsonTruax {
    /// How precisely an instrument measures in a sample: a standard deviation and a reliability that belong
    /// together.
    public struct Precision: Hashable, Sendable {
        /// In points.
        public let deviation: Double
        /// Internal consistency or retest correlation, whichever the source states.
        public let reliability: Double

        /// Nil unless the deviation is above 0 and the reliability above 0 and below 1.
        public init?(deviation: Double, reliability: Double) {
            guard deviation > 0, deviation.isFinite, reliability > 0, reliability < 1 else { return nil }
            self.deviation = deviation
            self.reliability = reliability
        }

        /// SEM in points.
        public var standardError: Double {
            JacobsonTruax.standardError(deviation: deviation, reliability: reliability)
        }

        /// Sdiff in points.
        public var errorOfDifference: Double {
            JacobsonTruax.standardErrorOfDifference(deviation: deviation, reliability: reliability)
        }

        /// The threshold in points.
        public func reliableChange(at level: Level) -> Double {
            JacobsonTruax.reliableChange(deviation: deviation, reliability: reliability, level: level)
        }

        /// The threshold in whole steps; see `smallestReliableSteps(_:denominator:)`.
        public func reliableSteps(at level: Level, denominator: Int) -> Int {
            JacobsonTruax.smallestReliableSteps(reliableChange(at: level), denominator: denominator)
        }

        /// RC of an improvement in points; positive is better.
        public func index(improvement: Double) -> Double {
            JacobsonTruax.index(improvement: improvement, errorOfDifference: errorOfDifference)
        }
    }
}
