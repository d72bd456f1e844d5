extension SimulatedNetwork {
    /// A network of adult services with a four-line outcome scale of 0 to 40.
    ///
    /// Intake about 18 points (means of 16 to 19 and a quarter to a third of adults above 25 are reported,
    /// clinical-reference 1.2.1). Curve and variances are those of the synthetic starting model. Deterioration
    /// by nature is set so that the share of courses that end reliably worse lies in the 5 to 10 % of adult
    /// services (2.8), and drop-out near one course in five (Swift and Greenberg 2012; 5.3).
    public static func outcomeScale(_ instrument: Instrument, _ normSet: NormSet) -> SimulatedNetwork {
        SimulatedNetwork(
            instrument: instrument, normSet: normSet, population: normSet.population,
            coefficients: .init(
                beta: Vector4(0, 1, 9, -0.27), betaCovariance: SymmetricMatrix4(diagonal: Vector4(0, 0, 0, 0)),
                levelVariance: 4, levelSlopeCovariance: 0, slopeVariance: 8, residualVariance: 22),
            intakeMean: 18, intakeDeviation: 7, intakeRange: 20...320, deteriorating: 0.05,
            deteriorations: [
                // At once and steep; steadily; and only after some sessions that went well.
                Deterioration(weight: 0.35, after: 1, over: 2, loss: 9, lossDeviation: 2),
                Deterioration(weight: 0.40, after: 1, over: 6, loss: 10, lossDeviation: 3),
                Deterioration(weight: 0.25, after: 4, over: 3, loss: 10, lossDeviation: 3),
            ],
            attendance: Attendance(
                planned: 0.08, plannedInFunctionalRange: 0.16, dropOut: 0.025, dropOutWhenWorse: 0.06, unrated: 0.05,
                lastSession: 16))
    }
}
