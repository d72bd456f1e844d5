/// What stands behind a rule: what it says, where it comes from, and which test holds it. With the norm set and
/// the model that every result names, a reader gets from any alert to its grounds.
public struct RuleEvidence: Hashable, Sendable {
    /// In one sentence, without figures: those are in the norm set, the model or the instrument's own rule.
    public let statement: String
    public let evidence: Evidence
    public let test: TestName

    /// A test of the project, by file and function.
    public struct TestName: Hashable, Sendable, CustomStringConvertible {
        /// From the project's folder.
        public let file: String
        public let function: String

        public init(file: String, function: String) {
            self.file = file
            self.function = function
        }

        public var description: String { "\(function) in \(file)" }
    }

    init(_ statement: String, _ source: String, _ confidence: Confidence, _ suite: String, _ function: String) {
        self.statement = statement
        evidence = Evidence(source: source, confidence: confidence)
        test = TestName(file: "Tests/DomainTests/\(suite).swift", function: function)
    }
}

extension SignalRule {
    /// One of each rule.
    public static let examples: [SignalRule] = [
        .expectedResponse80, .failureLine, .reliablyWorse, .allianceCutOff, .allianceDrop, .allianceItem, .allianceBaseline,
        .alliancePattern, .allianceGuarded, .stalled(ratings: 4), .safetyItem(9),
    ]

    public var evidence: RuleEvidence {
        switch self {
        case .expectedResponse80:
            RuleEvidence(
                "The newest score is worse than the 80 % tolerance bound around the expected response.",
                "Finch, Lambert and Schaalje 2001 (OQ red); Delgadillo et al. 2018 (not on track)", .commonKnowledge,
                "TrajectoryTests", "theBoundsDivideOnTrackFromAtRiskFromNotOnTrack")
        case .failureLine:
            RuleEvidence(
                "The newest score is worse than the failure line of its intake and session.",
                "OpenFIT alert table (support article 204000069702, 2025): ORS red", .sourced,
                "PercentileLinesTests", "theLinesGiveTheStateUnlessAReliableChangeDoes")
        case .reliablyWorse:
            RuleEvidence(
                "The newest score is worse than the first by the reliable change or more, whatever the model says.",
                "Jacobson and Truax 1991, J Consult Clin Psychol 59:12-19", .commonKnowledge,
                "TrajectoryTests", "aFallByExactlyTheReliableChangeIsDeteriorationWhateverTheModelSays")
        case .allianceCutOff:
            RuleEvidence(
                "The alliance total is on the low side of its cut-off.",
                "OpenFIT alert table (support article 204000069702, 2025): SRS red below 36", .sourced,
                "SignalTests", "anAllianceTotalOfExactlyThirtySixSpeaksOnlyWhereTheCutOffIsInclusive")
        case .allianceDrop:
            RuleEvidence(
                "The alliance total has fallen since the rating before by at least the instrument's own limit.",
                "OpenFIT alert table (support article 204000069702, 2025): SRS change of -1 or less", .sourced,
                "SignalTests", "anAllianceFallOfExactlyOnePointSpeaksForAllTenthPairs")
        case .allianceItem:
            RuleEvidence(
                "One alliance item is below the limit that the site has set.",
                "hiboop.com page on the SRS: ask where an item is below 9", .sourced,
                "SignalTests", "aLowAllianceItemSpeaksOnlyWhereTheSiteWantsIt")
        case .allianceBaseline:
            RuleEvidence(
                "The alliance total is below the client's own earlier ratings by the margin that the site has set.",
                "FIT and ROM practice guides: address what is below the client's own baseline", .sourced,
                "AllianceCourseTests", "aTotalBelowTheOwnMeanSpeaks")
        case .alliancePattern:
            RuleEvidence(
                "The alliance started low and stays low, or started high and falls.",
                "MyOutcomes, patterns of alliance and outcome", .sourced, "AllianceCourseTests", "theCourseHasItsPattern")
        case .allianceGuarded:
            RuleEvidence(
                "The first alliance rating is the highest possible: no alarm, but a prompt to invite honest feedback.",
                "Training material on the SRS", .commonKnowledge, "AllianceCourseTests", "aPerfectFirstRatingPrompts")
        case .stalled:
            RuleEvidence(
                "No reliable change since the first rating after so many ratings, and still in the clinical range.",
                "FIT and ROM practice guides", .commonKnowledge, "StalledTests",
                "aCourseWithoutReliableChangeInTheClinicalRangeIsStalled")
        case .safetyItem:
            RuleEvidence(
                "The answer on a safety item speaks of danger, whatever the total.",
                "PHQ-9 item 9 from 1: clinical-reference 1.2.4; other items: the instrument's definition", .sourced,
                "SignalTests", "aBackDatedRatingSpeaksOfSafetyButNotOfAStateThatIsOver")
        }
    }
}
