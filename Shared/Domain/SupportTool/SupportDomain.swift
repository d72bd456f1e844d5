/// Where to look when a client does not improve as expected, in the order of Lambert's clinical support tools
/// (clinical-reference 5.1): the nearest and most often helpful first, other care last.
///
/// Questions and actions are Attune's own words. No licensed instrument is part of them, and no validity is
/// claimed: what is known to help is that alerts are followed by such a review at all (Whipple and others
/// 2003; Barkham and others 2023).
public enum SupportDomain: String, Hashable, Sendable, CaseIterable {
    case alliance
    /// Motivation and readiness.
    case motivation
    case socialSupport = "social_support"
    /// Life events, diagnosis and whether the treatment fits.
    case lifeEventsAndFit = "life_events_and_fit"
    /// Medication, psychiatric opinion, risk, more intensive care.
    case higherLevelOfCare = "higher_level_of_care"
}

/// What somebody says to a question of the tool.
public enum SupportAnswer: String, Hashable, Sendable, CaseIterable {
    case yes, partly, no, unsure
}

/// A question within a support tree, e.g. `alliance.goals`.
public struct SupportQuestionID: Name {
    public let text: String
    public init(unchecked text: String) { self.text = text }
}

/// An action within a support tree, e.g. `alliance.talk`.
public struct SupportActionID: Name {
    public let text: String
    public init(unchecked text: String) { self.text = text }
}

/// Where an answer leads.
public enum SupportStep: Hashable, Sendable {
    /// To a later question of the same domain.
    case ask(SupportQuestionID)
    /// To the next domain: this one needs attention.
    case attention
    /// To the next domain: nothing was found here.
    case clear
}

public struct SupportQuestion: Hashable, Sendable {
    public let id: SupportQuestionID
    /// Put to the clinician, about the client.
    public let text: String
    private let yes: SupportStep
    private let partly: SupportStep
    private let no: SupportStep
    private let unsure: SupportStep

    public init(
        id: SupportQuestionID, text: String, yes: SupportStep, partly: SupportStep, no: SupportStep,
        unsure: SupportStep
    ) {
        self.id = id
        self.text = text
        self.yes = yes
        self.partly = partly
        self.no = no
        self.unsure = unsure
    }

    public func step(after answer: SupportAnswer) -> SupportStep {
        switch answer {
        case .yes: yes
        case .partly: partly
        case .no: no
        case .unsure: unsure
        }
    }
}

/// Something to do, in one sentence.
public struct SupportAction: Hashable, Sendable {
    public let id: SupportActionID
    public let text: String

    public init(id: SupportActionID, text: String) {
        self.id = id
        self.text = text
    }
}

/// The questions and actions of one domain.
public struct SupportBranch: Hashable, Sendable {
    public let domain: SupportDomain
    /// The first is asked first; the others only where an answer leads to them.
    public let questions: [SupportQuestion]
    public let actions: [SupportAction]

    public init(domain: SupportDomain, questions: [SupportQuestion], actions: [SupportAction]) {
        self.domain = domain
        self.questions = questions
        self.actions = actions
    }
}
